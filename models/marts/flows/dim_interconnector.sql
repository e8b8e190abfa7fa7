with interconnectors as (
    select * from {{ ref('interconnectors') }}
),

-- One that begins within a day is expected from the next one on: what flowed before is known.
first_days as (
    select
        iso,
        interface,
        case
            when {{ nem_clock('min(interval_start)') }} = min(market_date) then min(market_date)
            else min(market_date) + 1
        end as market_date,
        arg_min(_built_at, interval_start) as built_at
    from {{ ref('fct_interchange_intervals_revisions') }}
    where
        is_latest
        and flow_mw is not null
        and interface in (
            select interconnectors.interface from interconnectors
            where interconnectors.is_planned
        )
    group by
        iso,
        interface
)

select
    interconnectors.iso,
    interconnectors.interface,
    interconnectors.name,
    interconnectors.from_location,
    interconnectors.to_location,
    case
        when interconnectors.is_planned then first_days.market_date
        else coalesce(interconnectors.valid_from, date '1900-01-01')
    end as valid_from,
    coalesce(interconnectors.valid_to, date '9999-12-31') as valid_to,
    interconnectors.is_planned,
    first_days.built_at as first_day_built_at
from interconnectors
left join first_days
    on
        interconnectors.iso = first_days.iso
        and interconnectors.interface = first_days.interface
where not interconnectors.is_planned or first_days.market_date is not null
