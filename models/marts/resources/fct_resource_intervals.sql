{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

{%- set part_versions = ref('int_resources__part_versions') -%}
{%- set landed = [] -%}
{%- for source in arrivals(ref('int_resources__readings')) -%}
{%- do landed.append(days_of_readings(source['relation'])) -%}
{%- endfor -%}
{%- set changed -%}
    (
        select
            facts.iso,
            facts.market_date,
            versions._built_at
        from {{ this }} as facts
        inner join {{ part_versions }} as versions
            on
                facts.iso = versions.iso
                and facts.resource = versions.resource
                and facts.market_date >= versions.changed_from
    )
{%- endset -%}
{%- set built = rebuilt_days(
    [of_isos(ref('fct_price_intervals_revisions'), ['NEM', 'WEM']), changed], landed
) -%}
{%- set read = widened_days(built, before=1, after=1) %}

{#- a few days are kept while they are read again; a whole history would fill the memory -#}
{%- set kept = 'materialized' if is_incremental() else 'not materialized' %}

with shown as {{ kept }} (
    select * from {{ rows_of(ref('int_resources__readings'), read) }}
),

-- How many of a day's 288 readings each table has of a unit. Sorting all rows to find the few that
-- are on file twice, or in two tables, would cost more than all else.
unit_days as materialized (
    select
        iso,
        resource,
        source,
        market_date,
        count(*) as row_count,
        bit_count(bitstring_agg(
            cast((epoch_us(interval_start) // 300000000) % 288 as integer), 0, 287
        )) as reading_count
    from shown
    group by all
),

published_again as (
    select
        iso,
        resource,
        source,
        market_date
    from unit_days
    where row_count > reading_count
),

published as {{ kept }} (
    select *
    from shown
    where
        not exists (
            select 1
            from published_again as again
            where
                again.iso = shown.iso
                and again.resource = shown.resource
                and again.source = shown.source
                and again.market_date = shown.market_date
        )
    union all
    select *
    from shown
    where
        exists (
            select 1
            from published_again as again
            where
                again.iso = shown.iso
                and again.resource = shown.resource
                and again.source = shown.source
                and again.market_date = shown.market_date
        )
    qualify row_number() over (
        partition by iso, resource, source, interval_start
        order by
            _published_at desc nulls last, _fetched_at desc, _loaded_at desc,
            _file_id desc, _row_number desc
    ) = 1
),

-- The dispatch solution fills what SCADA lacks. Of a unit's day that SCADA has whole, none of its
-- rows is looked at.
metered_days as (
    select *
    from unit_days
    where source = 'SCADA'
),

filled as (
    select solved.*
    from published as solved
    where
        solved.source <> 'SCADA'
        and not exists (
            select 1
            from metered_days
            where
                metered_days.iso = solved.iso
                and metered_days.resource = solved.resource
                and metered_days.market_date = solved.market_date
                and metered_days.reading_count = 288
        )
        and not exists (
            select 1
            from shown as metered
            inner join metered_days
                on
                    metered.iso = metered_days.iso
                    and metered.resource = metered_days.resource
                    and metered.market_date = metered_days.market_date
                    and metered_days.reading_count < 288
            where
                metered.source = 'SCADA'
                and metered.iso = solved.iso
                and metered.resource = solved.resource
                and metered.interval_start = solved.interval_start
        )
),

readings as (
    select * from published
    where source = 'SCADA'
    union all
    select * from filled
),

parts as (
    select
        * exclude (valid_from, valid_to),
        coalesce(valid_from, date '0001-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('int_resources__parts') }}
),

prices as (
    {{ settlement_prices(ref('fct_price_intervals_revisions'), built) }}
),

followed as (
    select
        iso,
        resource,
        interval_start,
        interval_end,
        market_date,
        trading_date,
        source,
        output_mw,
        case
            when lead(interval_start) over by_resource = interval_end
                then lead(output_mw) over by_resource
        end as next_mw,
        case
            when lag(interval_end) over by_resource = interval_start
                then lag(output_mw) over by_resource
        end as previous_mw,
        _published_at,
        _fetched_at,
        _file_id
    from readings
    window by_resource as (partition by iso, resource order by interval_start)
),

parted as (
    select
        followed.iso,
        parts.location,
        followed.interval_start,
        followed.interval_end,
        followed.market_date,
        followed.trading_date,
        followed.resource,
        parts.fuel_tech,
        {{ part_of_power('followed.output_mw') }} as output_mw,
        {{ part_of_power('followed.next_mw') }} as next_mw,
        {{ part_of_power('followed.previous_mw') }} as previous_mw,
        parts.emission_factor,
        followed.source,
        followed._published_at,
        followed._fetched_at,
        followed._file_id
    from followed
    left join parts
        on
            followed.iso = parts.iso
            and followed.resource = parts.resource
            and followed.market_date >= parts.valid_from
            and followed.market_date < parts.valid_to
    where {{ is_in_days(built, 'followed.iso', 'followed.market_date') }}
),

measured as (
    select
        *,
        5 as interval_minutes,
        round((output_mw + coalesce(next_mw, output_mw)) / 24, 6) as energy_mwh,
        round((output_mw + coalesce(previous_mw, output_mw)) / 24, 6)
            as energy_openelectricity_mwh,
        case
            when output_mw is null then null
            when next_mw is null then 'HELD'
            else 'NEXT_READING'
        end as energy_basis
    from parted
),

-- The WEM publishes energies. What the dispatch solution began with stands in until they come.
facilities as (
    select *
    from {{ rows_of(ref('int_wem__facility_energies'), built) }}
    qualify row_number() over (
        partition by iso, resource, interval_start
        order by
            case when source = 'SCADA' then 0 else 1 end,
            _published_at desc nulls last, _fetched_at desc, _loaded_at desc,
            _file_id desc, _row_number desc
    ) = 1
),

facility_parts as (
    select
        facilities.iso,
        coalesce(parts.location, facilities.location) as location,
        facilities.interval_start,
        facilities.interval_end,
        facilities.interval_minutes,
        facilities.market_date,
        facilities.trading_date,
        facilities.resource,
        parts.fuel_tech,
        {{ part_of_power('facilities.output_mw') }} as output_mw,
        round({{ part_of_power('facilities.energy_mwh') }}, 6) as energy_mwh,
        round({{ part_of_power('facilities.energy_mwh') }}, 6) as energy_openelectricity_mwh,
        case
            when facilities.energy_mwh is null then null
            when facilities.source = 'SCADA' then 'PUBLISHED'
            else 'HELD'
        end as energy_basis,
        parts.emission_factor,
        'WEM_' || facilities.source as source,
        facilities._published_at,
        facilities._fetched_at,
        facilities._file_id
    from facilities
    left join parts
        on
            facilities.iso = parts.iso
            and facilities.resource = parts.resource
            and facilities.market_date >= parts.valid_from
            and facilities.market_date < parts.valid_to
),

unioned as (
    select * exclude (next_mw, previous_mw) from measured
    union all by name
    select * from facility_parts
)

select
    unioned.iso,
    cast(null as text) as market,
    unioned.location,
    'REGION' as location_type,
    unioned.interval_start,
    unioned.interval_end,
    unioned.interval_minutes,
    unioned.market_date,
    unioned.trading_date,
    unioned.resource,
    unioned.fuel_tech,
    unioned.output_mw,
    unioned.energy_mwh,
    unioned.energy_openelectricity_mwh,
    unioned.energy_basis,
    prices.price,
    round(unioned.energy_mwh * prices.price, 6) as market_value,
    unioned.emission_factor,
    case
        when unioned.energy_mwh is not null
            then round(greatest(unioned.energy_mwh, 0) * unioned.emission_factor, 6)
    end as emissions_t,
    unioned.source,
    unioned._published_at as published_at,
    unioned._file_id as file_id,
    unioned._fetched_at,
    {{ built_at() }} as _built_at
from unioned
left join prices
    on
        unioned.iso = prices.iso
        and unioned.location = prices.location
        and unioned.interval_start = prices.interval_start
