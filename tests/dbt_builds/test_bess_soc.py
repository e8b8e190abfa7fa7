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
    # 10 MW until 05:55 empties any battery of up to 42 MWh (10 MW times 4.2 h, the most that it is
    # assumed to hold); then 4 MW are taken from 06:05 to 07:00, which with the ramps is 4 MWh
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
    assert states["30 00:00"] == [0, None, 42, "ASSUMED"]
    assert states["30 06:00"] == [0, None, 0, "ASSUMED"]
    # of 4 MWh at least 0.88 are stored and 0.12 MW drained for 1.25 hours, which leaves 3.37; at
    # most 0.96 and 0.02 MW: 3.815. 0.8 MWh a day is the spread: 1.6 x sqrt(1.25 / 24) on both sides
    low, middle, high, _ = states["30 07:15"]
    assert middle is None  # how much it holds is not known
    assert (low, high) == pytest.approx((3.37 - 0.3651, 3.815 + 0.3651), abs=1e-4)

    # the next day comes alone: it goes on from the first, and is what both days at once give
    telemetry(second, "01/31/2025", "01-APR-25", lambda m: 0, lambda m: 0, skip={720, 725})
    warehouse.land_folder(second)
    warehouse.build(*WANTED)
    added = warehouse.sql(STATES)
    assert len(added) == 192
    low, _, high = {at: v for at, *v, _ in added}["31 00:00"]
    spread = 1.6 * (18 / 24) ** 0.5
    assert low == 0  # 3.37 - 0.12 * 16.75 is less than the spread
    assert high == pytest.approx(3.815 - 0.02 * 16.75 + spread, abs=1e-3)
    warehouse.build(*WANTED, whole=True)
    assert warehouse.sql(STATES) == added

    # a plan of smaller batteries, of which the build learns as of any corrected seed
    warehouse.sql("""
        update ref.bess_assumed_losses set duration_hours = 2 where bound = 'MOST';
        insert into ref.seed_versions values ('bess_assumed_losses', 'corrected', now())
    """)
    warehouse.build(*WANTED)
    states = {at: values for at, *values in warehouse.sql(STATES)}
    assert len(states) == 192 and states["30 00:00"] == [0, None, 20, "ASSUMED"]


def test_a_battery_without_a_charging_side_has_no_state(warehouse, tmp_path):
    write(tmp_path, "np3_966_er__gen_resources", "31-MAR-25", [gen(1, awarded_quantity=1)])
    telemetry(tmp_path, "01/30/2025", "31-MAR-25", lambda m: 5, lambda m: 0)
    warehouse.land_folder(tmp_path)
    warehouse.build(*WANTED)
    assert warehouse.sql(STATES) == []
    assert warehouse.sql("select count(*) from marts.dim_bess_loss_fit") == [(0,)]


def test_a_pair_that_breaks_takes_its_states_along(warehouse, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    write(first, "np3_966_er__gen_resources", "31-MAR-25", [gen(1, awarded_quantity=1)])
    write(first, "np3_966_er__load_resources", "31-MAR-25", [load(1, "SITEA_LD1")])
    telemetry(first, "01/30/2025", "31-MAR-25", lambda m: 0, lambda m: 4)
    warehouse.land_folder(first)
    warehouse.build(*WANTED)
    assert len(warehouse.sql(STATES)) == 96
    # the next day tells that the load is no battery: nothing was ever known of its charging
    award = load(1, "SITEA_LD1", day="01/31/2025", rrsufr_awarded=9, rrs_mcpc=3)
    write(second, "np3_966_er__load_resources", "01-APR-25", [award])
    warehouse.land_folder(second)
    warehouse.build(*WANTED)
    assert warehouse.sql(STATES) == []
