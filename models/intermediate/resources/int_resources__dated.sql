-- What the operator's register says of a unit changes on two kinds of dates: those of its summary
-- (region, station, loss factors) and those of its details (capacity). Each is a row.
with summaries as (
    select * from {{ ref('stg_nem__unit_summaries') }}
    where resource is not null and start_date is not null
    qualify row_number() over (
        partition by iso, resource, start_date
        order by
            coalesce(_published_at, _fetched_at) desc, _loaded_at desc,
            _file_id desc, _row_number desc
    ) = 1
),

details as (
    select * from {{ ref('stg_nem__unit_details') }}
    where resource is not null and effective_date is not null
    qualify row_number() over (
        partition by iso, resource, effective_date
        order by
            version_no desc, coalesce(_published_at, _fetched_at) desc, _loaded_at desc,
            _file_id desc, _row_number desc
    ) = 1
),

dates as (
    select
        iso,
        resource,
        start_date as valid_from
    from summaries
    union
    select
        iso,
        resource,
        effective_date as valid_from
    from details
    -- a summary may end without another: what follows is no row
    union
    select
        iso,
        resource,
        end_date as valid_from
    from summaries
    where end_date < date '2999-01-01'
),

known as (
    select
        dates.iso,
        dates.resource,
        dates.valid_from,
        summaries.end_date,
        summaries.region,
        summaries.station_id,
        summaries.participant_id,
        summaries.connection_point_id,
        case
            -- registered as a load, but what it does not take is metered
            when coalesce(details.dispatch_subtype, summaries.dispatch_subtype) = 'WDR'
                then 'DEMAND_RESPONSE'
            else coalesce(details.dispatch_type, summaries.dispatch_type)
        end as dispatch_type,
        summaries.schedule_type,
        summaries.transmission_loss_factor,
        summaries.distribution_loss_factor,
        details.registered_capacity_mw,
        details.max_capacity_mw,
        details.max_storage_capacity_mwh as storage_mwh
    from dates
    asof left join summaries
        on
            dates.iso = summaries.iso
            and dates.resource = summaries.resource
            and dates.valid_from >= summaries.start_date
    asof left join details
        on
            dates.iso = details.iso
            and dates.resource = details.resource
            and dates.valid_from >= details.effective_date
),

ended as (
    select
        *,
        lead(valid_from) over (partition by iso, resource order by valid_from) as next_from
    from known
)

select
    * exclude (end_date, next_from),
    nullif(least(next_from, end_date), date '2999-12-31') as valid_to
from ended
where end_date > valid_from
