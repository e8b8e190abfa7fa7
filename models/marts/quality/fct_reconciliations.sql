{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['check_name', 'iso', 'market_date'],
    on_schema_change='fail'
) }}

{%- set days = rebuilt_days([
    ref('fct_price_intervals_revisions'), ref('rpt_price_daily'),
    ref('fct_interchange_intervals_revisions'), ref('fct_load_intervals_revisions'),
    ref('fct_ancillary_price_intervals_revisions'), ref('fct_region_dispatch_intervals'),
    ref('int_bess__dam_awards'), ref('rpt_bess_revenue_daily')
]) %}

with prices as (
    select * from {{ rows_of(ref('fct_price_intervals_revisions'), days) }}
    where is_latest and price is not null
),

price_days as (
    select * from {{ rows_of(ref('rpt_price_daily'), days) }}
),

flows as (
    select * from {{ rows_of(ref('fct_interchange_intervals_revisions'), days) }}
    where is_latest and flow_mw is not null
),

loads as (
    select * from {{ rows_of(ref('fct_load_intervals_revisions'), days) }}
    where is_latest
),

balances as (
    select * from {{ rows_of(ref('fct_region_dispatch_intervals'), days) }}
),

price_components as (
    select
        'price_components' as check_name,
        iso,
        market_date,
        energy_price + congestion_price + loss_price + coalesce(ghg_price, 0) as expected,
        price as actual
    from prices
    where energy_price is not null
),

-- Both runs of an interval that was solved twice: the balance holds in each. Files before October
-- 2021 have no demand response.
region_balance as (
    select
        'region_balance' as check_name,
        iso,
        market_date,
        dispatchable_generation_mw - dispatchable_load_mw - net_interchange_mw
        + coalesce(wdr_dispatched_mw, 0) as expected,
        total_demand_mw as actual
    from balances
),

-- Dispatch intervals, each with the start of the trading interval that it lies in.
dispatch_prices as (
    select
        *,
        {{ nem_trading_start('interval_start', 'market_date') }} as trading_start
    from prices
    where iso = 'NEM' and market = 'RT5M'
),

trading_price as (
    select
        'trading_price' as check_name,
        trading.iso,
        trading.market_date,
        avg(cast(dispatch.price as decimal(18, 6))) as expected,
        trading.price as actual
    from prices as trading
    inner join dispatch_prices as dispatch
        on
            trading.location = dispatch.location
            and trading.interval_start = dispatch.trading_start
    where trading.iso = 'NEM' and trading.market = 'TRADING'
    group by
        trading.iso,
        trading.market_date,
        trading.location,
        trading.interval_start,
        trading.interval_minutes,
        trading.price
    having count(*) * 5 = trading.interval_minutes
),

dispatch_flows as (
    select
        *,
        {{ nem_trading_start('interval_start', 'market_date') }} as trading_start
    from flows
    where market = 'RT5M'
),

trading_flow as (
    select
        'trading_flow' as check_name,
        trading.iso,
        trading.market_date,
        avg(cast(dispatch.flow_mw as decimal(18, 6))) as expected,
        trading.flow_mw as actual
    from flows as trading
    inner join dispatch_flows as dispatch
        on
            trading.interface = dispatch.interface
            and trading.interval_start = dispatch.trading_start
    where trading.market = 'TRADING'
    group by
        trading.iso,
        trading.market_date,
        trading.interface,
        trading.interval_start,
        trading.interval_minutes,
        trading.flow_mw
    having count(*) * 5 = trading.interval_minutes
),

zone_loads as (
    select
        'zone_loads' as check_name,
        iso,
        market_date,
        sum(cast(load_mw as decimal(18, 6))) filter (where location_type = 'WEATHER_ZONE')
            as expected,
        max(load_mw) filter (where location_type = 'SYSTEM') as actual
    from loads
    where
        iso = 'ERCOT'
        and location_type in ('WEATHER_ZONE', 'SYSTEM')
    group by
        iso,
        market_date,
        load_kind,
        interval_start
    having count(*) = 9
),

