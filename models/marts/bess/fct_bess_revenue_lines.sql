{{ config(materialized='view') }}

{#- A CTE that is read twice would be made whole before a range of days is cut out of it. -#}
{%- set pairs -%}
(
    select * from {{ ref('int_bess__pairs') }}
    where load_resource is not null
)
{%- endset -%}
{%- set real_time -%}
(
    select * from {{ ref('fct_bess_real_time_intervals') }}
    where side <> 'LOAD' or market_date < {{ single_model_since() }}
)
{%- endset %}

with purchases as (
    select * from {{ ref('int_bess__point_purchases') }}
),

own_name as (
    select
        *,
        resource as source_resource,
        'DISCLOSED' as evidence_code
    from {{ ref('int_bess__dam_lines') }}
    where side in ('GEN', 'ESR')
),

-- the file of loads names no point: it is that of the battery that the load belongs to
points as (
    select
        iso,
        resource,
        market_date,
        interval_start,
        settlement_point
    from {{ ref('int_bess__dam_awards') }}
    where side = 'GEN'
),

load_side as (
    select
        lines.* replace (
            pairs.resource as resource, points.settlement_point as settlement_point
        ),
        lines.resource as source_resource,
        'PAIRED_BY_' || pairs.evidence_code as evidence_code
    from {{ ref('int_bess__dam_lines') }} as lines
    inner join {{ pairs }} as pairs
        on lines.iso = pairs.iso and lines.resource = pairs.load_resource
    left join points
        on
            pairs.iso = points.iso
            and pairs.resource = points.resource
            and lines.market_date = points.market_date
            and lines.interval_start = points.interval_start
    where lines.side = 'LOAD' and lines.market_date < {{ single_model_since() }}
),

-- What was delivered beyond, or short of, the day-ahead award settles at the real-time price.
real_time_energy as (
    select
        *,
        resource as source_resource,
        'RT_ENERGY' as revenue_line,
        discharged_mwh - charged_mwh - dam_energy_mwh as quantity,
        energy_price as price,
        energy_bound_mwh as quantity_bound,
        price_file_id as settled_file_id,
        'ESTIMATED' as evidence_code
    from {{ real_time }} as quarters
    where side in ('GEN', 'ESR') and settlement_point is not null and covered_seconds > 0
),

real_time_load as (
    select
        loads.* replace (pairs.resource as resource),
        loads.resource as source_resource,
        'RT_ENERGY' as revenue_line,
        loads.discharged_mwh - loads.charged_mwh as quantity,
        loads.energy_price as price,
        loads.energy_bound_mwh as quantity_bound,
        loads.price_file_id as settled_file_id,
        'ESTIMATED_PAIRED_BY_' || pairs.evidence_code as evidence_code
    from {{ real_time }} as loads
    inner join {{ pairs }} as pairs
        on loads.iso = pairs.iso and loads.resource = pairs.load_resource
    where
        loads.side = 'LOAD'
        and loads.settlement_point is not null
        and loads.covered_seconds > 0
),

-- Since the co-optimized market an award of a dispatch run replaces that of the day ahead. A mean
-- of equal awards may differ from them in its last digit.
{% set services = ['regup', 'regdn', 'rrs', 'ecrs', 'nspin'] -%}
real_time_services as (
    {% for service in services -%}
    select
        *,
        resource as source_resource,
        'RT_{{ service | upper }}' as revenue_line,
        {{ service }}_mwh - dam_{{ service }}_mwh as quantity,
        {{ service }}_price as price,
        cast(null as double) as quantity_bound,
        capacity_price_file_id as settled_file_id,
        case when award_seconds < 900 then 'DISCLOSED_IN_PART' else 'DISCLOSED' end
            as evidence_code
    from {{ real_time }} as quarters
    where side = 'ESR' and abs({{ service }}_mwh - dam_{{ service }}_mwh) > 1e-9
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

purchase_lines as (
    select
        *,
        'POINT' as side,
        cast(null as text) as resource,
        cast(null as text) as source_resource,
        'POINT_LEVEL' as evidence_code
    from purchases
),

{# A day-ahead line has award and price in one row of one file. -#}
all_lines as (
    {% for lines, is_real_time in [
        ('own_name', false), ('load_side', false), ('real_time_energy', true),
        ('real_time_load', true), ('real_time_services', true), ('purchase_lines', false)
    ] -%}
    select
        iso,
        resource,
        revenue_line,
        side,
        interval_start,
        interval_end,
        market_date,
        settlement_point,
        source_resource,
        cast(quantity as double) as quantity,
        price,
        {{ 'quantity_bound' if is_real_time else 'cast(null as double) as quantity_bound' }},
        evidence_code,
        published_at,
        file_id,
        {{ 'award_file_id' if is_real_time else 'file_id as award_file_id' }},
        {{ 'settled_file_id' if is_real_time else 'file_id' }} as price_file_id,
        _built_at
    from {{ lines }}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
)

select
    iso,
    resource,
    revenue_line,
    side,
    interval_start,
    interval_end,
    market_date,
    settlement_point,
    source_resource,
    quantity,
    case
        when revenue_line in ('DAM_ENERGY', 'RT_ENERGY', 'DAM_POINT_PURCHASE') then 'MWh'
        else 'MW h'
    end as quantity_unit,
    price,
    quantity * price as amount,
    quantity_bound,
    quantity_bound * abs(price) as amount_bound,
    'USD' as currency,
    evidence_code,
    evidence_code <> 'POINT_LEVEL' as is_attributable,
    published_at,
    file_id,
    award_file_id,
    price_file_id,
    _built_at
from all_lines
