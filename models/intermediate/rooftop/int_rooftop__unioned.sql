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
),

-- A stamp with a part of the capacity is no estimate of the whole. The build looks for new rows in
-- the staging models that are named here.
-- depends_on: {{ ref('stg_apvi__postcode_performances') }}, {{ ref('stg_apvi__postcode_outputs') }}
wem as (
    select
        iso,
        location,
        'REGION' as location_type,
        'APVI' as rooftop_type,
        interval_start,
        interval_end,
        market_date,
        {{ wem_trading_date('interval_start') }} as trading_date,
        case when is_complete then reported_mw end as power_mw,
        capacity_share as quality,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('int_rooftop__wem_quarter_hours') }}
),

unioned as (
    select * from nem
    union all by name
    select * from wem
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
from unioned
where {{ has_instant('interval_start') }}
