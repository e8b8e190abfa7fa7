{{ config(materialized='view') }}

with pairs as (
    select * from {{ ref('int_bess__pairs') }}
    where load_resource is not null
),

lines as (
    select * from {{ ref('int_bess__dam_lines') }}
),

purchases as (
    select * from {{ ref('int_bess__point_purchases') }}
),

own_name as (
    select
        *,
        resource as source_resource,
        'DISCLOSED' as evidence_code
    from lines
    where side in ('GEN', 'ESR')
),

-- the file of loads names no point: it is that of the battery that the load belongs to
points as (
    select
        iso,
        resource,
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
    from lines
    inner join pairs on lines.iso = pairs.iso and lines.resource = pairs.load_resource
    left join points
        on
            pairs.iso = points.iso
            and pairs.resource = points.resource
            and lines.interval_start = points.interval_start
    where lines.side = 'LOAD'
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

all_lines as (
    select * from own_name
    union all by name
    select * from load_side
    union all by name
    select * from purchase_lines
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
    cast(quantity as double) as quantity,
    'MWh' as quantity_unit,
    price,
    amount,
    'USD' as currency,
    evidence_code,
    evidence_code <> 'POINT_LEVEL' as is_attributable,
    published_at,
    file_id,
    _built_at
from all_lines
