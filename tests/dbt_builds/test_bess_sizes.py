"""Where a battery settles, how much it holds, and which source says so."""

from __future__ import annotations

from datetime import date

import pytest

from tests.dbt_builds.disclosures import write

pytestmark = pytest.mark.slow


def listed(folder, drawn: str, *units: tuple[str, str, str]) -> None:
    """A list of resource nodes and units; `drawn` is the day in its name (MMDDYYYY)."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["RESOURCE_NODE,UNIT_SUBSTATION,UNIT_NAME", *(",".join(unit) for unit in units)]
    (folder / f"Resource_Node_to_Unit_{drawn}_120000.csv").write_text("\n".join(lines) + "\n")


def award(day: int, resource: str, point: str, hsl: float):
    return {
        "delivery_date": f"12/{day:02}/2025",
        "hour_ending": 1,
        "resource_name": resource,
        "resource_type": "ESR",
        "settlement_point_name": point,
        "hsl": hsl,
    }


def run(day: int, clock: str, resource: str, hsl: float, maximum_soc: float):
    return {
        "sced_timestamp": f"12/{day:02}/2025 {clock}",
        "repeated_hour_flag": "N",
        "resource_name": resource,
        "resource_type": "ESR",
        "telemetered_net_output": 0,
        "hsl": hsl,
        "maximum_soc": maximum_soc,
    }


def test_points_of_lists_and_sizes_of_telemetry(warehouse, tmp_path):
    a = ("A_RN", "A_SITE", "ESR1")
    # the list of the 8th has lost A, that of the 20th is too late for all
    listed(tmp_path, "12052025", a, ("B_LISTED", "B", "ESR1"), ("F_1", "F", "ESR1"))
    listed(
        tmp_path, "12082025", ("B_LISTED", "B", "ESR1"), ("F_1", "F", "ESR1"), ("F_2", "F", "ESR1")
    )
    listed(tmp_path, "12202025", ("C_RN", "C", "ESR1"))
    write(
        tmp_path,
        "np3_966_er__esrs",
        "04-FEB-26",
        [
            award(6, "B_ESR1", "B_RN", 10),
            award(7, "B_ESR1", "", 11),
            award(6, "SMALL_ESR1", "S_RN", 0.4),
            award(6, "SHORT_ESR1", "S_RN", 10),
            award(6, "LONG_ESR1", "S_RN", 10),
            award(6, "OUT_ESR1", "S_RN", 0),
        ],
    )
    write(
        tmp_path,
        "np3_965_er__esrs",
        "04-FEB-26",
        [
            # greatest of each day: 12, 20, 14, so 14; then the list has it no more
            run(5, "00:00:00", "A_SITE_ESR1", 10, 10),
            run(5, "12:00:00", "A_SITE_ESR1", 10, 12),
            run(6, "00:00:00", "A_SITE_ESR1", 8, 20),
            run(7, "00:00:00", "A_SITE_ESR1", 10, 14),
            run(8, "00:00:00", "A_SITE_ESR1", 10, 30),
            run(8, "00:00:00", "C_ESR1", 10, 10),
            run(7, "00:00:00", "F_ESR1", 10, 10),
            run(8, "00:00:00", "F_ESR1", 10, 10),
            run(8, "00:00:00", "B_ESR1", 99, 22),
            run(6, "00:00:00", "SMALL_ESR1", 0.4, 1),
            run(6, "00:00:00", "SHORT_ESR1", 10, 2.4),
            run(6, "00:00:00", "LONG_ESR1", 10, 121),
            run(6, "00:00:00", "OUT_ESR1", 0, 0),
        ],
    )
    warehouse.land_folder(tmp_path)
    warehouse.build("+dim_bess_resource")
    disclosure, list_ = "NP3-966-ER", "NP4-160-SG"
    assert warehouse.sql(
        "select resource, valid_from, valid_to, settlement_point, settlement_point_source, "
        "capacity_mw, storage_mwh, duration_hours, screen_code "
        "from marts.dim_bess_resource order by all"
    ) == [
        ("A_SITE_ESR1", date(2025, 12, 5), date(2025, 12, 8), "A_RN", list_, 10, 14, 1.4, "PASSED"),
        ("A_SITE_ESR1", date(2025, 12, 8), None, None, None, 10, 30, 3, "NO_POINT"),
        # what the disclosure named last holds, against the list too, and so do its limits
        ("B_ESR1", date(2025, 12, 6), None, "B_RN", disclosure, 11, 22, 2, "PASSED"),
        ("C_ESR1", date(2025, 12, 8), None, None, None, 10, 10, 1, "NO_POINT"),
        ("F_ESR1", date(2025, 12, 7), date(2025, 12, 8), "F_1", list_, 10, 10, 1, "PASSED"),
        ("F_ESR1", date(2025, 12, 8), None, None, None, 10, 10, 1, "NO_POINT"),
        ("LONG_ESR1", date(2025, 12, 6), None, "S_RN", disclosure, 10, 121, 12.1, "LONG"),
        ("OUT_ESR1", date(2025, 12, 6), None, "S_RN", disclosure, None, None, None, "SMALL"),
        ("SHORT_ESR1", date(2025, 12, 6), None, "S_RN", disclosure, 10, 2.4, 0.24, "SHORT"),
        ("SMALL_ESR1", date(2025, 12, 6), None, "S_RN", disclosure, 0.4, 1, 2.5, "SMALL"),
    ]
    sources = "select distinct capacity_mw_source, storage_mwh_source from marts.dim_bess_resource"
    assert warehouse.sql(f"{sources} where resource = 'B_ESR1'") == [
        (
            "greatest HSL of the day-ahead disclosure",
            "median of the days' greatest Maximum SOC in the SCED disclosure",
        )
    ]
    assert warehouse.sql(f"{sources} where resource = 'OUT_ESR1'") == [(None, None)]
