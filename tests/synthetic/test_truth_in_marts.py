"""The whole way: files to marts, compared with the truth row for row."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import duckdb
import pytest

import synthetic
from tests.synthetic.conftest import DAY
from tests.synthetic.reading import CENTRAL

pytestmark = [pytest.mark.slow, pytest.mark.ci]

RUN = [sys.executable, "-c", "from gridhouse.cli import app; app()"]
KEY = ["iso", "market", "location", "location_type", "interval_start", "market_date"]
# mart (or staging model of what no mart shows) -> further keys, values
MARTS = {
    "fct_price_intervals": (
        ["currency"],
        ["price", "energy_price", "congestion_price", "loss_price", "ghg_price"],
    ),
    "fct_ancillary_price_intervals": (["product", "currency"], ["price"]),
    "fct_constraint_intervals": (
        ["constraint_name", "contingency_name", "constraint_id", "from_station", "to_station"],
        ["shadow_price", "limit_mw", "flow_mw", "violation_mw"],
    ),
    "stg_ercot__sced_system_lambdas": (["run_at", "currency"], ["price", "uncapped_price"]),
    "fct_load_intervals": (["load_kind"], ["load_mw"]),
    "fct_load_forecast_intervals": (["model", "is_in_use", "issued_at"], ["load_mw"]),
    "fct_renewable_forecast_intervals": (
        ["technology", "forecast_kind", "issued_at"],
        ["generation_mw"],
    ),
    "fct_generation_intervals": (["fuel", "generation_kind"], ["generation_mw"]),
    "fct_outage_intervals": (["outage_kind", "issued_at"], ["outage_mw"]),
    "fct_interchange_intervals": (
        ["interface"],
        ["flow_mw", "scheduled_mw", "limit_forward_mw", "limit_reverse_mw", "losses_mw"],
    ),
    "fct_resource_output_intervals": (["resource", "measured"], ["output_mw"]),
}


# where the publication is not known, a forecast is as old as its fetch
SHOWN = {"issued_at": "case when iso <> 'CAISO' then issued_at end as issued_at"}
# day that a part of the truth was written for: forecasts tell of days to come
WRITTEN = r"cast(regexp_extract(filename, '(\d{4}-\d\d-\d\d)-r\d+\.parquet$', 1) as date)"


def run(data: Path, *arguments: str) -> None:
    environment = {**os.environ, "GRIDHOUSE_DATA": str(data)}
    done = subprocess.run([*RUN, *arguments], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def differences(
    data: Path, truth: synthetic.Truth, batch: int, marts: Iterable[str] = tuple(MARTS)
) -> dict[str, list]:
    """Rows in the mart and not in the truth, and the reverse, by mart, after `batch` batches.

    `ends` are those of constraints in ERCOT's dispatch.
    """
    out = {}
    first = min(truth.table("fct_price_intervals").column("market_date").to_pylist())
    with duckdb.connect(str(data / "gridhouse.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{data / 'raw.duckdb'}' as raw (read_only)")
        for mart in marts:
            keys, values = MARTS[mart]
            relation = f"{'staging' if mart.startswith('stg_') else 'marts'}.{mart}"
            held = {row[0] for row in connection.execute(f"describe {relation}").fetchall()}
            keys = [k for k in KEY + keys if k in held]
            columns = ", ".join(SHOWN.get(c, c) for c in keys + values)
            found = connection.execute(
                f"""
                with truth as (
                    select {columns} from read_parquet('{truth.path(mart)}', filename = true)
                    where revision <= {batch} and {WRITTEN} < '{first + batch * DAY}'
                    qualify revision = max(revision) over (partition by feed, {", ".join(keys)})
                ),
                mart as (select {columns} from {relation})
                (select 'mart only' as side, * from (from mart except all from truth))
                union all by name
                (select 'truth only' as side, * from (from truth except all from mart))
                limit 5
                """
            ).fetchall()
            count = connection.execute(f"select count(*) from {relation}").fetchone()[0]
            out[mart] = found
            assert count, mart
        ends = connection.execute(
            """
            select distinct interval_start, interval_end from marts.fct_constraint_intervals
            where iso = 'ERCOT' and market = 'RT5M'
            """
        ).fetchall()
    # a constraint holds until the next run that any feed tells of, five minutes where none is near
    runs = sorted(
        r["run_at"]
        for mart in ("stg_ercot__sced_system_lambdas", "fct_constraint_intervals")
        for r in truth.table(mart).to_pylist()
        if r["run_at"] and r["market_date"] < first + batch * DAY
    )
    assert ends
    out["ends"] = []
    for start, end in ends:
        after = next((r for r in runs if r > start), start + timedelta(days=1))
        near = after <= start + timedelta(minutes=10)
        until = after if near else start + timedelta(minutes=5)
        # and at most to the end of its market day
        today = start.astimezone(CENTRAL).date()
        midnight = datetime.combine(today + DAY, time(), CENTRAL).astimezone(UTC)
        if end != min(until, midnight):
            out["ends"].append((start, end, after))
    return out


def test_marts_equal_the_truth_before_and_after_a_correction(tmp_path: Path) -> None:
    batches = synthetic.two_batches(tmp_path / "files")
    truth = synthetic.Truth(tmp_path / "files")
    data = tmp_path / "data"
    data.mkdir()
    for number, files in enumerate(batches, start=1):
        run(data, "extract", "--from", str(files))
        run(data, "build")
        found = differences(data, truth, number)
        assert not any(found.values()), (f"batch {number}", found)


def test_a_network_from_the_command_to_the_marts(tmp_path: Path) -> None:
    """Its files land, the marts equal the truth, and prices follow from the true shift factors.

    One day: between two, the marts part the run that holds past midnight.
    """
    files, data = tmp_path / "files", tmp_path / "data"
    data.mkdir()
    run(data, "synth", "--points", "40", "--start", "2026-03-08", "--to", str(files))
    run(data, "extract", "--from", str(files / "ercot"))
    run(data, "build")
    truth = synthetic.Truth(files)
    of_others = {"fct_interchange_intervals", "fct_resource_output_intervals"}
    found = differences(data, truth, 1, [m for m in MARTS if m not in of_others])
    assert not any(found.values()), found
    with duckdb.connect(str(data / "gridhouse.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{data / 'raw.duckdb'}' as raw (read_only)")
        compared, worst, congested = connection.execute(
            f"""
            with shown as (
                select prices.location, prices.interval_start, any_value(prices.price) as price,
                    any_value(lambdas.price) as energy,
                    coalesce(sum(mu.shadow_price * ptdf.shift_factor), 0) as congestion
                from marts.fct_price_intervals as prices
                inner join staging.stg_ercot__sced_system_lambdas as lambdas
                    on prices.interval_start = lambdas.run_at
                left join marts.fct_constraint_intervals as mu
                    on prices.interval_start = mu.interval_start and mu.market = 'RT5M'
                left join read_parquet('{truth.path("ptdf_rows")}') as ptdf
                    on mu.constraint_name = ptdf.constraint_name
                    and mu.contingency_name = ptdf.contingency_name
                    and prices.location = ptdf.location
                    and prices.market_date between ptdf.market_date and ptdf.last_market_date
                where prices.market = 'RT5M'
                group by all
            )
            select count(*), max(abs(price - energy + congestion)),
                count(*) filter (where abs(congestion) > 0.01)
            from shown
            """
        ).fetchone()
        lines = connection.execute(
            f"""
            with lines as (
                select true_line.resource is not null and line.resource is not null as is_in_both,
                    line.evidence_code = 'DISCLOSED_IN_PART' as is_part,
                    abs(true_line.quantity - line.quantity) as apart
                from read_parquet('{truth.path("fct_bess_revenue_lines")}') as true_line
                full join (from marts.fct_bess_revenue_lines where is_attributable) as line
                    using (resource, revenue_line, side, interval_start, settlement_point)
            )
            select bool_and(is_in_both), count(*) filter (not is_part),
                -- of a quarter hour without all its runs the truth knows the rest
                max(apart) filter (not is_part)
            from lines
            """
        ).fetchone()
    runs = truth.table("stg_ercot__sced_system_lambdas").num_rows
    assert compared == 40 * runs and congested > 1_000
    assert worst <= 0.02
    in_both, whole, apart = lines
    assert in_both and whole > 1_000 and apart < 1e-6
