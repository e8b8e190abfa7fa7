{#- Rows of a landed table that a reader may see: those of complete loads, and, with the variable
    `as_of`, those that were known at that instant.

    A killed load leaves rows whose `_dlt_load_id` never becomes complete. `known_at` is the instant
    from which a row was known; pass none for tables that are not cut at `as_of` (the ledger). -#}
{% macro landed(relation, known_at='coalesce(_published_at, _fetched_at)') -%}
    {%- set conditions = [] -%}
    {%- if not relation.is_cte -%} {#- a unit test's rows stand in a CTE and belong to no load -#}
        {%- set loads = api.Relation.create(
            database=relation.database, schema=relation.schema, identifier='_dlt_loads'
        ) -%}
        {%- do conditions.append(
            '_dlt_load_id in (select load_id from ' ~ loads ~ ' where status = 0)'
        ) -%}
    {%- endif -%}
    {%- set as_of = as_of_instant() -%}
    {%- if as_of and known_at -%}
        {%- do conditions.append(known_at ~ ' <= ' ~ as_of) -%}
    {%- endif -%}
    select * from {{ relation }}
    {%- if conditions %}
    where {{ conditions | join('\n        and ') }}
    {%- endif -%}
{%- endmacro %}
