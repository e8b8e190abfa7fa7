{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso'],
    on_schema_change='fail'
) }}

with awards as (
    select * from {{ ref('int_bess__dam_awards') }}
),

batteries as (
    select distinct
        iso,
        resource,
        regexp_extract(resource, '^(.*)_[^_]*$', 1) as site,
        regexp_extract(resource, '([0-9]*)$', 1) as unit_number
    from awards
    where side = 'GEN'
),

-- A load that was ever awarded a product of loads that are not controllable is no battery.
possible_loads as (
    select
        iso,
        resource,
        regexp_extract(resource, '^(.*)_[^_]*$', 1) as site,
        regexp_extract(resource, '([0-9]*)$', 1) as unit_number,
        coalesce(bool_or(regup_mw > 0 or regdn_mw > 0), false) as has_regulation
    from awards
    where side = 'LOAD'
    group by all
    having not coalesce(bool_or(rrsufr_mw > 0 or ecrsmd_mw > 0), false)
),

battery_counts as (
    select
        iso,
        site,
        count(*) as battery_count
    from batteries
    group by all
),

regulated_counts as (
    select
        iso,
        site,
        count_if(has_regulation) as regulated_count
    from possible_loads
    group by all
),

-- An award of regulation says more than a number: where as many loads have one as there are
-- batteries, a load without is none of theirs, whatever its number.
loads as (
    select possible_loads.*
    from possible_loads
    inner join battery_counts using (iso, site)
    inner join regulated_counts using (iso, site)
    where
        possible_loads.has_regulation
        or regulated_counts.regulated_count < battery_counts.battery_count
),

-- Each step pairs what is the only one of its kind on both sides, and leaves the rest to the next.
by_number as (
    select
        iso,
        site,
        unit_number,
        any_value(batteries.resource) as resource,
        any_value(loads.resource) as load_resource,
        'SITE_AND_NUMBER' as evidence_code
    from batteries
    inner join loads using (iso, site, unit_number)
    where site <> '' and unit_number <> ''
    group by all
    having count(*) = 1
),

by_regulation as (
    select
        batteries.iso,
        batteries.site,
        any_value(batteries.resource) as resource,
        any_value(loads.resource) as load_resource,
        'SITE_AND_REGULATION' as evidence_code
    from batteries
    inner join loads on batteries.iso = loads.iso and batteries.site = loads.site
    where
        loads.has_regulation
        and batteries.site <> ''
        and batteries.resource not in (select by_number.resource from by_number)
        and loads.resource not in (select by_number.load_resource from by_number)
    group by all
    having count(*) = 1
),

by_site as (
    select
        batteries.iso,
        batteries.site,
        any_value(batteries.resource) as resource,
        any_value(loads.resource) as load_resource,
        'SITE' as evidence_code
    from batteries
    inner join loads on batteries.iso = loads.iso and batteries.site = loads.site
    where
        batteries.site <> ''
        and batteries.resource not in (
            select by_number.resource from by_number
            union all
            select by_regulation.resource from by_regulation
        )
        and loads.resource not in (
            select by_number.load_resource from by_number
            union all
            select by_regulation.load_resource from by_regulation
        )
    group by all
    having count(*) = 1
),

pairs as (
    select
        iso,
        resource,
        load_resource,
        evidence_code
    from by_number
    union all
    select
        iso,
        resource,
        load_resource,
        evidence_code
    from by_regulation
    union all
    select
        iso,
        resource,
        load_resource,
        evidence_code
    from by_site
),

found as (
    select
        batteries.iso,
        batteries.resource,
        batteries.site,
        pairs.load_resource,
        coalesce(pairs.evidence_code, 'NONE') as evidence_code
    from batteries
    left join pairs using (iso, resource)
)

-- A pair that was the same in the build before keeps its stamp: what rests on it is built no more.
{% if builds_whole() -%}
select
    *,
    {{ built_at() }} as _built_at
from found
{%- else -%}
select
    found.*,
    coalesce(same._built_at, {{ built_at() }}) as _built_at
from found
left join {{ this }} as same
    on
        found.iso = same.iso
        and found.resource = same.resource
        and coalesce(found.load_resource, '') = coalesce(same.load_resource, '')
        and found.evidence_code = same.evidence_code
{%- endif %}
