"""The state of charge of a battery of the two-sided model, worked out by hand."""

from __future__ import annotations

import pytest

from tests.dbt_builds.disclosures import write
from tests.dbt_builds.test_bess_lines import gen, load

pytestmark = pytest.mark.slow

WANTED = ["+fct_bess_soc_intervals", "+dim_bess_loss_fit"]
STATES = """
    select
        strftime(timezone('America/Chicago', interval_start), '%d %H:%M'),
        round(soc_low_mwh, 4), round(soc_mwh, 4), round(soc_high_mwh, 4), losses_evidence_code
    from marts.fct_bess_soc_intervals where side = 'GEN' order by resource, interval_start
"""


def telemetry(folder, day: str, posted: str, delivered, taken, skip=()):
    """Runs every five minutes; `delivered` and `taken` give MW by the minute of the day."""
    minutes = [m for m in range(0, 1440, 5) if m not in skip]
    stamps = {m: f"{day} {m // 60:02}:{m % 60:02}:00" for m in minutes}
    rows = [
        {
            "sced_timestamp": stamps[m],
            "repeated_hour_flag": "N",
            "resource_name": "SITEA_BES1",
            "resource_type": "PWRSTR",
            "hsl": 10,
            "telemetered_net_output": delivered(m),
        }
        for m in minutes
    ]
    write(folder, "np3_965_er__gen_resources", posted, rows)
    rows = [
        {
            "sced_timestamp": stamps[m],
            "repeated_hour_flag": "N",
            "resource_name": "SITEA_LD1",
            "real_power_consumption": taken(m),
        }
        for m in minutes
    ]
    write(folder, "np3_965_er__load_resources", posted, rows)


def test_from_anything_to_empty_and_on(warehouse, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    write(first, "np3_966_er__gen_resources", "31-MAR-25", [gen(1, awarded_quantity=1)])
    write(first, "np3_966_er__load_resources", "31-MAR-25", [load(1, "SITEA_LD1")])
    # 10 MW until 05:55 empties any battery of 16.4 MWh (10 MW times 1.64 h); then 4 MW are taken
    # from 06:05 to 07:00, which with the ramps on both sides is 4 MWh
    telemetry(
        first,
        "01/30/2025",
        "31-MAR-25",
        lambda m: 10 if m < 360 else 0,
        lambda m: 4 if 360 < m <= 420 else 0,
    )
    warehouse.land_folder(first)
    warehouse.build(*WANTED)
    states = {at: values for at, *values in warehouse.sql(STATES)}
    assert len(states) == 96
    assert states["30 00:00"] == [0, 8.2, 16.4, "ASSUMED"]
    assert states["30 06:00"] == [0, 0, 0, "ASSUMED"]
    # 4 MWh x 0.922 less 0.05 MW of drain for 1.25 hours; 5 % of 16.4 MWh a day is the spread:
    # 2 x 0.82 x sqrt(1.25 / 24) on both sides
    assert states["30 07:15"] == pytest.approx(
        [3.6255 - 0.3743, 3.6255, 3.6255 + 0.3743, "ASSUMED"], abs=1e-4
    )
    assert states["30 08:00"][1] == pytest.approx(3.6255 - 0.05 * 0.75, abs=1e-4)

    # the next day comes alone: it goes on from the first, and is what both days at once give
    telemetry(second, "01/31/2025", "01-APR-25", lambda m: 0, lambda m: 0, skip={720, 725})
    warehouse.land_folder(second)
    warehouse.build(*WANTED)
    added = warehouse.sql(STATES)
    assert len(added) == 192
    midnight = 3.6255 - 0.05 * 16.75
    assert {at: v for at, _, v, *_ in added}["31 00:00"] == pytest.approx(midnight, abs=1e-4)
    warehouse.build(*WANTED, whole=True)
    assert warehouse.sql(STATES) == added


def test_a_battery_without_a_charging_side_has_no_state(warehouse, tmp_path):
    write(tmp_path, "np3_966_er__gen_resources", "31-MAR-25", [gen(1, awarded_quantity=1)])
    telemetry(tmp_path, "01/30/2025", "31-MAR-25", lambda m: 5, lambda m: 0)
    warehouse.land_folder(tmp_path)
    warehouse.build(*WANTED)
    assert warehouse.sql(STATES) == []
    assert warehouse.sql("select count(*) from marts.dim_bess_loss_fit") == [(0,)]
