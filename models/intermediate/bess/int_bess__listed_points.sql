-- A unit that one list has at several nodes has none that could be named.
select
    iso,
    market_date as listed_on,
    resource,
    case when count(distinct resource_node) = 1 then any_value(resource_node) end
        as settlement_point
from {{ ref('stg_ercot__resource_node_units') }}
where market_date is not null
group by
    iso,
    market_date,
    resource
