with source as (
    {{ landed(source('ercot_fuel_mix', 'fuel_mix')) }}
),

-- Blank cells make no row.
cells as (
    select *
    from source
    unpivot (energy_mwh for quarter in (columns('^q\d{4}')))
),

clocked as (
    select
        *,
        -- q0115 ends at 01:15
        date
        + to_hours(cast(quarter[2:3] as integer))
        + to_minutes(cast(quarter[4:5] as integer) - 15) as local_start,
        quarter like '%_repeated' as is_repeated
    from cells
),

resolved as (
    select
        *,
        {{ local_to_utc(
            'local_start', 'America/Chicago', "case when is_repeated then 'Y' else 'N' end"
        ) }} as named_start
    from clocked
),

final as (
    select
        'ERCOT' as iso,
        trim(fuel) as operator_fuel,
        upper(trim(settlement_type)) as settlement_type,
        -- a value for the repeated hour on a day that has none belongs nowhere
        case
            when not is_repeated or {{ is_repeated_hour('named_start', 'America/Chicago') }}
                then named_start
        end as interval_start,
        {{ add_minutes('interval_start', 15) }} as interval_end,
        date as market_date,
        energy_mwh,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
