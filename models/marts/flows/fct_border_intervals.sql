{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

{#- A planned interconnector is expected from its first whole day that landed: later days may have
    been computed before that. -#}
{%- set days_since_listed -%}
    (
        select
            iso,
            cast(unnest(generate_series(
                valid_from,
                (select max(market_date) from {{ ref('fct_interchange_intervals_revisions') }}),
                interval 1 day
            )) as date) as market_date,
            first_day_built_at as _built_at
        from {{ ref('dim_interconnector') }}
        where is_planned
    )
{%- endset -%}
{#- The reading that ends the last interval of a day begins the next one. -#}
{%- set built = widened_days(
    rebuilt_days([
        of_isos(ref('fct_interchange_intervals_revisions'), ['NEM']),
        of_isos(ref('fct_price_intervals_revisions'), ['NEM']),
        days_since_listed
    ]),
    before=1
) %}
{%- set read = widened_days(built, after=1) %}
{%- set figures = [
    'flow_mw', 'scheduled_mw', 'limit_forward_mw', 'limit_reverse_mw', 'losses_mw'
] %}

with interconnectors as (
    select
        iso,
        interface,
        least(from_location, to_location) as first_location,
        greatest(from_location, to_location) as second_location,
        case when from_location < to_location then 1 else -1 end as direction,
        valid_from,
        valid_to
    from {{ ref('dim_interconnector') }}
),

-- Each border from its first region to its second, by name.
readings as (
    select
        flows.iso,
        flows.market,
        flows.interface,
        flows.market_date between ends.valid_from and ends.valid_to as is_expected,
        ends.first_location,
        ends.second_location,
        flows.interval_start,
        flows.interval_end,
        flows.interval_minutes,
        flows.market_date,
        {{ nem_trading_start('flows.interval_start', 'flows.market_date') }} as trading_start,
        flows.flow_mw * ends.direction as flow_mw,
        flows.scheduled_mw * ends.direction as scheduled_mw,
        case
            when ends.direction = 1 then flows.limit_forward_mw else -flows.limit_reverse_mw
        end as limit_forward_mw,
        case
            when ends.direction = 1 then flows.limit_reverse_mw else -flows.limit_forward_mw
        end as limit_reverse_mw,
        flows.losses_mw,
        flows.published_at,
        flows.file_id
    from {{ rows_of(ref('fct_interchange_intervals_revisions'), read) }} as flows
    inner join interconnectors as ends
        on
            flows.iso = ends.iso
            and flows.interface = ends.interface
    where flows.is_latest and flows.iso = 'NEM'
),

-- Trading rows stand in where dispatch has none in the same trading interval: before October 2021
-- they are means of half hours, since then the same readings.
chosen as (
    select *
    from readings
    where
        market = 'RT5M'
        or not exists (
            select 1
            from readings as dispatch
            where
                dispatch.market = 'RT5M'
                and dispatch.iso = readings.iso
                and dispatch.first_location = readings.first_location
                and dispatch.second_location = readings.second_location
                and dispatch.trading_start = readings.trading_start
        )
),

days as (
    select distinct
        iso,
        market_date
    from chosen
),

expected as (
    select
        days.iso,
        days.market_date,
        interconnectors.first_location,
        interconnectors.second_location,
        count(*) as interface_count
    from days
    inner join interconnectors
        on
            days.iso = interconnectors.iso
            and days.market_date >= interconnectors.valid_from
            and days.market_date <= interconnectors.valid_to
    group by all
),

-- Decimals add up to the same sum in any order.
borders as (
    select
        iso,
        market,
        first_location,
        second_location,
        interval_start,
        interval_end,
        interval_minutes,
        market_date,
        trading_start,
        count(distinct interface) filter (where flow_mw is not null) as interface_count,
        {%- for figure in figures %}
        count(distinct interface) filter (where is_expected and {{ figure }} is not null)
            as expected_with_{{ figure }},
        cast(sum(cast({{ figure }} as decimal(18, 6))) as double) as {{ figure }},
        {%- endfor %}
        max(published_at) as published_at,
        arg_max(file_id, row(published_at, file_id)) as file_id
    from chosen
    group by all
),

counted as (
    select
        borders.*,
        coalesce(expected.interface_count, 0) as expected_interface_count
    from borders
    left join expected
        on
            borders.iso = expected.iso
            and borders.market_date = expected.market_date
            and borders.first_location = expected.first_location
            and borders.second_location = expected.second_location
),

-- A sum that lacks one of the interconnectors that are expected is none, whichever others it has.
complete as (
    select
        * replace (
            {%- for figure in figures %}
            case when expected_with_{{ figure }} = expected_interface_count then {{ figure }} end
                as {{ figure }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        )
    from counted
),

followed as (
    select
        *,
        lead(interval_start) over by_border as next_start,
        lead(interval_minutes) over by_border as next_minutes,
        lead(flow_mw) over by_border as next_flow_mw
    from complete
    window
        by_border as (
            partition by
                iso,
                first_location,
                second_location
            order by interval_start
        )
),

based as (
    select
        *,
        case
            when flow_mw is null then null
            when interval_minutes > 5 then 'MEAN'
            when next_start = interval_end and next_minutes = 5 and next_flow_mw is not null
                then 'NEXT_READING'
            else 'HELD'
        end as energy_basis
    from followed
),

measured as (
    select
        *,
        interval_minutes / 60.0
        * case energy_basis
            when 'NEXT_READING' then (flow_mw + next_flow_mw) / 2
            else flow_mw
        end as energy_mwh,
        flow_mw * interval_minutes / 60.0 as energy_openelectricity_mwh
    from based
),

-- Each border from both of its regions.
directed as (
    select
        * exclude (first_location, second_location),
        first_location as from_location,
        second_location as to_location
    from measured
    union all by name
    select
        * exclude (first_location, second_location) replace (
            0 - flow_mw as flow_mw,
            0 - scheduled_mw as scheduled_mw,
            0 - limit_reverse_mw as limit_forward_mw,
            0 - limit_forward_mw as limit_reverse_mw,
            0 - energy_mwh as energy_mwh,
            0 - energy_openelectricity_mwh as energy_openelectricity_mwh
        ),
        second_location as from_location,
        first_location as to_location
    from measured
),

prices as (
    select
        iso,
        location,
        interval_start as trading_start,
        price
    from {{ rows_of(ref('fct_price_intervals_revisions'), built) }}
    where is_latest and iso = 'NEM' and market = 'TRADING' and location_type = 'REGION'
)

select
    directed.iso,
    directed.market,
    directed.from_location as location,
    'REGION' as location_type,
    directed.from_location,
    directed.to_location,
    directed.interval_start,
    directed.interval_end,
    directed.interval_minutes,
    directed.market_date,
    cast(
        timezone('Australia/Brisbane', directed.interval_start) - interval 4 hours as date
    ) as trading_date,
    cast(directed.interface_count as integer) as interface_count,
    cast(directed.expected_interface_count as integer) as expected_interface_count,
    directed.flow_mw,
    directed.scheduled_mw,
    directed.limit_forward_mw,
    directed.limit_reverse_mw,
    directed.losses_mw,
    directed.energy_mwh,
    directed.energy_openelectricity_mwh,
    directed.energy_basis,
    own.price as from_price,
    other.price as to_price,
    directed.energy_mwh * own.price as flow_value,
    {{ positive_part('directed.energy_mwh') }} * (other.price - own.price) as residue,
    directed.published_at,
    directed.file_id,
    {{ built_at() }} as _built_at
from directed
left join prices as own
    on
        directed.iso = own.iso
        and directed.from_location = own.location
        and directed.trading_start = own.trading_start
left join prices as other
    on
        directed.iso = other.iso
        and directed.to_location = other.location
        and directed.trading_start = other.trading_start
where {{ is_in_days(built, 'directed.iso', 'directed.market_date') }}
