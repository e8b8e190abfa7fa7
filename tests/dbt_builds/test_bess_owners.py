"""Who owns a battery, and which list says so."""

from __future__ import annotations

from datetime import date

import pytest

from tests.dbt_builds.disclosures import write

pytestmark = pytest.mark.slow

HEADER = '"OWNER RE","RESOURCE NAME","TYPE","SPLIT GEN RESOURCE","DME","DME DUNS","RMR"'


def dec(day: int) -> date:
    return date(2025, 12, day)


def owners(folder, day: date, *rows: tuple[str, str], stamp="050000", share="") -> None:
    """A list of resources and their owners, as NP3-988-ER names it."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f'"{owner} (RE)","{resource}","Storage","{share or "Not Applicable"}","X (DME)","01","N"'
        for resource, owner in rows
    ]
    name = f"rpt.00010036.0000000000000000.{day:%Y%m%d}.{stamp}.ResDMEList_{day:%d%m%Y}.csv"
    (folder / name).write_text("\n".join([HEADER, *lines]) + "\n")


def award(day: int, resource: str, point: str, dme: str, kind: str = "ESR"):
    return {
        "delivery_date": f"12/{day:02}/2025",
        "hour_ending": 1,
        "qse": "Q1",
        "dme": dme,
        "resource_name": resource,
        "resource_type": kind,
        "settlement_point_name": point,
        "hsl": 10,
    }


def test_the_newest_list_before_a_span_ends_names_the_owner(warehouse, tmp_path):
    owners(tmp_path, dec(1), ("G_BES1", "OLD LLC"))
    owners(tmp_path, dec(5), ("G_BES1", "NEW LLC"), ("A_ESR1", "ONE LLC"))
    owners(tmp_path, dec(7), ("B_ESR1", "X LLC"), ("B_ESR1", "W, INC"), share="J")
    owners(tmp_path, dec(8), ("A_ESR1", "TWO LLC"))
    # a list that came twice, and has not all of them
    owners(tmp_path, date(2026, 3, 1), ("A_ESR1", "WRONG LLC"))
    owners(tmp_path, date(2026, 3, 1), ("A_ESR1", "THREE LLC"), stamp="060000")
    storage = [
        award(6, "A_ESR1", "P1", "D1"),
        award(7, "A_ESR1", "P1", ""),
        award(8, "A_ESR1", "P2", "D2"),
        award(6, "B_ESR1", "P3", "D3"),
        award(6, "C_ESR1", "P4", ""),
    ]
    write(tmp_path, "np3_966_er__esrs", "04-FEB-26", storage)
    generation = [award(3, "G_BES1", "P5", "D5", "PWRSTR")]
    write(tmp_path, "np3_966_er__gen_resources", "01-FEB-26", generation)
    warehouse.land_folder(tmp_path)
    warehouse.build("+dim_bess_resource")
    source = "NP3-988-ER"
    assert warehouse.sql(
        "select resource, valid_from, valid_to, dme, owner, owner_source, owner_listed_on "
        "from marts.dim_bess_resource order by all"
    ) == [
        ("A_ESR1", dec(6), dec(8), "D1", "ONE LLC", source, dec(5)),
        ("A_ESR1", dec(8), None, "D2", "THREE LLC", source, date(2026, 3, 1)),
        ("B_ESR1", dec(6), None, "D3", "W, INC; X LLC", source, dec(7)),
        ("C_ESR1", dec(6), None, None, None, None, None),
        ("G_BES1", dec(3), dec(5), "D5", "OLD LLC", source, dec(1)),
    ]
