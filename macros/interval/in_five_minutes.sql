{#- Rows of longer intervals as one row for each of their five minutes, in the same columns; rows of
    five minutes as they are. `native_minutes` keeps the published length: a power holds for all of its
    five minutes, an energy is to be divided by `native_minutes // 5`.

    relation: with interval_start, interval_end and interval_minutes, a multiple of five. -#}
{% macro in_five_minutes(relation) -%}
    select
        * exclude (step, interval_start, interval_end, interval_minutes),
        {{ add_minutes('interval_start', 'step * 5') }} as interval_start,
        {{ add_minutes('interval_start', '(step * 5 + 5)') }} as interval_end,
        interval_minutes as native_minutes
    from (
        select
            *,
            unnest(range(interval_minutes // 5)) as step
        from {{ relation }}
    )
{%- endmacro %}
