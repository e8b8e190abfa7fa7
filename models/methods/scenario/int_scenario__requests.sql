{#- Appended by `gridhouse scenario`, never overwritten, and kept by a full refresh. The question
    comes as hexadecimal digits: dbt would render what people write as a template. -#}
{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false,
    schema='intermediate'
) }}
{%- set question = var('scenario', none) %}

with questions as (
    select decode(from_hex('{{ question or "" }}')) as request
),

asked as (
    select
        json_extract_string(request, '$.request_id') as request_id,
        request
    from questions
    where request <> ''
)

select
    request_id,
    request,
    {{ built_at() }} as _built_at
from asked
{% if is_incremental() -%}
-- a build that is run again asks no second time
where request_id not in (select request_id from {{ this }})
{%- endif %}
