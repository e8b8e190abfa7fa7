-- A list of a day may come twice: the newer one holds.
with newest as (
    select * from {{ ref('stg_ercot__resource_owners') }}
    qualify _file_id = first_value(_file_id) over (
        partition by iso, market_date
        order by _published_at desc nulls last, _fetched_at desc, _loaded_at desc, _file_id desc
    )
)

select
    iso,
    market_date as listed_on,
    resource,
    string_agg(distinct owner, '; ' order by owner) as owner
from newest
where
    market_date is not null
    and owner is not null
group by
    iso,
    market_date,
    resource
