{#- Whether a row has an instant, for the `where` of a view over landed tables that is read by days.

    Plain `is not null` would do the same, but DuckDB keeps a filter whose look-up in the time-zone
    library could fail together with the filter on the days, and reads and resolves the whole history
    to answer both. As a semi-join it is asked of the days' rows alone. -#}
{% macro has_instant(column) -%}
    ({{ column }} is not null) in (select true)
{%- endmacro %}
