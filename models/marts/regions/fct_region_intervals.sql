{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

{%- set areas = ['NEM', 'WEM'] -%}
{#- A target is the power at the start of the next interval, so a day concerns the next one. -#}
{%- set built = widened_days(
    rebuilt_days(
        [
            of_isos(ref('fct_load_intervals_revisions'), areas),
            of_isos(ref('fct_price_intervals_revisions'), areas),
            ref('fct_border_intervals'),
            ref('fct_flow_emission_intervals'),
            ref('fct_fuel_intervals'),
            ref('int_rooftop__five_minutes')
        ],
        landed=[ref('int_regions__dispatch_sums'), ref('int_regions__dispatch_prices')]
    ),
    after=1
) %}
{%- set read = widened_days(built, before=1) %}
{#- Of what was published again the last publication holds. -#}
{%- set last_published -%}
    qualify row_number() over (
        partition by
            iso,
            location,
            interval_start
        order by
            _published_at desc nulls last,
            _fetched_at desc,
            _loaded_at desc,
            _file_id desc,
            _row_number desc
    ) = 1
{%- endset %}

with isos as (
    select * from {{ ref('isos') }}
),

loads as (
    select *
    from {{ rows_of(of_isos(ref('fct_load_intervals_revisions'), areas), built) }}
    where is_latest and location_type = 'REGION'
),

-- Half-hourly means stand in where dispatch has no figure.
demands as (
    select
        iso,
        location,
        interval_start,
        market_date,
        max(load_mw) filter (where load_kind = 'TOTAL' and native_minutes = 5) as dispatched_mw,
        max(load_mw) filter (where load_kind = 'TOTAL' and native_minutes > 5) as traded_mw,
        max(load_mw) filter (
            where load_kind = 'TOTAL_AND_NONSCHEDULED' and native_minutes = 5
        ) as dispatched_total_mw,
        max(load_mw) filter (
            where load_kind = 'TOTAL_AND_NONSCHEDULED' and native_minutes > 5
        ) as traded_total_mw,
        max(load_mw) filter (where load_kind = 'OPERATIONAL') as operational_mw,
        max(load_mw) filter (where load_kind = 'OPERATIONAL_HALF_HOUR')
            as operational_half_hour_mw,
        max(coalesce(published_at, _fetched_at)) as published_at
    from ({{ in_five_minutes('loads') }})
    group by all
),

price_rows as (
    select *
    from {{ rows_of(of_isos(ref('fct_price_intervals_revisions'), areas), built) }}
    where is_latest and location_type = 'REGION' and market in ('RT5M', 'TRADING')
),

prices as (
    select
        iso,
        location,
        interval_start,
        market_date,
        max(price) filter (where market = 'RT5M') as dispatch_price,
        max(price) filter (where market = 'TRADING') as settlement_price,
        max(coalesce(published_at, _fetched_at)) as published_at
    from ({{ in_five_minutes('price_rows') }})
    group by all
),

original_prices as (
    select
        iso,
        location,
        interval_start,
        price_original,
        price_flag
    from {{ rows_of(ref('int_regions__dispatch_prices'), built) }}
    {{ last_published }}
),

sums as (
    select *
    from {{ rows_of(ref('int_regions__dispatch_sums'), read) }}
    {{ last_published }}
),

curtailed as (
    select
        iso,
        location,
        interval_start,
        interval_end,
        market_date,
        {{ positive_part('(solar_uigf_mw - solar_cleared_mw)') }} as curtailment_solar_mw,
        {{ positive_part('(wind_uigf_mw - wind_cleared_mw)') }} as curtailment_wind_mw,
        storage_mwh,
        _published_at as published_at
    from sums
),

-- Held back to the start of the interval where the target before it is missing.
begun as (
    select
        *,
        case
            when lag(interval_end) over by_location = interval_start
                then lag(curtailment_solar_mw) over by_location
        end as solar_at_start_mw,
        case
            when lag(interval_end) over by_location = interval_start
                then lag(curtailment_wind_mw) over by_location
        end as wind_at_start_mw
    from curtailed
    window
        by_location as (
            partition by
                iso,
                location
            order by interval_start
        )
),

curtailments as (
    select
        *,
        (coalesce(solar_at_start_mw, curtailment_solar_mw) + curtailment_solar_mw) / 24
            as curtailment_solar_mwh,
        (coalesce(wind_at_start_mw, curtailment_wind_mw) + curtailment_wind_mw) / 24
            as curtailment_wind_mwh
    from begun
),

interconnectors as (
    select * from {{ ref('dim_interconnector') }}
),

sides as (
    select
        iso,
        from_location as location,
        to_location as neighbour,
        valid_from,
        valid_to
    from interconnectors
    union all
    select
        iso,
        to_location as location,
        from_location as neighbour,
        valid_from,
        valid_to
    from interconnectors
),

borders as (
    select * from {{ rows_of(ref('fct_border_intervals'), built) }}
),

border_days as (
    select distinct
        iso,
        market_date
    from borders
),

-- Interconnectors side by side are one border.
expected_borders as (
    select distinct
        border_days.iso,
        border_days.market_date,
        sides.location,
        sides.neighbour
    from border_days
    inner join sides
        on
            border_days.iso = sides.iso
            and border_days.market_date >= sides.valid_from
            and border_days.market_date <= sides.valid_to
),

expected_counts as (
    select
        iso,
        market_date,
        location,
        count(*) as border_count
    from expected_borders
    group by all
),

parted_borders as (
    select
        parts.* replace (
            parts.energy_mwh / (parts.native_minutes // 5) as energy_mwh,
            parts.energy_openelectricity_mwh / (parts.native_minutes // 5)
                as energy_openelectricity_mwh
        ),
        expected_borders.neighbour is not null as is_expected
    from ({{ in_five_minutes('borders') }}) as parts
    left join expected_borders
        on
            parts.iso = expected_borders.iso
            and parts.market_date = expected_borders.market_date
            and parts.location = expected_borders.location
            and parts.to_location = expected_borders.neighbour
),

-- Borders are not netted against each other: a region may import over one and export over another.
summed_flows as (
    select
        iso,
        location,
        interval_start,
        market_date,
        count(distinct to_location) filter (where is_expected and flow_mw is not null)
            as border_count,
        {%- for figure, name in [
            ('flow_mw', 'mw'),
            ('energy_mwh', 'mwh'),
            ('energy_openelectricity_mwh', 'openelectricity_mwh')
        ] %}
        cast(sum(cast({{ positive_part(figure) }} as decimal(18, 9))) as double)
            as exports_{{ name }},
        cast(sum(cast({{ positive_part('-' ~ figure) }} as decimal(18, 9))) as double)
            as imports_{{ name }},
        {%- endfor %}
        max(published_at) as published_at
    from parted_borders
    group by all
),

-- A sum that lacks a border which is expected is none, whichever others it has.
flows as (
    select
        summed_flows.iso,
        summed_flows.location,
        summed_flows.interval_start,
        summed_flows.market_date,
        {%- for name in [
            'exports_mw', 'imports_mw', 'exports_mwh', 'imports_mwh',
            'exports_openelectricity_mwh', 'imports_openelectricity_mwh'
        ] %}
        case
            when summed_flows.border_count = coalesce(expected_counts.border_count, 0)
                then summed_flows.{{ name }}
        end as {{ name }},
        {%- endfor %}
        summed_flows.published_at
    from summed_flows
    left join expected_counts
        on
            summed_flows.iso = expected_counts.iso
            and summed_flows.market_date = expected_counts.market_date
            and summed_flows.location = expected_counts.location
),

carried as (
    select * from {{ rows_of(ref('fct_flow_emission_intervals'), built) }}
),

fuel_techs as (
    select * from {{ ref('fuel_techs') }}
),

-- Rooftop has columns of its own; demand response is load not taken, not generation.
fuel_rows as (
    select
        fuels.*,
        fuel_techs.is_renewable
    from {{ rows_of(ref('fct_fuel_intervals'), built) }} as fuels
    left join fuel_techs on fuels.fuel_tech = fuel_techs.fuel_tech
    where
        fuels.location is not null
        and fuels.fuel_tech is distinct from 'SOLAR_ROOFTOP'
        and fuel_techs.is_supply is not false
),

parted_fuels as (
    select
        * replace (
            energy_mwh / (native_minutes // 5) as energy_mwh,
            emissions_energy_mwh / (native_minutes // 5) as emissions_energy_mwh,
            emissions_t / (native_minutes // 5) as emissions_t
        )
    from ({{ in_five_minutes('fuel_rows') }})
),

-- A fuel's output below zero is own use, not negative generation.
generations as (
    select
        iso,
        location,
        interval_start,
        market_date,
        {%- for figure, name in [('power_mw', 'mw'), ('energy_mwh', 'mwh')] %}
        {%- set given = 'cast(' ~ positive_part(figure) ~ ' as decimal(18, 9))' %}
        cast(sum({{ given }}) as double) as generation_{{ name }},
        cast(sum({{ given }}) filter (where is_renewable) as double) as renewable_{{ name }},
        cast(sum({{ given }}) filter (where fuel_tech = 'BATTERY_DISCHARGING') as double)
            as discharging_{{ name }},
        cast(sum(cast({{ figure }} as decimal(18, 9))) as double) as net_{{ name }},
        {%- endfor %}
        {{ exact_sum(positive_part('emissions_energy_mwh')) }} as emissions_energy_mwh,
        {{ exact_sum('emissions_t') }} as emissions_t,
        max(coalesce(published_at, _fetched_at)) as published_at
    from parted_fuels
    group by all
),

pumped_units as (
    select * from {{ ref('pumped_hydro_units') }}
),

pumped_rows as (
    select resources.*
    from {{ rows_of(ref('fct_resource_intervals'), built) }} as resources
    inner join pumped_units
        on
            resources.iso = pumped_units.iso
            and resources.resource = pumped_units.resource
),

pumped as (
    select
        iso,
        location,
        interval_start,
        {{ exact_sum(positive_part('output_mw')) }} as pumped_mw,
        {{ exact_sum(positive_part('energy_mwh') ~ ' / (native_minutes // 5)') }} as pumped_mwh
    from ({{ in_five_minutes('pumped_rows') }})
    group by all
),

rooftop as (
    select * from {{ rows_of(ref('int_rooftop__five_minutes'), built) }}
),

{% set keyed = ['demands', 'prices', 'curtailments', 'flows', 'generations', 'rooftop'] -%}
keys as (
    {%- for source in keyed %}
    select
        iso,
        location,
        interval_start,
        market_date
    from {{ source }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

joined as (
    select
        keys.iso,
        keys.location,
        keys.interval_start,
        keys.market_date,
        prices.dispatch_price,
        prices.settlement_price,
        original_prices.price_original,
        original_prices.price_flag,
        case
            when demands.dispatched_mw is not null then 'DISPATCH'
            when demands.traded_mw is not null then 'TRADING'
            -- the WEM publishes none: what its units deliver
            when keys.iso = 'WEM' and generations.net_mwh is not null then 'GENERATION'
        end as demand_source,
        coalesce(demands.dispatched_mw, demands.traded_mw) as published_demand_mw,
        coalesce(demands.dispatched_total_mw, demands.traded_total_mw) as published_total_mw,
        coalesce(demands.operational_mw, demands.operational_half_hour_mw)
            as demand_operational_mw,
        rooftop.power_mw as rooftop_mw,
        rooftop.energy_mwh as rooftop_mwh,
        rooftop.rooftop_type,
        curtailments.curtailment_solar_mw,
        curtailments.curtailment_solar_mwh,
        curtailments.curtailment_wind_mw,
        curtailments.curtailment_wind_mwh,
        curtailments.storage_mwh,
        generations.generation_mw,
        generations.generation_mwh,
        -- units without an emission factor may deliver a hundredth at most
        case
            when generations.emissions_energy_mwh >= 0.99 * generations.generation_mwh
                then generations.emissions_t
        end as generation_emissions_t,
        generations.net_mw,
        generations.net_mwh,
        -- where there is a row of any fuel, no row of another is no output
        case
            when generations.generation_mw is not null
                then coalesce(generations.renewable_mw, 0) + rooftop.power_mw
        end as renewable_mw,
        case
            when generations.generation_mwh is not null
                then coalesce(generations.renewable_mwh, 0) + rooftop.energy_mwh
        end as renewable_mwh,
        coalesce(generations.discharging_mw, 0) as discharging_mw,
        coalesce(generations.discharging_mwh, 0) as discharging_mwh,
        coalesce(pumped.pumped_mw, 0) as pumped_mw,
        coalesce(pumped.pumped_mwh, 0) as pumped_mwh,
        flows.imports_mw,
        flows.imports_mwh,
        flows.imports_openelectricity_mwh,
        flows.exports_mw,
        flows.exports_mwh,
        flows.exports_openelectricity_mwh,
        carried.imports_emissions_t,
        carried.exports_emissions_t,
        carried.imports_emissions_mix_t,
        carried.exports_emissions_mix_t,
        carried.mix_intensity,
        carried.unknown_mix,
        greatest(
            {%- for source in keyed %}
            {{ source }}.published_at{{ ',' if not loop.last }}
            {%- endfor %}
        ) as published_at
    from keys
    left join demands
        on
            keys.iso = demands.iso
            and keys.location = demands.location
            and keys.interval_start = demands.interval_start
    left join prices
        on
            keys.iso = prices.iso
            and keys.location = prices.location
            and keys.interval_start = prices.interval_start
    left join original_prices
        on
            keys.iso = original_prices.iso
            and keys.location = original_prices.location
            and keys.interval_start = original_prices.interval_start
    left join curtailments
        on
            keys.iso = curtailments.iso
            and keys.location = curtailments.location
            and keys.interval_start = curtailments.interval_start
    left join flows
        on
            keys.iso = flows.iso
            and keys.location = flows.location
            and keys.interval_start = flows.interval_start
    left join carried
        on
            keys.iso = carried.iso
            and keys.location = carried.location
            and keys.interval_start = carried.interval_start
    left join generations
        on
            keys.iso = generations.iso
            and keys.location = generations.location
            and keys.interval_start = generations.interval_start
    left join pumped
        on
            keys.iso = pumped.iso
            and keys.location = pumped.location
            and keys.interval_start = pumped.interval_start
    left join rooftop
        on
            keys.iso = rooftop.iso
            and keys.location = rooftop.location
            and keys.interval_start = rooftop.interval_start
),

demanded as (
    select
        *,
        case demand_source when 'GENERATION' then net_mw else published_demand_mw end as demand_mw,
        case demand_source when 'GENERATION' then net_mwh else published_demand_mw / 12 end
            as demand_mwh,
        case demand_source when 'GENERATION' then net_mw else published_total_mw end
            as demand_total_mw,
        case demand_source when 'GENERATION' then net_mwh else published_total_mw / 12 end
            as demand_total_mwh
    from joined
),

-- Without rooftop the renewables of a region and what its people use are unknown.
totals as (
    select
        *,
        demand_operational_mw / 12 as demand_operational_mwh,
        demand_total_mw + rooftop_mw as demand_gross_mw,
        demand_total_mwh + rooftop_mwh as demand_gross_mwh,
        renewable_mw - pumped_mw as generation_renewable_mw,
        renewable_mwh - pumped_mwh as generation_renewable_mwh,
        renewable_mw + discharging_mw as generation_renewable_with_storage_mw,
        renewable_mwh + discharging_mwh as generation_renewable_with_storage_mwh
    from demanded
)

select
    totals.iso,
    cast(null as text) as market,
    totals.location,
    'REGION' as location_type,
    totals.interval_start,
    {{ add_minutes('totals.interval_start', 5) }} as interval_end,
    5 as interval_minutes,
    totals.market_date,
    cast(
        timezone(isos.time_zone, totals.interval_start)
        - case totals.iso when 'WEM' then interval 8 hours else interval 4 hours end as date
    ) as trading_date,
    totals.dispatch_price,
    totals.settlement_price,
    totals.price_original,
    cast(totals.price_flag as integer) as price_flag,
    totals.demand_mw,
    totals.demand_mwh,
    totals.demand_source,
    totals.demand_total_mw,
    totals.demand_total_mwh,
    totals.demand_operational_mw,
    totals.demand_operational_mwh,
    totals.demand_gross_mw,
    totals.demand_gross_mwh,
    totals.rooftop_mw,
    totals.rooftop_mwh,
    totals.rooftop_type,
    totals.curtailment_solar_mw,
    totals.curtailment_solar_mwh,
    totals.curtailment_wind_mw,
    totals.curtailment_wind_mwh,
    totals.curtailment_solar_mw + totals.curtailment_wind_mw as curtailment_mw,
    totals.curtailment_solar_mwh + totals.curtailment_wind_mwh as curtailment_mwh,
    totals.generation_mw,
    totals.generation_mwh,
    totals.generation_emissions_t,
    totals.generation_renewable_mw,
    totals.generation_renewable_mwh,
    totals.generation_renewable_with_storage_mw,
    totals.generation_renewable_with_storage_mwh,
    totals.generation_renewable_mwh / nullif(totals.demand_gross_mwh, 0) as renewable_proportion,
    totals.generation_renewable_with_storage_mwh / nullif(totals.demand_gross_mwh, 0)
        as renewable_with_storage_proportion,
    totals.storage_mwh,
    totals.imports_mw,
    totals.imports_mwh,
    totals.imports_openelectricity_mwh,
    totals.exports_mw,
    totals.exports_mwh,
    totals.exports_openelectricity_mwh,
    totals.imports_mwh * totals.settlement_price as imports_value,
    totals.exports_mwh * totals.settlement_price as exports_value,
    totals.imports_emissions_t,
    totals.exports_emissions_t,
    totals.imports_emissions_mix_t,
    totals.exports_emissions_mix_t,
    totals.mix_intensity,
    totals.unknown_mix,
    totals.published_at,
    {{ built_at() }} as _built_at
from totals
inner join isos on totals.iso = isos.iso
where {{ is_in_days(built, 'totals.iso', 'totals.market_date') }}
