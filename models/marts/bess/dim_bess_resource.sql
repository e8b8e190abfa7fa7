{{ config(materialized='table') }}

with pairs as (
    select * from {{ ref('int_bess__pairs') }}
),

resource_days as (
    select * from {{ ref('fct_bess_resource_days') }}
    where side in ('GEN', 'ESR')
),

listed as (
    select * from {{ ref('int_bess__listed_points') }}
),

lists as (
    select distinct
        iso,
        listed_on
    from listed
),

-- The point that the disclosure of the day names; else of the last day before that has one.
disclosed as (
    select
        *,
        last_value(settlement_point ignore nulls) over (
            partition by iso, resource, side
            order by market_date
            rows between unbounded preceding and current row
        ) as disclosed_point
    from resource_days
),

-- else that of the newest list which is not after the day: a unit that this list lacks has none
days as (
    select
        disclosed.iso,
        disclosed.resource,
        disclosed.side,
        disclosed.market_date,
        disclosed.qse,
        disclosed.dme,
        disclosed.capacity_mw,
        disclosed.telemetered_capacity_mw,
        disclosed.maximum_soc_mwh,
        coalesce(disclosed.disclosed_point, listed.settlement_point) as settlement_point,
        case
            when disclosed.disclosed_point is not null then 'NP3-966-ER'
            when listed.settlement_point is not null then 'NP4-160-SG'
        end as settlement_point_source
    from disclosed
    asof left join lists
        on disclosed.iso = lists.iso and disclosed.market_date >= lists.listed_on
    left join listed
        on
            lists.iso = listed.iso
            and lists.listed_on = listed.listed_on
            and disclosed.resource = listed.resource
),

-- a span ends where a battery changes its point; days without a file belong to the span before
changes as (
    select
        *,
        coalesce(settlement_point, '') <> coalesce(
            lag(settlement_point) over (
                partition by iso, resource, side
                order by market_date
            ), ''
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
        -- the disclosure goes before the list
        min(settlement_point_source) as settlement_point_source,
        min(market_date) as valid_from,
        max(market_date) as last_seen_on,
        max(capacity_mw) as disclosed_capacity_mw,
        coalesce(max(capacity_mw), max(telemetered_capacity_mw)) as capacity_mw,
        median(maximum_soc_mwh) as storage_mwh,
        arg_max(qse, market_date) as qse,
        arg_max(dme, market_date) as dme
    from numbered
    group by all
),

measured as (
    select
        *,
        storage_mwh / capacity_mw as duration_hours,
        coalesce(
            lead(valid_from) over (partition by iso, resource, side order by span),
            case when side = 'GEN' then {{ single_model_since() }} end
        ) as valid_to
    from spans
)

select
    measured.iso,
    measured.resource,
    measured.side,
    case when measured.side = 'GEN' then pairs.load_resource end as load_resource,
    case
        when measured.side = 'ESR' then 'SINGLE_MODEL'
        else coalesce(pairs.evidence_code, 'NONE')
    end as pairing_evidence_code,
    measured.side = 'GEN' and pairs.load_resource is not null as is_paired_by_name,
    measured.settlement_point,
    measured.settlement_point_source,
    measured.capacity_mw,
    case
        when measured.disclosed_capacity_mw is not null
            then 'greatest HSL of the day-ahead disclosure'
        when measured.capacity_mw is not null then 'greatest HSL of the SCED disclosure'
    end as capacity_mw_source,
    measured.storage_mwh,
    case
        when measured.storage_mwh is not null
            then 'median of the days'' greatest Maximum SOC in the SCED disclosure'
    end as storage_mwh_source,
    measured.duration_hours,
    case
        when coalesce(measured.capacity_mw, 0) < 0.5 then 'SMALL'
        when measured.settlement_point is null then 'NO_POINT'
        when measured.duration_hours is null then 'NO_STORAGE'
        when measured.duration_hours < 0.25 then 'SHORT'
        when measured.duration_hours > 12 then 'LONG'
        else 'PASSED'
    end as screen_code,
    measured.qse,
    measured.dme,
    owners.owner,
    case when owners.owner is not null then 'NP3-988-ER' end as owner_source,
    owners.listed_on as owner_listed_on,
    measured.valid_from,
    measured.valid_to,
    measured.last_seen_on
from measured
left join pairs on measured.iso = pairs.iso and measured.resource = pairs.resource
-- the newest list before the span ends that has the battery
asof left join {{ ref('int_bess__listed_owners') }} as owners
    on
        measured.iso = owners.iso
        and measured.resource = owners.resource
        and coalesce(measured.valid_to, date '9999-12-31') > owners.listed_on
