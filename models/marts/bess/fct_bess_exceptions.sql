{{ config(materialized='view') }}

{#- reason -> which half of which era, and how many intervals. -#}
{%- set reasons = {
    'LOAD_UNPAIRED': ["is_old_load and battery is null and site_batteries is null",
        'regulation_hour_count'],
    'LOAD_AMBIGUOUS': ["is_old_load and battery is null and site_batteries is not null",
        'regulation_hour_count'],
    'LOAD_AFTER_PAIR': ["former_battery is not null",
        'greatest(awarded_hour_count, (unsettled_quarter_count + 3) // 4)'],
    'BATTERY_UNPAIRED': ["side = 'GEN' and load_resource is null",
        'greatest(award_hour_count, quarter_count // 4)'],
    'NO_SETTLEMENT_POINT': ["side <> 'LOAD'", 'pointless_hour_count'],
    'NO_DAM_PRICE': ['true', 'unpriced_dam_line_count'],
    'NO_RT_PRICE': ['true', 'unpriced_rt_energy_count'],
    'NO_RT_CAPACITY_PRICE': ['true', 'unpriced_rt_service_count'],
    'AWARD_WITHOUT_TELEMETRY': ["side <> 'LOAD' or battery is not null",
        'untelemetered_hour_count'],
    'TELEMETRY_WITHOUT_AWARD': ["side <> 'LOAD'", 'unawarded_quarter_count'],
    'CHARGE_UNSETTLED': ['is_old_load', 'unsettled_quarter_count'],
    'ZERO_POWER': ["side <> 'LOAD' and capacity_mw is null", 'award_hour_count'],
} -%}

with resource_days as (
    select * from {{ ref('fct_bess_resource_days') }}
),

pairs as (
    select * from {{ ref('int_bess__pairs') }}
),

-- Wider than what pairs: enough to ask whose load it is, not to say.
sites as (
    select
        iso,
        split_part(resource, '_', 1) as site,
        string_agg(resource, ', ' order by resource) as site_batteries
    from pairs
    group by all
),

paired as (
    select
        resource_days.*,
        case
            when resource_days.side <> 'LOAD' then resource_days.resource
            when resource_days.market_date < {{ single_model_since() }} then loads.resource
        end as battery,
        case
            when resource_days.market_date >= {{ single_model_since() }} then loads.resource
        end as former_battery,
        generation.load_resource,
        sites.site_batteries,
        -- since the single model a controllable load is no half of a battery
        resource_days.side = 'LOAD'
        and resource_days.market_date < {{ single_model_since() }} as is_old_load
    from resource_days
    left join pairs as loads
        on
            resource_days.side = 'LOAD'
            and resource_days.iso = loads.iso
            and resource_days.resource = loads.load_resource
    left join pairs as generation
        on resource_days.iso = generation.iso and resource_days.resource = generation.resource
    left join sites
        on
            resource_days.side = 'LOAD'
            and resource_days.iso = sites.iso
            and split_part(resource_days.resource, '_', 1) = sites.site
),

found as (
    {% for reason, (condition, count) in reasons.items() -%}
    select
        *,
        '{{ reason }}' as reason_code,
        {{ count }} as interval_count
    from paired
    where ({{ condition }}) and {{ count }} > 0
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    found.iso,
    found.resource,
    found.side,
    found.market_date,
    found.reason_code,
    reasons.interval_kind,
    cast(found.interval_count as integer) as interval_count,
    found.battery,
    case
        when reasons.reason_code in ('LOAD_UNPAIRED', 'LOAD_AMBIGUOUS', 'LOAD_AFTER_PAIR')
            then found.dam_amount
    end as amount_left_out,
    case reasons.reason_code
        when 'LOAD_AMBIGUOUS' then found.site_batteries
        when 'LOAD_AFTER_PAIR' then found.former_battery
    end as candidates,
    found.settlement_point,
    found._built_at
from found
inner join {{ ref('bess_exception_reasons') }} as reasons on found.reason_code = reasons.reason_code
