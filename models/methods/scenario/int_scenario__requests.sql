{#- Appended by `gridhouse scenario`, never overwritten, and kept by a full refresh. The question
    comes as hexadecimal digits: dbt would render what people write as a template. -#}
{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false,
    schema='intermediate'
) }}
{%- set question = var('scenario', none) %}

with questions as (
    select decode(from_hex('{{ question or "" }}')) as request
)

select
    json_extract_string(request, '$.request_id') as request_id,
    request,
    {{ built_at() }} as _built_at
from questions
where request <> ''
