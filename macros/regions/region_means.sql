{#- Means over the intervals of a region as a mapping of the name to [figure, count]: the column of
    `fct_region_intervals`, and the one of `region_counts` that tells how many intervals have it. Each
    interval weighs the same. -#}
{% macro region_means() -%}
    {{ return({
        'average_dispatch_price': ['dispatch_price', 'dispatch_price_interval_count'],
        'average_settlement_price': ['settlement_price', 'price_interval_count'],
        'average_storage_mwh': ['storage_mwh', 'storage_interval_count'],
    }) }}
{%- endmacro %}
