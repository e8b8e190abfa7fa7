{#- Whether the model that is being built is built whole (a first build, a full refresh, while dbt only
    parses) rather than by the days that changed.

    A table with `as_of` is always built whole: one that holds later rows cannot be cut to the past by
    adding days to it. -#}
{% macro builds_whole() -%}
    {%- if not execute or not is_incremental() -%}
        {{ return(true) }}
    {%- endif -%}
    {%- if as_of_instant() -%}
        {{ exceptions.raise_compiler_error(
            "as_of is set, but " ~ this ~ " already holds rows. Build the past into a file of its own: "
            ~ "let GRIDHOUSE_WAREHOUSE name a new one, or rebuild the one it names with --full-refresh."
        ) }}
    {%- endif -%}
    {{ return(false) }}
{%- endmacro %}
