{#- The days that the running build computed in `base`, as partitions of a view on it.

    A fact has `iso` and `market_date`. A view of one area has no `iso`, and its `config.meta` names
    the column of the day where that is not `market_date`. -#}
{% macro rebuilt_partitions(node, base) -%}
    {%- set stored = adapter.get_relation(base.database, base.schema, base.alias) -%}
    {%- set day = node.config.meta.get('market_date_column', 'market_date') -%}
    {%- if not stored or day not in node.columns -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set has_iso = 'iso' in node.columns -%}
    {%- set found = run_query(
        'select distinct ' ~ ('iso, ' if has_iso else '') ~ "market_date - date '1970-01-01' as day_number"
        ~ ' from ' ~ stored ~ ' where _built_at = ' ~ built_at()
        ~ ('' if has_iso else " and iso = '" ~ node.fqn[2] | upper ~ "'") ~ ' order by all'
    ) -%}
    {{ return(day_ranges(found.rows, ['iso'] if has_iso else [], day)) }}
{%- endmacro %}