recomputed as (
    select
        iso,
        market,
        location,
        location_type,
        market_date,
        -- decimals: two builds of the same rows must agree to the last digit
        cast(
            sum(
                cast(price as decimal(18, 6))
                * {{ seconds_between('interval_start', 'interval_end') }}
            ) as double
        ) / sum({{ seconds_between('interval_start', 'interval_end') }}) as average_price,
        count(*) as interval_count
    from prices
    group by all
),

daily_average as (
    select
        'daily_average' as check_name,
        price_days.iso,
        price_days.market_date,
        recomputed.average_price as expected,
        price_days.average_price as actual
    from price_days
    inner join recomputed
        on
            price_days.iso = recomputed.iso
            and price_days.market is not distinct from recomputed.market
            and price_days.location = recomputed.location
            and price_days.location_type = recomputed.location_type
            and price_days.market_date = recomputed.market_date
),

daily_interval_count as (
    select
        'daily_interval_count' as check_name,
        price_days.iso,
        price_days.market_date,
        coalesce(recomputed.interval_count, 0) as expected,
        price_days.interval_count as actual
    from price_days
    left join recomputed
        on
            price_days.iso = recomputed.iso
            and price_days.market is not distinct from recomputed.market
            and price_days.location = recomputed.location
            and price_days.location_type = recomputed.location_type
            and price_days.market_date = recomputed.market_date
    where not (price_days.iso = 'ERCOT' and price_days.market = 'RT5M')
),

awards as (
    select * from {{ rows_of(ref('int_bess__dam_awards'), days) }}
),

-- The disclosure prints the point's price beside each battery, 60 days after the market did.
bess_point_price as (
    select
        'bess_point_price' as check_name,
        awards.iso,
        awards.market_date,
        prices.price as expected,
        awards.energy_price as actual
    from awards
    inner join prices
        on
            awards.iso = prices.iso
            and prices.market = 'DAM'
            and awards.settlement_point = prices.location
            and awards.interval_start = prices.interval_start
),

