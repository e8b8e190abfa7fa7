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
{#- energies are published for their own interval: they concern no other day -#}
{%- for source in arrivals(ref('int_wem__facility_energies')) -%}
{%- do landed.append(source['relation']) -%}
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

-- A row without a figure is no reading: another table may have one.
with shown as {{ kept }} (
    select * from {{ rows_of(ref('int_resources__readings'), read) }}
    where output_mw is not null
),

-- How many of a day's 288 readings are on file of a unit. Sorting all rows to find the few that are
-- on file twice, or in two tables, would cost more than all else.
unit_days as materialized (
    select
        *,
        row_count = reading_count as is_single,
        metered_row_count = 288 and metered_reading_count = 288 as is_metered
    from (
        select
            iso,
            resource,
            market_date,
            count(*) as row_count,
            bit_count(bitstring_agg(reading, 0, 287)) as reading_count,
            count(*) filter (where source = 'SCADA') as metered_row_count,
            bit_count(bitstring_agg(reading, 0, 287) filter (where source = 'SCADA'))
                as metered_reading_count
        from (
            select
                *,
                cast((epoch_us(interval_start) // 300000000) % 288 as integer) as reading
            from shown
        )
        group by
            iso,
            resource,
            market_date
    )
),

-- The dispatch solution fills what SCADA lacks, and of what was published again the last
-- publication holds.
published as (
    select shown.*
    from shown
    inner join unit_days
        on
            shown.iso = unit_days.iso
            and shown.resource = unit_days.resource
            and shown.market_date = unit_days.market_date
    where unit_days.is_single or (unit_days.is_metered and shown.source = 'SCADA')
    union all
    select shown.*
    from shown
    inner join unit_days
        on
            shown.iso = unit_days.iso
            and shown.resource = unit_days.resource
            and shown.market_date = unit_days.market_date
    where not (unit_days.is_single or unit_days.is_metered)
    qualify row_number() over (
        partition by shown.iso, shown.resource, shown.interval_start
        order by
            case when shown.source = 'SCADA' then 0 else 1 end,
            shown._published_at desc nulls last, shown._fetched_at desc, shown._loaded_at desc,
            shown._file_id desc, shown._row_number desc
    ) = 1
),

-- What all rows of a file share is a number while they are sorted: a year of them would not fit
-- into the memory otherwise. Each row has its file, but inner joins with so few of them would let
-- DuckDB expect few rows, and build the tables of the joins that follow from all of them.
files as materialized (
    select
        iso,
        source,
        _file_id,
        max(_published_at) as _published_at,
        max(_fetched_at) as _fetched_at,
        cast(row_number() over () as integer) as file_number
    from shown
    group by
        iso,
        source,
        _file_id
),

readings as (
    select
        published.resource,
        published.interval_start,
        published.output_mw,
        files.file_number
    from published
    left join files
        on
            published.iso = files.iso
            and published.source = files.source
            and published._file_id = files._file_id
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
        resource,
        interval_start,
        output_mw,
        file_number,
        case
            when
                epoch_us(lead(interval_start) over by_resource)
                = epoch_us(interval_start) + 300000000
                then lead(output_mw) over by_resource
        end as next_mw,
        case
            when
                epoch_us(lag(interval_start) over by_resource)
                = epoch_us(interval_start) - 300000000
                then lag(output_mw) over by_resource
        end as previous_mw
    from readings
    window by_resource as (partition by resource order by interval_start)
),

dated as (
    select
        files.iso,
        followed.*,
        {{ add_minutes('followed.interval_start', 5) }} as interval_end,
        {{ nem_market_date(nem_clock('followed.interval_start', 5)) }} as market_date,
        {{ nem_trading_date(nem_clock('followed.interval_start', 5)) }} as trading_date,
        files.source,
        files._published_at,
        files._fetched_at,
        files._file_id
    from followed
    left join files on followed.file_number = files.file_number
),

parted as (
    select
        dated.iso,
        parts.location,
        dated.interval_start,
        dated.interval_end,
        dated.market_date,
        dated.trading_date,
        dated.resource,
        parts.fuel_tech,
        {{ part_of_power('dated.output_mw') }} as output_mw,
        {{ part_of_power('dated.next_mw') }} as next_mw,
        {{ part_of_power('dated.previous_mw') }} as previous_mw,
        -- of an interval in which power crosses zero a part has what lies on its side of a straight
        -- line between the readings; all of any other
        coalesce(
            (
                abs({{ part_of_power('dated.output_mw') }})
                + abs({{ part_of_power('dated.next_mw') }})
            )
            / nullif(abs(dated.output_mw) + abs(dated.next_mw), 0),
            1
        ) as share,
        parts.emission_factor,
        dated.source,
        dated._published_at,
        dated._fetched_at,
        dated._file_id
    from dated
    left join parts
        on
            dated.iso = parts.iso
            and dated.resource = parts.resource
            and dated.market_date >= parts.valid_from
            and dated.market_date < parts.valid_to
    where {{ is_in_days(built, 'dated.iso', 'dated.market_date') }}
),

measured as (
    select
        *,
        5 as interval_minutes,
        round((output_mw + coalesce(next_mw, output_mw)) / 24 * share, 6) as energy_mwh,
        round((output_mw + coalesce(previous_mw, output_mw)) / 24, 6)
            as energy_openelectricity_mwh,
        case when next_mw is null then 'HELD' else 'NEXT_READING' end as energy_basis
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
    select * exclude (next_mw, previous_mw, share) from measured
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
    -- zero has no sign
    round(unioned.energy_mwh * prices.price, 6) + 0 as market_value,
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
