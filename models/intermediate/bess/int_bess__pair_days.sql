-- A pair that changed touches all days on which its site has awards or telemetry, of either side: a
-- load may have days that its battery lacks, and after it lost its battery it is in no pair.
with days as (
    select
        iso,
        resource,
        side,
        market_date
    from {{ ref('int_bess__dam_awards') }}
    union
    select
        iso,
        resource,
        side,
        market_date
    from {{ ref('int_bess__quarters') }}
),

site_days as (
    select distinct
        iso,
        regexp_extract(resource, '^(.*)_[^_]*$', 1) as site,
        market_date
    from days
    where side <> 'ESR'
),

sites as (
    select
        iso,
        site,
        max(_built_at) as _built_at
    from {{ ref('int_bess__pairs') }}
    group by
        iso,
        site
)

select
    site_days.iso,
    site_days.market_date,
    max(sites._built_at) as _built_at
from site_days
inner join sites on site_days.iso = sites.iso and site_days.site = sites.site
group by
    site_days.iso,
    site_days.market_date
