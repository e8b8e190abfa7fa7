with days as (
    select distinct
        iso,
        resource,
        market_date
    from {{ ref('int_bess__dam_awards') }}
    where side = 'GEN'
),

pairs as (
    select * from {{ ref('int_bess__pairs') }}
)

select
    days.iso,
    days.market_date,
    max(pairs._built_at) as _built_at
from days
inner join pairs on days.iso = pairs.iso and days.resource = pairs.resource
group by
    days.iso,
    days.market_date
