{{ config(materialized='view') }}

{#- Texts and no CTEs: DuckDB makes one that is read twice whole before it looks which periods are
    asked for. -#}
{%- set intervals = ref('fct_unit_curtailment_intervals') -%}
{%- set daily -%}
(
        select
            days.*,
            isos.time_zone
        from {{ ref('rpt_unit_curtailment_daily') }} as days
        inner join {{ ref('isos') }} as isos on days.iso = isos.iso
    ) as days
{%- endset -%}
{%- set network_days -%}
(
            select distinct
                iso,
                time_zone,
                market_date,
                network_interval_count,
                expected_interval_count
            from {{ daily }}
        ) as network_days
{%- endset %}

with units as (
    {% for period, seconds in clock_periods().items() -%}
    select
        iso,
        resource,
        '{{ period }}' as period,
        make_timestamptz(
            epoch_us(interval_start) // {{ seconds }}000000 * {{ seconds }}000000
        ) as period_start,
        make_timestamptz(
            (epoch_us(interval_start) // {{ seconds }}000000 + 1) * {{ seconds }}000000
        ) as period_end,
        min(market_date) as first_date,
        count(*) as interval_count,
        count(*) filter (where is_capped) as capped_interval_count,
        max(curtailment_mw) as max_curtailment_mw,
        max(self_curtailment_mw) as max_self_curtailment_mw,
        {{ exact_sum('curtailment_mwh') }} as curtailment_mwh,
        {{ exact_sum('self_curtailment_mwh') }} as self_curtailment_mwh,
        max(coalesce(published_at, _loaded_at)) as newest_at
    from {{ intervals }}
    group by all
    union all
    {% endfor -%}
    {% for period, (first_date, length) in calendar_periods().items() -%}
    select
        iso,
        resource,
        '{{ period }}' as period,
        timezone(time_zone, cast({{ first_date }} as timestamp)) as period_start,
        timezone(time_zone, cast({{ first_date }} + {{ length }} as timestamp)) as period_end,
        cast({{ first_date }} as date) as first_date,
        sum(interval_count) as interval_count,
        sum(capped_interval_count) as capped_interval_count,
        max(max_curtailment_mw) as max_curtailment_mw,
        max(max_self_curtailment_mw) as max_self_curtailment_mw,
        {{ exact_sum('curtailment_mwh') }} as curtailment_mwh,
        {{ exact_sum('self_curtailment_mwh') }} as self_curtailment_mwh,
        max(newest_published_at) as newest_at
    from {{ daily }}
    group by all
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- A unit has no row while it has neither wind nor sun, so the network tells how full a period is.
networks as (
    {% for period, seconds in clock_periods().items() -%}
    select
        iso,
        '{{ period }}' as period,
        make_timestamptz(
            epoch_us(interval_start) // {{ seconds }}000000 * {{ seconds }}000000
        ) as period_start,
        count(distinct interval_start) as network_interval_count,
        {{ seconds // 60 }} // min(interval_minutes) as expected_interval_count
    from {{ intervals }}
    group by all
    union all
    {% endfor -%}
    {% for period, (first_date, length) in calendar_periods().items() -%}
    select
        iso,
        '{{ period }}' as period,
        timezone(time_zone, cast(first_date as timestamp)) as period_start,
        sum(network_interval_count) as network_interval_count,
        {{ expected_in_days('(next_date - first_date)') }} as expected_interval_count
    from (
        select
            *,
            cast({{ first_date }} as date) as first_date,
            cast({{ first_date }} + {{ length }} as date) as next_date
        from {{ network_days }}
    )
    group by
        iso,
        time_zone,
        first_date,
        next_date
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    units.iso,
    units.resource,
    units.period,
    units.period_start,
    units.period_end,
    units.first_date,
    cast(units.interval_count as integer) as interval_count,
    cast(units.capped_interval_count as integer) as capped_interval_count,
    cast(networks.network_interval_count as integer) as network_interval_count,
    cast(networks.expected_interval_count as integer) as expected_interval_count,
    least(networks.network_interval_count / networks.expected_interval_count, 1) as completeness,
    {{ day_version('networks.network_interval_count', 'units.newest_at') }} as day_version,
    units.max_curtailment_mw,
    units.max_self_curtailment_mw,
    units.curtailment_mwh,
    units.self_curtailment_mwh,
    units.newest_at as newest_published_at
from units
inner join networks
    on
        units.iso = networks.iso
        and units.period = networks.period
        and units.period_start = networks.period_start
