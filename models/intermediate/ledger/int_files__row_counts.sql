{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['staging_model', 'file_id'],
    on_schema_change='fail'
) }}

{#- Every staging model over a landed table, found in the project: a new product is counted without
    a change here. It is built after the intermediate models, and the staging models that none of them
    reads, so that staging is there and has passed its tests. -#}
-- depends_on: {{ ref('int_prices__unioned') }}, {{ ref('int_ancillary__unioned') }}
-- depends_on: {{ ref('int_constraints__unioned') }}, {{ ref('int_loads__unioned') }}
-- depends_on: {{ ref('int_forecasts__unioned') }}, {{ ref('int_loads__region_balances') }}
-- depends_on: {{ ref('int_interchange__unioned') }}, {{ ref('int_outputs__unioned') }}
-- depends_on: {{ ref('stg_ercot__dam_bus_lmp_corrections') }}
-- depends_on: {{ ref('stg_ercot__sced_bus_lmp_corrections') }}
-- depends_on: {{ ref('stg_ercot__sced_capacity_price_corrections') }}
-- depends_on: {{ ref('stg_ercot__sced_shadow_price_corrections') }}
-- depends_on: {{ ref('stg_ercot__sog_lmp_corrections') }}
-- depends_on: {{ ref('stg_ercot__sog_price_corrections') }}
-- depends_on: {{ ref('int_outages__unioned') }}
-- depends_on: {{ ref('int_generation__unioned') }}, {{ ref('int_renewables__unioned') }}
{%- set marks = watermarks('staging_model') if execute and is_incremental() else {} %}

with counted as (
    {% for model in staging_models() -%}
    select
        '{{ model.name }}' as staging_model,
        '{{ model.feed }}' as feed,
        iso,
        _file_id as file_id,
        _loaded_at,
        count({{ model.landed_rows }}) as row_count,
        count({{ model.landed_rows }}) filter (where {{ model.time }} is null)
            as unresolved_row_count,
        min({{ model.time }}) as first_interval_start,
        max({{ model.time }}) as last_interval_start
    from {{ model.relation }}
    {%- if model.name in marks %}
    where _loaded_at > timestamptz '{{ marks[model.name] }}'
    {%- endif %}
    group by all
    union all
    {% endfor -%}
    select
        cast(null as text) as staging_model,
        cast(null as text) as feed,
        cast(null as text) as iso,
        cast(null as text) as file_id,
        cast(null as timestamptz) as _loaded_at,
        0 as row_count,
        0 as unresolved_row_count,
        cast(null as timestamptz) as first_interval_start,
        cast(null as timestamptz) as last_interval_start
    where false
)

select
    staging_model,
    feed,
    iso,
    file_id,
    row_count,
    unresolved_row_count,
    first_interval_start,
    last_interval_start,
    _loaded_at,
    {{ built_at() }} as _built_at
from counted
