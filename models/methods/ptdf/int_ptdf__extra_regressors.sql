{{ config(materialized='view', schema='intermediate') }}

-- Prices of a whole run that explain a part of all its locational prices; none unless asked for. An
-- interval that lacks one (null) is dropped by the fit.
{% for column in var('ptdf_extra') -%}
select distinct
    'ERCOT' as iso,
    market_date,
    run_at,
    '{{ column }}' as extra_name,
    {{ column }} as value
from {{ ref('features__lmp_target') }}
{% if not loop.last %}union all
{% endif -%}
{% else -%}
select
    'ERCOT' as iso,
    market_date,
    run_at,
    '' as extra_name,
    cast(null as double) as value
from {{ ref('features__lmp_target') }}
where false
{% endfor %}
