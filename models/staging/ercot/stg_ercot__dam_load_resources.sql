{%- set rows = '(' ~ landed(source('ercot_np3_966_er', 'np3_966_er__load_resources')) ~ ')' -%}
with resolved as (
    {{ hours_without_flag(rows, 'hour_ending', ['resource_name']) }}
),

final as (
    select
        'ERCOT' as iso,
        'DAM' as market,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        trim(resource_name) as resource,
        max_power_consumption,
        low_power_consumption,
        regup_awarded,
        regup_mcpc,
        regdown_awarded,
        regdown_mcpc,
        rrspfr_awarded,
        rrsffr_awarded,
        rrsufr_awarded,
        rrs_awarded,
        rrs_mcpc,
        ecrssd_awarded,
        ecrsmd_awarded,
        ecrs_mcpc,
        nonspin_awarded,
        nonspin_mcpc,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
