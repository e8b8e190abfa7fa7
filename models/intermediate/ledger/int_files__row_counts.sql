{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['staging_model', 'file_id'],
    on_schema_change='fail'
) }}

{#- Every staging model over a landed table, found in the project: a new product is counted without
    a change here. `gridhouse build` builds them all before this (gridhouse/dbt.py). -#}
-- depends_on: {{ ref('stg_ledger__files') }}
{%- set marks = watermarks('staging_model') if execute and is_incremental() else {} %}
{%- set newest = newest_loads() %}

with counted as (
    {#- Instants as text in UTC sort as instants. #}
    {% for model in staging_models()
        if model.feed in newest and newest[model.feed] > marks.get(model.name, '') -%}
    select
        '{{ model.name }}' as staging_model,
        '{{ model.feed }}' as feed,
        _file_id as file_id,
        _loaded_at,
        count({{ model.landed_rows }}) as row_count,
        {%- if model.time %}
        count({{ model.landed_rows }}) filter (where {{ model.time }} is null)
            as unresolved_row_count,
        min({{ model.time }}) as first_interval_start,
        max({{ model.time }}) as last_interval_start
        {%- else %}
        cast(0 as bigint) as unresolved_row_count,
        cast(null as timestamptz) as first_interval_start,
        cast(null as timestamptz) as last_interval_start
        {%- endif %}
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
        cast(null as text) as file_id,
        cast(null as timestamptz) as _loaded_at,
        cast(0 as bigint) as row_count,
        cast(0 as bigint) as unresolved_row_count,
        cast(null as timestamptz) as first_interval_start,
        cast(null as timestamptz) as last_interval_start
    where false
)

select
    staging_model,
    feed,
    file_id,
    row_count,
    unresolved_row_count,
    first_interval_start,
    last_interval_start,
    _loaded_at,
    {{ built_at() }} as _built_at
from counted
