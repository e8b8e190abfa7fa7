with source as (
    {{ landed(source('ercot_dashboard_outages', 'dashboard_outages')) }}
),

clocked as (
    select
        *,
        make_timestamptz(try_cast(epoch as bigint) * 1000) as interval_start
    from source
),

final as (
    select
        'ERCOT' as iso,
        interval_start,
        cast(timezone('America/Chicago', interval_start) as date) as market_date,
        combined_planned as combined_planned_mw,
        combined_unplanned as combined_unplanned_mw,
        combined_total as combined_total_mw,
        dispatchable_planned as dispatchable_planned_mw,
        dispatchable_unplanned as dispatchable_unplanned_mw,
        dispatchable_total as dispatchable_total_mw,
        renewable_planned as renewable_planned_mw,
        renewable_unplanned as renewable_unplanned_mw,
        renewable_total as renewable_total_mw,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from clocked
)

select * from final
