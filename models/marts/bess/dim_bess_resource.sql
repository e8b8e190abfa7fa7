{{ config(materialized='table') }}

with awards as (
    select * from {{ ref('int_bess__dam_awards') }}
    where side in ('GEN', 'ESR')
),

pairs as (
    select * from {{ ref('int_bess__pairs') }}
),

days as (
    select
        iso,
        resource,
        side,
        settlement_point,
        market_date,
        max(hsl_mw) as hsl_mw,
        any_value(qse) as qse
    from awards
    group by all
),

-- a span ends where a battery changes its point; days without a file belong to the span before
changes as (
    select
        *,
        coalesce(
            lag(settlement_point) over (
                partition by iso, resource, side
                order by market_date
            ) <> settlement_point,
            true
        ) as is_new
    from days
),

numbered as (
    select
        *,
        count_if(is_new) over (
            partition by iso, resource, side order by market_date
        ) as span
    from changes
),

spans as (
    select
        iso,
        resource,
        side,
        span,
        settlement_point,
        min(market_date) as valid_from,
        max(market_date) as last_seen_on,
        max(hsl_mw) as capacity_mw,
        arg_max(qse, market_date) as qse
    from numbered
    group by all
)

select
    spans.iso,
    spans.resource,
    spans.side,
    case when spans.side = 'GEN' then pairs.load_resource end as load_resource,
    case
        when spans.side = 'ESR' then 'SINGLE_MODEL'
        else pairs.evidence_code
    end as pairing_evidence_code,
    spans.side = 'GEN' and pairs.load_resource is not null as is_paired_by_name,
    spans.settlement_point,
    'NP3-966-ER' as settlement_point_source,
    nullif(spans.capacity_mw, 0) as capacity_mw,
    'greatest HSL of the day-ahead disclosure' as capacity_mw_source,
    cast(null as double) as storage_mwh,
    cast(null as text) as storage_mwh_source,
    spans.qse,
    cast(null as text) as owner,
    spans.valid_from,
    coalesce(
        lead(spans.valid_from) over (
            partition by spans.iso, spans.resource, spans.side order by spans.span
        ),
        case when spans.side = 'GEN' then date '2025-12-05' end
    ) as valid_to,
    spans.last_seen_on
from spans
left join pairs on spans.iso = pairs.iso and spans.resource = pairs.resource
