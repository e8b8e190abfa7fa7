{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

{#- The half hours beside midnight need those of the other day. -#}
{%- set built = widened_days(landed_days(ref('int_rooftop__unioned')), before=1, after=1) %}
{%- set read = widened_days(built, before=1, after=1) %}

with published as (
    select *
    from {{ rows_of(ref('int_rooftop__unioned'), read) }}
    where location_type = 'REGION'
),

types as (
    select * from {{ ref('rooftop_types') }}
),

-- A kind that the seed does not know is never taken.
ranked as (
    select
        published.*,
        types.preference,
        max(published._loaded_at) over (
            partition by
                published.iso,
                published.location,
                published.interval_start
        ) as _newest_loaded_at,
        row_number() over (
            partition by
                published.iso,
                published.location,
                published.rooftop_type,
                published.interval_start
            order by
                published._published_at desc nulls last,
                published._fetched_at desc,
                published._loaded_at desc,
                published._file_id desc,
                published._row_number desc
        ) = 1 as is_latest
    from published
    left join types
        on
            published.iso = types.iso
            and published.rooftop_type = types.rooftop_type
),

chosen as (
    select *
    from ranked
    where
        is_latest
        and preference is not null
        and power_mw is not null
    qualify row_number() over (
        partition by
            iso,
            location,
            interval_start
        order by preference
    ) = 1
),

neighboured as (
    select
        *,
        case
            when lag(interval_end) over by_location = interval_start
                then lag(power_mw) over by_location
        end as power_before_mw,
        case
            when lead(interval_start) over by_location = interval_end
                then lead(power_mw) over by_location
        end as power_after_mw
    from chosen
    window
        by_location as (
            partition by
                iso,
                location
            order by interval_start
        )
),

rises as (
    select
        *,
        (power_after_mw - power_before_mw) / 2 as central_rise_mw,
        2 * (power_mw - power_before_mw) as rise_before_mw,
        2 * (power_after_mw - power_mw) as rise_after_mw
    from neighboured
),

-- A straight line through the mean of the half hour, as steep as its neighbours allow: it stays
-- between their means and so never goes below zero (van Leer, "Towards the ultimate conservative
-- difference scheme IV", Journal of Computational Physics 23, 1977). Flat at a peak, at night, and
-- where a neighbour is missing.
sloped as (
    select
        *,
        case
            when rise_before_mw * rise_after_mw > 0
                then
                    sign(central_rise_mw)
                    * least(abs(central_rise_mw), abs(rise_before_mw), abs(rise_after_mw))
            else 0
        end as rise_mw
    from rises
),

-- The middles of the steps lie evenly around that of the half hour: the line's mean is its mean.
stepped as (
    select
        * exclude (interval_start, interval_end, power_mw),
        {{ add_minutes('interval_start', 'step * 5') }} as interval_start,
        {{ add_minutes('interval_start', '(step * 5 + 5)') }} as interval_end,
        power_mw + rise_mw * ((step + 0.5) * 5 / interval_minutes - 0.5) as power_mw
    from (
        select
            *,
            unnest(range(interval_minutes // 5)) as step
        from sloped
    )
)

select
    iso,
    market,
    location,
    location_type,
    interval_start,
    interval_end,
    5 as interval_minutes,
    market_date,
    trading_date,
    rooftop_type,
    quality,
    power_mw,
    power_mw / 12 as energy_mwh,
    _published_at as published_at,
    _file_id as file_id,
    _newest_loaded_at as _loaded_at,
    {{ built_at() }} as _built_at
from stepped
where {{ is_in_days(built) }}
