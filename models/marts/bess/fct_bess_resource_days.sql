{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

{%- set days = rebuilt_days([
    ref('int_bess__dam_awards'), ref('fct_bess_real_time_intervals'), ref('int_bess__pair_days')
]) %}

with pairs as (
    select * from {{ ref('int_bess__pairs') }}
    where load_resource is not null
),

award_rows as not materialized (
    select * from {{ rows_of(ref('int_bess__dam_awards'), days) }}
),

-- Of loads those alone that are a battery's, or could be: regulation is for controllable ones.
awards as (
    select
        awards.*,
        coalesce(awards.regup_mw > 0 or awards.regdn_mw > 0, false) as has_regulation
    from award_rows as awards
    left join pairs on awards.iso = pairs.iso and awards.resource = pairs.load_resource
    where
        awards.side <> 'LOAD'
        or pairs.resource is not null
        or awards.regup_mw > 0
        or awards.regdn_mw > 0
),

telemetry as not materialized (
    select quarters.*
    from {{ rows_of(ref('fct_bess_real_time_intervals'), days) }} as quarters
    left join pairs on quarters.iso = pairs.iso and quarters.resource = pairs.load_resource
    where
        quarters.covered_seconds > 0
        and (quarters.side <> 'LOAD' or pairs.resource is not null)
),

-- the telemetered limits, which the account of quarter hours leaves out
limits as (
    select
        iso,
        side,
        resource,
        market_date,
        max(hsl_mw) as hsl_mw,
        max(maximum_soc_mwh) as maximum_soc_mwh
    from {{ rows_of(ref('int_bess__quarters'), days) }}
    group by all
),

telemetry_hours as (
    select
        iso,
        side,
        resource,
        time_bucket(interval 1 hour, interval_start) as interval_start,
        count(*) as quarter_count
    from telemetry
    group by all
),

award_days as (
    select
        awards.iso,
        awards.side,
        awards.resource,
        awards.market_date,
        arg_max(awards.settlement_point, awards.interval_start) as settlement_point,
        arg_max(awards.qse, awards.interval_start) as qse,
        arg_max(awards.dme, awards.interval_start) as dme,
        nullif(max(awards.hsl_mw), 0) as capacity_mw,
        count(*) as award_hour_count,
        count_if(awards.settlement_point is null) as pointless_hour_count,
        count_if(coalesce(hours.quarter_count, 0) < 4) as untelemetered_hour_count,
        count_if(awards.has_regulation) as regulation_hour_count
    from awards
    left join telemetry_hours as hours
        on
            awards.iso = hours.iso
            and awards.side = hours.side
            and awards.resource = hours.resource
            and awards.interval_start = hours.interval_start
    group by
        awards.iso,
        awards.side,
        awards.resource,
        awards.market_date
),

telemetry_days as (
    select
        iso,
        side,
        resource,
        market_date,
        count(*) as quarter_count,
        count_if(dam_energy_mwh is null) as unawarded_quarter_count,
        count_if(discharged_mwh <> charged_mwh) as moving_quarter_count
    from telemetry
    group by all
),

lines as (
    select
        *,
        amount is null and quantity <> 0 as is_unpriced
    from {{ rows_of(ref('fct_bess_revenue_lines'), days) }}
    where is_attributable
),

line_days as (
    select
        iso,
        side,
        source_resource as resource,
        market_date,
        count_if(is_unpriced and starts_with(revenue_line, 'DAM_')) as unpriced_dam_line_count,
        count_if(is_unpriced and revenue_line = 'RT_ENERGY') as unpriced_rt_energy_count,
        count_if(
            is_unpriced and starts_with(revenue_line, 'RT_') and revenue_line <> 'RT_ENERGY'
        ) as unpriced_rt_service_count,
        count_if(revenue_line = 'RT_ENERGY' and quantity <> 0) as moving_line_count
    from lines
    group by all
),

-- what the disclosure says that it was awarded, whether it is in an account or not
earned as (
    select
        iso,
        side,
        resource,
        market_date,
        cast(sum(cast(amount as decimal(18, 6))) as double) as dam_amount,
        count(distinct interval_start) as awarded_hour_count
    from {{ rows_of(ref('int_bess__dam_lines'), days) }}
    group by all
),

keys as (
    select
        iso,
        side,
        resource,
        market_date
    from award_days
    union
    select
        iso,
        side,
        resource,
        market_date
    from telemetry_days
)

select
    keys.iso,
    keys.market_date,
    keys.side,
    keys.resource,
    award_days.settlement_point,
    award_days.qse,
    award_days.dme,
    award_days.capacity_mw,
    nullif(limits.hsl_mw, 0) as telemetered_capacity_mw,
    nullif(limits.maximum_soc_mwh, 0) as maximum_soc_mwh,
    {% for column, relation in {
        'award_hour_count': 'award_days',
        'pointless_hour_count': 'award_days',
        'untelemetered_hour_count': 'award_days',
        'regulation_hour_count': 'award_days',
        'awarded_hour_count': 'earned',
        'quarter_count': 'telemetry_days',
        'unawarded_quarter_count': 'telemetry_days',
        'unpriced_dam_line_count': 'line_days',
        'unpriced_rt_energy_count': 'line_days',
        'unpriced_rt_service_count': 'line_days',
    }.items() -%}
    cast(coalesce({{ relation }}.{{ column }}, 0) as integer) as {{ column }},
    {% endfor -%}
    -- of a load, whose energy is priced through its battery
    case
        when keys.side = 'LOAD'
            then cast(
                coalesce(telemetry_days.moving_quarter_count, 0)
                - coalesce(line_days.moving_line_count, 0) as integer
            )
        else 0
    end as unsettled_quarter_count,
    coalesce(earned.dam_amount, 0) as dam_amount,
    {{ built_at() }} as _built_at
from keys
left join award_days using (iso, side, resource, market_date)
left join telemetry_days using (iso, side, resource, market_date)
left join limits using (iso, side, resource, market_date)
left join line_days using (iso, side, resource, market_date)
left join earned using (iso, side, resource, market_date)
