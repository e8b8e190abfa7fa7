{#- SQL that deletes what the model being built holds of days that a relation has no row of, nothing if
    it is built whole: a `pre_hook` beside `forget_days`, since a day that is lost tells of no news. -#}
{% macro forget_days_without(relation) -%}
    {%- if not builds_whole() %}
    delete from {{ this }}
    where (iso, market_date) not in (select (iso, market_date) from {{ relation }})
    {%- endif %}
{%- endmacro %}
