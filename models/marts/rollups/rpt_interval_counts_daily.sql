{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['mart', 'iso', 'market_date'],
    on_schema_change='fail'
) }}

{#- Operational demand by half hours is a product of its own, beside that of five minutes. -#}
{%- set load_group = "case load_kind when 'OPERATIONAL_HALF_HOUR' then 'REGION_HALF_HOUR'
            else location_type end" -%}
{%- set location_type = 'location_type' -%}
{#- Per fact: its table, the location and its type, the group that is complete or not, what tells
    the series of a location apart, and the value that counts. Where the location is the series, and
    has one row an interval, there is nothing to tell apart. -#}
{%- set facts = [
    ('fct_ancillary_price_intervals', ref('fct_ancillary_price_intervals_revisions'),
        'location', location_type, location_type, 'product', 'price'),
    ('fct_load_intervals', ref('fct_load_intervals_revisions'),
        'location', location_type, load_group, 'load_kind', 'load_mw'),
    ('fct_load_forecast_intervals', ref('fct_load_forecast_intervals_revisions'),
        'location', location_type, location_type, 'model', 'load_mw'),
    ('fct_outage_intervals', ref('fct_outage_intervals_revisions'),
        'location', location_type, location_type, 'outage_kind', 'outage_mw'),
    ('fct_interchange_intervals', ref('fct_interchange_intervals_revisions'),
        'location', location_type, location_type, 'interface', 'flow_mw'),
    ('fct_resource_output_intervals', ref('fct_resource_output_intervals_revisions'),
        'resource', 'cast(null as text)', "'RESOURCE'", none, 'output_mw'),
    ('fct_generation_intervals', ref('fct_generation_intervals_revisions'),
        'location', location_type, location_type, 'row(fuel, generation_kind)', 'generation_mw'),
    ('fct_renewable_forecast_intervals', ref('fct_renewable_forecast_intervals_revisions'),
        'location', location_type, location_type, 'row(technology, forecast_kind)',
        'generation_mw'),
    ('fct_rooftop_intervals', ref('fct_rooftop_intervals_revisions'),
        'location', location_type, location_type, 'location', 'power_mw'),
] %}

with prices as (
    select
        'fct_price_intervals' as mart,
        iso,
        market,
        location,
        location_type,
        location_type as location_group,
        market_date,
        1 as series_count,
        interval_count
    from {{ rebuilt_rows(ref('rpt_price_daily')) }}
),

{% for mart, revisions, location, location_type, group, series, figure in facts -%}
{{ mart }} as (
    select
        '{{ mart }}' as mart,
        iso,
        market,
        {{ location }} as location,
        {{ location_type }} as location_type,
        {{ group }} as location_group,
        market_date,
        {%- if series %}
        count(distinct {{ series }}) as series_count,
        -- forecasts have a row per issue: an interval counts once for each model
        count(distinct row({{ series }}, interval_start)) filter (where {{ figure }} is not null)
            as interval_count
        {%- else %}
        1 as series_count,
        count({{ figure }}) as interval_count
        {%- endif %}
    from {{ rebuilt_rows(revisions) }}
    where is_latest
    group by all
),

{% endfor -%}
-- A unit has no row while it has neither wind nor sun: counted is what any of them has.
curtailments as (
    select
        'fct_unit_curtailment_intervals' as mart,
        iso,
        cast(null as text) as market,
        iso as location,
        'SYSTEM' as location_type,
        'SYSTEM' as location_group,
        market_date,
        1 as series_count,
        max(network_interval_count) as interval_count
    from {{ rebuilt_rows(ref('rpt_unit_curtailment_daily')) }}
    group by
        iso,
        market_date
),

unioned as (
    select * from prices
    union all
    select * from curtailments
    {% for mart, revisions, location, location_type, group, series, figure in facts -%}
    union all
    select * from {{ mart }}
    {% endfor %}
)

select
    mart,
    iso,
    market,
    location,
    location_type,
    location_group,
    market_date,
    cast(series_count as integer) as series_count,
    cast(interval_count as integer) as interval_count,
    {{ built_at() }} as _built_at
from unioned
