"""The example queries that end `gridhouse run --samples`."""

from __future__ import annotations

from rich.console import Console

from gridhouse.dbt import warehouse_path
from gridhouse.report import query_table
from gridhouse.settings import Settings

EXAMPLES = (
    (
        "What did a megawatt-hour cost, by market and day?",
        """
select iso, market, market_date, location, round(average_price, 2) as average,
    round(peak_price, 2) as peak, round(min_price, 2) as lowest, round(max_price, 2) as highest,
    negative_interval_count as below_zero, interval_count || '/' || expected_interval_count as hours
from marts.rpt_price_daily
where location in ('HB_NORTH', 'TH_SP15_GEN-APND', 'SA1')
    and location_type in ('HUB', 'REGION') and completeness = 1
qualify row_number() over (partition by iso, market order by market_date desc) <= 2
order by iso, market, market_date""",
    ),
    (
        "The 25-hour autumn day in California: the repeated hour keeps its own row",
        """
select strftime(interval_start, '%Y-%m-%d %H:%M') as start_utc,
    strftime(timezone('America/Los_Angeles', interval_start), '%H:%M') as start_local,
    price, energy_price, congestion_price, loss_price
from marts.fct_price_intervals
where iso = 'CAISO' and market = 'DAM' and location = 'TH_SP15_GEN-APND'
    and hour(timezone('America/Los_Angeles', interval_start)) between 0 and 2
    and market_date in (
        select market_date from marts.fct_price_intervals where iso = 'CAISO' and market = 'DAM'
        group by market_date having count(distinct interval_start) = 25
    )
order by interval_start limit 5""",
    ),
    (
        "What makes the price at HB_WEST? Effective PTDFs, from prices and shadow prices",
        """
select driver_rank as rank, constraint_name, contingency_name, round(beta, 4) as factor,
    round(standard_error, 6) as standard_error, round(avg_abs_mu, 2) as mean_shadow_price,
    round(expected_impact, 2) as usd_per_mwh
from ref.estimated_ptdf_node_summary
where location = 'HB_WEST'
order by driver_rank""",
    ),
    (
        "What did South Australia's generators make, earn and emit? Batteries by direction",
        """
select fuel_code as fuel_tech, strftime(first_date, '%Y-%m-%d') as market_date,
    round(energy_mwh) as mwh, round(volume_weighted_price, 2) as aud_per_mwh,
    round(emissions_t) as tonnes, round(completeness, 2) as completeness
from marts.rpt_fuel_periods
where iso = 'NEM' and location = 'SA1' and period = '1d' and grouping_kind = 'FUEL_TECH'
    and completeness = 1 and volume_weighted_price is not null
qualify first_date = max(first_date) over ()
order by mwh desc""",
    ),
    (
        "What is missing? Expected intervals minus those that landed",
        """
select iso, market, mart, location_group, market_date, expected_interval_count as expected,
    interval_count as landed, missing_interval_count as missing
from marts.fct_interval_completeness
where market_date = (select max(market_date) from marts.rpt_price_daily)
    or (expected_interval_count > 0 and is_complete)
order by missing desc, iso, market limit 8""",
    ),
)


def show_examples(console: Console, settings: Settings) -> None:
    """Print each question, its query and its answer, then where to go next."""
    warehouse = warehouse_path(settings)
    for title, sql in EXAMPLES:
        query_table(console, title, sql, settings)
    console.print(
        f"\nThe warehouse is {warehouse}: open it with any DuckDB client, for example\n"
        f"  duckdb -readonly {warehouse}\n"
        "Next: `gridhouse catalog` (what there is), `make docs` (tables, columns, lineage), "
        "`gridhouse run ercot --days 2` (the operator's site), docs/index.md.",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
