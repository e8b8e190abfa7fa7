{#- SQL that deletes what the model being built holds of ranges of days (see `day_ranges`), nothing for
    none: a `pre_hook` of models whose days may lose all rows, as those of a pair that broke do.
    `partition_overwrite` would leave such a day alone. -#}
{% macro forget_days(ranges) -%}
    {%- if ranges %}
    delete from {{ this }}
    where
        {%- for range in ranges %}
        (
            iso = '{{ range['iso'] }}'
            and market_date between date '{{ range['first'] }}' and date '{{ range['last'] }}'
        ){{ ' or' if not loop.last }}
        {%- endfor %}
    {%- endif %}
{%- endmacro %}
