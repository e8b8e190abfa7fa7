{#- Appended by `gridhouse scenario`, never overwritten, and kept by a full refresh. -#}
{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false,
    schema='intermediate'
) }}
{%- set question = var('scenario', none) %}
{%- set text = tojson(question) | replace("'", "''") %}

select
    json_extract_string('{{ text }}', '$.request_id') as request_id,
    '{{ text }}' as request,
    {{ built_at() }} as _built_at
where {{ 'true' if question else 'false' }}
