{#- Whether the next row of the series comes within ten intervals: asked of rows that each beat those
    before, a climb goes on then. `interval_minutes` is the length of an interval. -#}
{% macro is_followed(series) -%}
    coalesce(
        epoch_us(lead(interval_start) over (partition by {{ series }} order by interval_start))
        - epoch_us(interval_start) < 10 * 60000000 * cast(interval_minutes as bigint),
        false
    )
{%- endmacro %}
