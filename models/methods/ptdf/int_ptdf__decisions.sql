{#- Which run of the fit is live: the last that was promoted, by the rule or by hand. Appended,
    never overwritten, and kept by a full refresh. -#}
{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false,
    schema='intermediate'
) }}
{%- set by_hand = var('ptdf_promote', none) %}

select
    iso,
    run_id,
    'RULE' as decided_by,
    struct_extract(metadata, 'promote') as is_promoted,
    reason,
    {{ built_at() }} as _built_at
from {{ ref('int_ptdf__fit') }}
{% if is_incremental() -%}
where run_id not in (select run_id from {{ this }})
{% endif -%}
{% if by_hand -%}
union all
select
    iso,
    run_id,
    'HAND' as decided_by,
    true as is_promoted,
    -- as hexadecimal digits: dbt would render what people write as a template
    decode(from_hex('{{ var("ptdf_promote_reason") }}')) as reason,
    {{ built_at() }} as _built_at
from {{ ref('int_ptdf__fit') }}
where run_id = '{{ by_hand }}'
{%- endif %}