disclosed_capacity_prices as (
    {% for product in ['regup', 'regdn', 'rrs', 'ecrs', 'nspin'] -%}
    select
        iso,
        market_date,
        interval_start,
        '{{ product | upper }}' as product,
        min({{ product }}_price) as lowest_price,
        max({{ product }}_price) as highest_price
    from awards
    where {{ product }}_price is not null
    group by all
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

bess_one_clearing_price as (
    select
        'bess_one_clearing_price' as check_name,
        iso,
        market_date,
        lowest_price as expected,
        highest_price as actual
    from disclosed_capacity_prices
),

bess_clearing_price as (
    select
        'bess_clearing_price' as check_name,
        disclosed.iso,
        disclosed.market_date,
        published.price as expected,
        disclosed.highest_price as actual
    from disclosed_capacity_prices as disclosed
    inner join {{ rows_of(ref('fct_ancillary_price_intervals_revisions'), days) }} as published
        on
            disclosed.iso = published.iso
            and published.market = 'DAM'
            and disclosed.product = published.operator_product
            and disclosed.interval_start = published.interval_start
    where published.is_latest
),

battery_lines as (
    select
        iso,
        market_date,
        resource,
        sum(amount) as amount
    from {{ rows_of(ref('fct_bess_revenue_lines'), days) }}
    where is_attributable
    group by all
),

battery_days as (
    select * from {{ rows_of(ref('rpt_bess_revenue_daily'), days) }}
),

-- A battery that either side lacks has no amount there: the difference is all of it.
bess_daily_amounts as (
    select
        'bess_daily_amounts' as check_name,
        iso,
        market_date,
        coalesce(lines.amount, 0) as expected,
        coalesce(battery_days.amount, 0) as actual
    from battery_lines as lines
    full join battery_days using (iso, market_date, resource)
),

touched_months as (
    select distinct
        iso,
        cast(date_trunc('month', market_date) as date) as month
    from battery_days
),

whole_months as (
    select
        days.iso,
        touched_months.month,
        days.resource,
        sum(days.amount) as amount
    from {{ ref('rpt_bess_revenue_daily') }} as days
    inner join touched_months
        on
            days.iso = touched_months.iso
            and date_trunc('month', days.market_date) = touched_months.month
    group by all
),

battery_months as (
    select
        months.iso,
        months.month,
        months.resource,
        months.amount
    from {{ ref('rpt_bess_revenue_monthly') }} as months
    inner join touched_months using (iso, month)
),

bess_monthly_amounts as (
    select
        'bess_monthly_amounts' as check_name,
        iso,
        month as market_date,
        coalesce(whole_months.amount, 0) as expected,
        coalesce(battery_months.amount, 0) as actual
    from whole_months
    full join battery_months using (iso, month, resource)
),

summed_months as (
    select
        iso,
        month,
        sum(amount) as amount
    from battery_months
    group by all
),

bess_fleet_amount as (
    select
        'bess_fleet_amount' as check_name,
        summed_months.iso,
        summed_months.month as market_date,
        coalesce(summed_months.amount, 0) as expected,
        coalesce(fleet.all_amount, 0) as actual
    from summed_months
    left join {{ ref('rpt_bess_fleet_monthly') }} as fleet using (iso, month)
),

-- Of a correction that follows another one the price on file is that one's.
corrected_price as (
    select
        'corrected_price' as check_name,
        corrections.iso,
        corrections.market_date,
        corrections.original_price as expected,
        arg_max(published.price, published.revision) as actual
    from {{ rows_of(ref('fct_price_corrections'), days) }} as corrections
    inner join {{ rows_of(ref('fct_price_intervals_revisions'), days) }} as published
        on
            corrections.iso = published.iso
            and corrections.market = published.market
            and corrections.market_date = published.market_date
            and corrections.location = published.location
            and corrections.location_type = published.location_type
            and corrections.interval_start = published.interval_start
            and corrections.corrected_at > published.published_at
    group by
        corrections.iso,
        corrections.market,
        corrections.market_date,
        corrections.location,
        corrections.location_type,
        corrections.interval_start,
        corrections.corrected_at,
        corrections.original_price
),

counted_files as (
    select
        file_id,
        sum(row_count) as row_count
    from {{ ref('int_files__row_counts') }}
    group by file_id
),

-- One row per file that ever landed: few enough to look at all of them in each build.
ledger_rows as (
    select
        'ledger_rows' as check_name,
        coalesce(isos.iso, upper(files.operator)) as iso,
        cast(files.loaded_at as date) as market_date,
        files.rows_landed as expected,
        coalesce(counted_files.row_count, 0) as actual
    from {{ ref('fct_files') }} as files
    left join {{ ref('isos') }} as isos
        on split_part(files.operator, '_', 1) = isos.operator
    left join counted_files on files.file_id = counted_files.file_id
    -- staging is cut at `as_of`, the ledger is not
    where {{ as_of_instant() is none }}
),

compared as (
    {% for check in [
        'price_components', 'region_balance', 'trading_price', 'trading_flow', 'zone_loads',
        'daily_average', 'daily_interval_count', 'bess_point_price', 'bess_one_clearing_price',
        'bess_clearing_price', 'bess_daily_amounts', 'bess_monthly_amounts', 'bess_fleet_amount',
        'corrected_price', 'ledger_rows'
    ] -%}
    select
        check_name,
        iso,
        market_date,
        round(cast(expected as double), 6) as expected,
        round(cast(actual as double), 6) as actual
    from {{ check }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- The row of the day that is furthest off stands for the day.
worst as (
    select
        compared.check_name,
        compared.iso,
        compared.market_date,
        max({
            'off': abs(compared.actual - compared.expected),
            'expected': compared.expected,
            'actual': compared.actual
        }) as furthest,
        cast(count(*) as integer) as compared_count,
        cast(
            count(*) filter (where abs(compared.actual - compared.expected) > checks.tolerance)
            as integer
        ) as outside_count
    from compared
    inner join {{ ref('reconciliation_checks') }} as checks
        on compared.check_name = checks.check_name
    where compared.expected is not null and compared.actual is not null
    group by all
)

select
    worst.check_name,
    worst.iso,
    worst.market_date,
    worst.furthest['expected'] as expected,
    worst.furthest['actual'] as actual,
    round(worst.furthest['actual'] - worst.furthest['expected'], 6) as difference,
    checks.tolerance,
    worst.outside_count = 0 as is_within,
    worst.compared_count,
    worst.outside_count,
    checks.description as explanation,
    {{ built_at() }} as _built_at
from worst
inner join {{ ref('reconciliation_checks') }} as checks on worst.check_name = checks.check_name
