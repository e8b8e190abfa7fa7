{{ config(tags=['made_of_data']) }}

{#- Staging models with such rows are known by their counts, so the others are not read. -#}
{%- set affected = [] -%}
{%- if execute and load_relation(ref('int_files__row_counts')) -%}
    {%- set found = run_query(
        'select distinct staging_model from ' ~ ref('int_files__row_counts')
        ~ ' where unresolved_row_count > 0'
    ) -%}
    {%- do affected.extend(found.columns[0].values()) -%}
{%- endif -%}
with counts as (
    select * from {{ ref('int_files__row_counts') }}
    where unresolved_row_count > 0
),

unresolved as (
    {% for model in (staging_models() if affected else []) if model.name in affected -%}
    select {{ 'distinct' if model.landed_rows != '*' }}
        '{{ model.name }}' as staging_model,
        iso,
        {{ model.market_date }} as market_date,
        _file_id as file_id,
        _row_number as row_number,
        _loaded_at
    from {{ model.relation }}
    where
        {{ model.time }} is null
        and _file_id in (
            select counts.file_id from counts
            where counts.staging_model = '{{ model.name }}'
        )
    union all
    {% endfor -%}
    select
        cast(null as text) as staging_model,
        cast(null as text) as iso,
        cast(null as date) as market_date,
        cast(null as text) as file_id,
        cast(null as bigint) as row_number,
        cast(null as timestamptz) as _loaded_at
    where false
)

select
    unresolved.iso,
    counts.feed,
    unresolved.staging_model,
    unresolved.file_id,
    unresolved.row_number,
    unresolved.market_date,
    unresolved._loaded_at
from unresolved
inner join counts
    on
        unresolved.staging_model = counts.staging_model
        and unresolved.file_id = counts.file_id
