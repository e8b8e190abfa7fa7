{{ config(materialized='view') }}

{#- Periods shorter than a day are made of intervals, all others of days. -#}
{#- What crosses a border inside of the network is no import of it. -#}
{%- set inside = [] -%}
{%- for name in region_sums() if 'imports' not in name and 'exports' not in name -%}
{%- do inside.append(name) -%}
{%- endfor -%}
{#- Of two regions one may have lost an interval in two hundred that the other has. -#}
{%- set alike = 0.995 -%}
{%- set known = 'count(*) >= coalesce(min(spines.least_series), 1) and max(means.{0}) > 0
                and min(means.{0}) >= ' ~ alike ~ ' * max(means.{0})' -%}

{#- One that had a figure before lacks it, for the 90 days after which fuels are given up. -#}
{%- set stores = 'means.storage_interval_count > 0
                or (means.first_date > stored.since and means.first_date <= stored.until + 90)' -%}

{#- A text and no CTE: DuckDB makes one that is read twice whole before it looks which days are
    asked for. -#}
{%- set means -%}
(
    select
        *,
        demand_mwh * 12 / nullif(interval_count, 0) as demand_mw
    from (
    {% for period, seconds in clock_periods().items() -%}
    select
        iso,
        location,
        '{{ period }}' as period,
        make_timestamptz(
            epoch_us(interval_start) // {{ seconds }}000000 * {{ seconds }}000000
        ) as period_start,
        make_timestamptz(
            (epoch_us(interval_start) // {{ seconds }}000000 + 1) * {{ seconds }}000000
        ) as period_end,
        min(market_date) as first_date,
        {{ expected_intervals(seconds // 60) }} as expected_interval_count,
        {% for name, figure in region_counts().items() -%}
count({{ figure }}) as {{ name }},
        {% endfor -%}
{% for name, (figure, count) in region_means().items() -%}
{{ exact_sum(figure) }} / nullif(count({{ figure }}), 0) as {{ name }},
        {% endfor -%}
max(storage_mwh) filter (where epoch_us(interval_end) % {{ seconds }}000000 = 0)
            as end_storage_mwh,
        {% for name in region_sums() -%}
{{ exact_sum(name) }} as {{ name }},
        {% endfor -%}
        max(published_at) as newest_at
    from ({{ region_measures(ref('fct_region_intervals')) }}) as intervals
    group by all
    union all
    {% endfor -%}
{% for period, (first_date, length) in calendar_periods().items() -%}
    select
        iso,
        location,
        '{{ period }}' as period,
        timezone(time_zone, cast(first_date as timestamp)) as period_start,
        timezone(time_zone, cast(next_date as timestamp)) as period_end,
        first_date,
        {{ expected_in_days('(next_date - first_date)') }} as expected_interval_count,
        {% for name in region_counts() -%}
sum({{ name }}) as {{ name }},
        {% endfor -%}
{% for name, (figure, count) in region_means().items() -%}
{{ exact_sum(name ~ ' * ' ~ count) }} / nullif(sum({{ count }}), 0) as {{ name }},
        {% endfor -%}
        max(end_storage_mwh) filter (where market_date = next_date - 1) as end_storage_mwh,
        {% for name in region_sums() -%}
{{ exact_sum(name) }} as {{ name }},
        {% endfor -%}
        max(newest_published_at) as newest_at
    from (
        select
            *,
            cast({{ first_date }} as date) as first_date,
            cast({{ first_date }} + {{ length }} as date) as next_date
        from (
            select
                daily.*,
                isos.time_zone
            from {{ ref('rpt_region_daily') }} as daily
            inner join {{ ref('isos') }} as isos on daily.iso = isos.iso
        ) as days
    )
    group by
        iso,
        location,
        time_zone,
        first_date,
        next_date
    {{ 'union all' if not loop.last }}
{% endfor %}
    )
) as means
{%- endset %}

with spines as (
    {{ region_spines() }}
),

-- Regions with batteries, and from when to when.
stored as (
    select
        iso,
        location,
        min(market_date) as since,
        max(market_date) as until
    from {{ ref('rpt_region_daily') }}
    where storage_interval_count > 0
    group by
        iso,
        location
),

-- Of a network a sum or mean is known where its regions have about as many intervals of it: so it
-- is in a month that is still running, and is not where one region lacks what the others have.
located as (
    select
        *,
        'REGION' as location_type,
        1 as region_count,
        1 as expected_region_count
    from {{ means }}
    union all by name
    select
        means.iso,
        means.iso as location,
        'SYSTEM' as location_type,
        means.period,
        means.period_start,
        means.period_end,
        means.first_date,
        count(*) as region_count,
        greatest(count(*), coalesce(min(spines.least_series), 1)) as expected_region_count,
        max(means.expected_interval_count) as expected_interval_count,
        {% for name in region_counts() -%}
        sum(means.{{ name }}) as {{ name }},
        {% endfor -%}
        {% for name, count in region_sums().items() if name in inside -%}
        case
            when {{ known.format(count) }}
                then {{ exact_sum('means.' ~ name) }}
        end as {{ name }},
        {% endfor -%}
        max(means.newest_at) as newest_at,
        case
            when {{ known.format('interval_count') }}
                then {{ exact_sum('means.demand_mw') }}
        end as demand_mw,
        {% for name, (figure, count) in region_means().items() if figure != 'storage_mwh' -%}
        case
            when {{ known.format(count) }}
                then {{ exact_sum('means.' ~ name) }} / count(*)
        end as {{ name }},
        {% endfor -%}
        -- a region without batteries has no figure: those count that had one on a day before
        case
            when
                count(*) >= coalesce(min(spines.least_series), 1)
                and min(means.storage_interval_count) filter (where {{ stores }})
                >= {{ alike }} * max(means.storage_interval_count)
                then {{ exact_sum('means.average_storage_mwh') }}
        end as average_storage_mwh,
        case
            when
                count(*) >= coalesce(min(spines.least_series), 1)
                and count(means.end_storage_mwh) = count(*) filter (where {{ stores }})
                then {{ exact_sum('means.end_storage_mwh') }}
        end as end_storage_mwh
    from {{ means }}
    left join spines
        on
            means.iso = spines.iso
            and (spines.valid_from is null or means.period_end > spines.valid_from)
            and (spines.valid_to is null or means.period_end <= spines.valid_to)
    left join stored
        on
            means.iso = stored.iso
            and means.location = stored.location
    group by
        means.iso,
        means.period,
        means.period_start,
        means.period_end,
        means.first_date
)

select
    iso,
    location,
    location_type,
    period,
    period_start,
    period_end,
    first_date,
    cast(region_count as integer) as region_count,
    cast(expected_interval_count * expected_region_count as integer) as expected_interval_count,
    least(interval_count / (expected_interval_count * expected_region_count), 1) as completeness,
    {{ day_version('interval_count', 'newest_at') }} as day_version,
    average_dispatch_price,
    average_settlement_price,
    average_storage_mwh,
    end_storage_mwh,
    {% for name in region_counts() -%}
    cast({{ name }} as integer) as {{ name }},
    {% endfor -%}
    demand_value / nullif(priced_demand_mwh, 0) as volume_weighted_price,
    generation_emissions_t / nullif(emissions_generation_mwh, 0) as emission_intensity,
    compared_renewable_mwh / nullif(compared_demand_mwh, 0) as renewable_proportion,
    compared_renewable_with_storage_mwh / nullif(compared_demand_mwh, 0)
        as renewable_with_storage_proportion,
    {% for name in region_sums() -%}
    {{ shown_region_sum(name) }} as {{ name }},
    {% endfor -%}
    demand_mw
from located
