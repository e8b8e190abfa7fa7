"""States and losses of 200 synthetic batteries against what they were, in both eras.

Their telemetry is exact but for the rounding of stored energy to 0.01 MWh.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

import synthetic
from tests.dbt_builds.conftest import Warehouse

pytestmark = pytest.mark.slow

SEED, BATTERIES, POINTS = 5, 200, 260
# two days of the two-sided model, and three of the single one, to which losses are fitted
SPANS = ((date(2025, 4, 12), 2), (date(2026, 4, 10), 3))
FEEDS = ("ercot_np3_966_er", "ercot_np3_965_er")
# the true state at the start of each quarter hour, on the straight line between two runs
TRUTH = """
    create table truth as
    with runs as (
        select *, lead(soc_mwh) over following as next_mwh, lead(run_at) over following as next_at
        from battery_states
        window following as (partition by resource order by run_at)
    )
    select states.*, runs.soc_mwh as run_mwh, runs.soc_mwh + (runs.next_mwh - runs.soc_mwh)
        * (epoch(states.interval_start) - epoch(runs.run_at))
        / (epoch(runs.next_at) - epoch(runs.run_at)) as true_mwh,
        batteries.energy_mwh
    from marts.fct_bess_soc_intervals as states
    asof join runs
        on states.resource = runs.resource and states.interval_start >= runs.run_at
    inner join (select distinct resource, energy_mwh from batteries) as batteries
        on states.resource = batteries.resource
"""
FITS = """
    select fits.*, charge_efficiency * discharge_efficiency as true_round_trip, auxiliary_mw
    from marts.dim_bess_loss_fit as fits
    inner join (from batteries where market_date = '2026-04-10') as batteries using (resource)
"""


@pytest.fixture
def built(warehouse: Warehouse, tmp_path: Path) -> Warehouse:
    folder = tmp_path / "disclosures"
    for day, days in SPANS:
        made = synthetic.write(
            folder, SEED, day, day + timedelta(days), operators=["ercot"], feeds=FEEDS,
            points={"ercot": POINTS}, batteries=BATTERIES,
        )  # fmt: skip
    warehouse.land_folder(folder)
    warehouse.build("+fct_bess_soc_intervals", "+dim_bess_loss_fit")
    for table in ("batteries", "battery_states"):
        path = made.truth.path(table)
        warehouse.sql(f"create table {table} as from read_parquet('{path}')")
    warehouse.sql(TRUTH)
    return warehouse


def test_states_and_losses_are_within_their_bounds(built: Warehouse) -> None:
    losses_are_found(built)
    readings_are_those_in_force(built)
    rebuilt_states_hold(built)
    unknown_sizes_have_bounds_alone(built)


def losses_are_found(built: Warehouse) -> None:
    ((fits, plausible, drain_within_two, rebuilt),) = built.sql(
        f"""
        select count(*), count_if(is_plausible),
            count_if(abs(drain_mw - auxiliary_mw) <= 2 * drain_mw_se),
            quantile_cont(rebuilt_error_share, 0.8)
        from ({FITS})
        """
    )
    assert fits == plausible == BATTERIES
    # what two standard errors mean; rounding is all that errs here, and it is no normal error
    assert drain_within_two >= 0.95 * BATTERIES
    assert rebuilt < 0.001  # a sixth of the batteries are out of the files for a while

    ((within_two, worst, certain, worst_certain, usual),) = built.sql(
        f"""
        with errors as (
            select round_trip_se as se, abs(round_trip_efficiency - true_round_trip) as error
            from ({FITS})
        )
        select count_if(error <= 2 * se), max(error / se), count_if(se < 0.01),
            max(error) filter (where se < 0.01), median(error)
        from errors
        """
    )
    assert within_two >= 0.95 * BATTERIES and worst < 4
    # a battery of few MWh hardly moves by more than the rounding, and its error says so
    assert certain >= 0.95 * BATTERIES and worst_certain < 0.02 and usual < 0.001


def readings_are_those_in_force(built: Warehouse) -> None:
    # the first quarter hour of a day has the first reading of the day
    ((rows, batteries, worst),) = built.sql(
        """
        select count(*), count(distinct resource),
            max(abs(soc_mwh - run_mwh))
                filter (where hour(timezone('America/Chicago', interval_start)) > 0)
        from truth where soc_source = 'TELEMETERED'
        """
    )
    assert rows > 0.97 * 3 * 96 * BATTERIES and batteries == BATTERIES
    assert worst <= 0.005 + 1e-6


def rebuilt_states_hold(built: Warehouse) -> None:
    """Of batteries whose losses and size were fitted to their successor at the same point."""
    ((rows, batteries, covered, worst_outside, error, known),) = built.sql(
        """
        select count(*), count(distinct resource),
            avg(cast(true_mwh between soc_low_mwh and soc_high_mwh as integer)),
            max(greatest(soc_low_mwh - true_mwh, true_mwh - soc_high_mwh) / energy_mwh),
            avg(abs(soc_mwh - true_mwh) / energy_mwh)
                filter (where soc_high_mwh - soc_low_mwh < 0.1 * energy_mwh),
            count_if(soc_high_mwh - soc_low_mwh < 0.1 * energy_mwh)
        from truth where losses_evidence_code = 'SAME_POINT'
        """
    )
    assert batteries >= 10 and rows > 0.9 * 2 * 96 * batteries
    assert covered >= 0.95 and worst_outside < 0.01
    assert known > 0 and error < 0.02
    assert built.sql(
        "select count(*) from truth where losses_evidence_code = 'SAME_POINT' "
        "and abs(capacity_mwh - energy_mwh) > 0.01"
    ) == [(0,)]  # fmt: skip


def unknown_sizes_have_bounds_alone(built: Warehouse) -> None:
    ((rows, batteries, covered, middles),) = built.sql(
        """
        select count(*), count(distinct resource),
            avg(cast(true_mwh between soc_low_mwh and soc_high_mwh as integer)),
            count(soc_mwh) + count(capacity_mwh)
        from truth where losses_evidence_code = 'FLEET'
        """
    )
    assert batteries > 100 and rows > 0.9 * 2 * 96 * batteries
    assert covered >= 0.95 and middles == 0
