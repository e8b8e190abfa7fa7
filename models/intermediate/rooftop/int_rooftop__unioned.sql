{#- QLDC, QLDN and QLDS are parts of QLD1, TASN and TASS of TAS1: not to be added to them. -#}
{%- set nem_regions = ['NSW1', 'QLD1', 'SA1', 'TAS1', 'VIC1'] -%}
with nem as (
    select
        iso,
        location,
        case
            when list_contains({{ nem_regions }}, location) then 'REGION'
            else 'SUBREGION'
        end as location_type,
        rooftop_type,
        interval_start,
        interval_end,
        market_date,
        trading_date,
        power_mw,
        quality,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_nem__rooftop_actuals') }}
)

select
    iso,
    cast(null as text) as market,
    location,
    location_type,
    interval_start,
    interval_end,
    {{ minutes_between('interval_start', 'interval_end') }} as interval_minutes,
    market_date,
    trading_date,
    rooftop_type,
    power_mw,
    quality,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from nem
where {{ has_instant('interval_start') }}
