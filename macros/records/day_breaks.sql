{#- The rows of a relation that may be records once the other days are known, with `is_followed`; as
    something to select from.

    A row that beats all before it beats those of its own day, so each day can be asked alone. Of a
    climb within a day only the top can be a record. Its other rows are left out, since what they beat
    the top beats too, but for those of the day's first ten intervals: with them a climb of the day
    before may go on. -#}
{% macro day_breaks(relation, series) -%}
    {%- set of_day = series ~ ', market_date' -%}
    (
        select
            *,
            {{ is_followed(of_day) }} as is_followed
        from {{ breaks(relation, of_day) }}
        qualify
            not is_followed
            or epoch_us(interval_start)
            - min(epoch_us(interval_start)) over (partition by {{ of_day }})
            < 10 * 60000000 * cast(interval_minutes as bigint)
    )
{%- endmacro %}
