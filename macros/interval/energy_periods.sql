{#- Energies, values and emissions by periods: those shorter than a day are made of intervals, all others
    of days. Rows have the keys, period, period_start, period_end, first_date, interval_count,
    expected_interval_count, known_minutes, the sums of `energy_sums`, location if it is no key, and
    newest_at.

    intervals: relation with the columns of `energy_sums` by interval. days: its rollup by days.
    keys: columns that tell series apart. -#}
{% macro energy_periods(intervals, days, keys) -%}
    {%- set by_key = [] -%}
    {%- for key in keys -%}
        {%- do by_key.append('series.' ~ key) -%}
    {%- endfor -%}
    {% for period, seconds in clock_periods().items() -%}
    select
        {{ by_key | join(', ') }},
        '{{ period }}' as period,
        make_timestamptz(
            epoch_us(series.interval_start) // {{ seconds }}000000 * {{ seconds }}000000
        ) as period_start,
        make_timestamptz(
            (epoch_us(series.interval_start) // {{ seconds }}000000 + 1) * {{ seconds }}000000
        ) as period_end,
        min(series.market_date) as first_date,
        count(series.energy_mwh) as interval_count,
        {{ expected_intervals(seconds // 60, 'series.interval_minutes') }}
            as expected_interval_count,
        {{ known_minutes('series.energy_mwh', 'series.interval_minutes') }} as known_minutes,
        {% for figure in energy_sums() -%}
        {{ exact_sum('series.' ~ figure) }} as {{ figure }},
        {% endfor -%}
        {{ 'max(series.location) as location,' if 'location' not in keys }}
        max(coalesce(series.published_at, series._fetched_at)) as newest_at
    from {{ intervals }} as series
    where series.interval_minutes * 60 <= {{ seconds }}
    group by all
    union all
    {% endfor -%}
    {% for period, (first_date, length) in calendar_periods('daily.market_date').items() -%}
    select
        {{ by_key | join(', ') }},
        '{{ period }}' as period,
        timezone(series.time_zone, cast(series.first_date as timestamp)) as period_start,
        timezone(series.time_zone, cast(series.first_date as timestamp) + {{ length }})
            as period_end,
        series.first_date,
        sum(series.interval_count) as interval_count,
        {{ expected_in_days(
            'cast(series.first_date + ' ~ length ~ ' as date) - series.first_date',
            'series.expected_interval_count'
        ) }} as expected_interval_count,
        sum(series.known_minutes) as known_minutes,
        {% for figure in energy_sums() -%}
        {{ exact_sum('series.' ~ figure) }} as {{ figure }},
        {% endfor -%}
        {{ 'max(series.location) as location,' if 'location' not in keys }}
        max(series.newest_published_at) as newest_at
    from (
        select
            daily.*,
            isos.time_zone,
            cast({{ first_date }} as date) as first_date
        from {{ days }} as daily
        inner join {{ ref('isos') }} as isos on daily.iso = isos.iso
    ) as series
    group by
        {{ by_key | join(', ') }},
        series.first_date,
        series.time_zone
    {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endmacro %}
