{#- Appended by `gridhouse scenario`, never overwritten, and kept by a full refresh. -#}
{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false,
    schema='intermediate'
) }}
{%- set question = var('scenario', none) %}

select
    cast({{ "'" ~ (question['request_id'] | default('')) ~ "'" if question else 'null' }} as text) as request_id,
    cast({{ "'" ~ (tojson(question) | replace("'", "''")) ~ "'" if question else 'null' }} as text) as request,
    {{ built_at() }} as _built_at
where {{ 'true' if question else 'false' }}
