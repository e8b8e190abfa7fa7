{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail'
) }}

-- Of the rows of the dimension only what interval facts take from it, so that a new loss factor
-- computes no history again. A unit that changes gets all its parts anew, with the first day that
-- is other than before; facts compute its days from there on. Nothing is overwritten, so that a
-- fact that misses a build still learns of the change.
with resources as (
    select * from {{ ref('int_resources__unioned') }}
),

fuel_techs as (
    select * from {{ ref('fuel_techs') }}
),

compared as (
    select
        iso,
        resource,
        valid_from,
        valid_to,
        region,
        dispatch_type,
        fuel_tech,
        emission_factor,
        row(region, dispatch_type, fuel_tech, emission_factor, valid_from) as facts,
        lag(row(region, dispatch_type, fuel_tech, emission_factor, valid_to)) over by_resource
            as facts_before
    from resources
    window by_resource as (partition by iso, resource order by valid_from nulls first)
),

numbered as (
    select
        *,
        count(*) filter (where facts_before is null or facts_before <> facts) over (
            partition by iso, resource
            order by valid_from nulls first
            rows unbounded preceding
        ) as span
    from compared
),

spans as (
    select
        iso,
        resource,
        region as location,
        dispatch_type,
        fuel_tech,
        emission_factor,
        min(valid_from) as valid_from,
        -- open if its last row is
        case when count(valid_to) = count(*) then max(valid_to) end as valid_to
    from numbered
    group by
        iso,
        resource,
        span,
        region,
        dispatch_type,
        fuel_tech,
        emission_factor
),

-- A battery with one code both ways is two technologies, by sign.
parts as (
    select
        spans.iso,
        spans.resource,
        spans.valid_from,
        spans.valid_to,
        spans.location,
        coalesce(fuel_techs.positive_fuel_tech, spans.fuel_tech) as fuel_tech,
        spans.emission_factor,
        -- loads are metered as what they take, and so are pumps that are registered as generators
        case when spans.dispatch_type = 'LOAD' or fuel_techs.is_consumption then -1 else 1 end
            as direction,
        case when fuel_techs.positive_fuel_tech is null then cast('-infinity' as double) else 0 end
            as least_mw,
        cast('infinity' as double) as most_mw
    from spans
    left join fuel_techs on spans.fuel_tech = fuel_techs.fuel_tech
    union all
    select
        spans.iso,
        spans.resource,
        spans.valid_from,
        spans.valid_to,
        spans.location,
        fuel_techs.negative_fuel_tech as fuel_tech,
        spans.emission_factor,
        1 as direction,
        cast('-infinity' as double) as least_mw,
        0 as most_mw
    from spans
    inner join fuel_techs on spans.fuel_tech = fuel_techs.fuel_tech
    where fuel_techs.negative_fuel_tech is not null
)

{%- if is_incremental() %},

newest as (
    select *
    from {{ this }}
    qualify _built_at = max(_built_at) over (partition by iso, resource)
),

known as (
    select * from newest
    where direction is not null
),

-- A part that merely ends on another day changes the days from the earlier end on.
changed as (
    select
        coalesce(parts.iso, known.iso) as iso,
        coalesce(parts.resource, known.resource) as resource,
        min(case
            when parts.resource is not null and known.resource is not null
                then least(
                    coalesce(parts.valid_to, date '9999-12-31'),
                    coalesce(known.valid_to, date '9999-12-31')
                )
            else coalesce(parts.valid_from, known.valid_from, date '0001-01-01')
        end) as changed_from
    from parts
    full outer join known
        on
            parts.iso = known.iso
            and parts.resource = known.resource
            and parts.direction = known.direction
            and parts.least_mw = known.least_mw
            and parts.most_mw = known.most_mw
            and row(parts.fuel_tech, parts.valid_from, parts.location, parts.emission_factor)
            is not distinct from row(
                known.fuel_tech, known.valid_from, known.location, known.emission_factor
            )
    where
        parts.resource is null
        or known.resource is null
        or row(parts.valid_to) is distinct from row(known.valid_to)
    group by all
)

-- A unit that nothing names any more has one row without a part.
select
    changed.iso,
    changed.resource,
    parts.* exclude (iso, resource),
    changed.changed_from,
    {{ built_at() }} as _built_at
from changed
left join parts on changed.iso = parts.iso and changed.resource = parts.resource
{%- else %}

select
    *,
    date '0001-01-01' as changed_from,
    {{ built_at() }} as _built_at
from parts
{%- endif %}
