{#- The records among the rows that `day_breaks` gives of all days, as something to select from: those
    that beat every earlier row of their series, of a climb its top. -#}
{% macro record_breaks(relation, series) -%}
    (
        select *
        from {{ breaks(relation, series) }}
        qualify not is_followed and not {{ is_followed(series) }}
    )
{%- endmacro %}
