{#- The days that `gridhouse rebuild` asks of the model being built, as a list of one select of iso and
    market_date, empty if none are asked: of each area that the model holds, the days of the variable
    `rebuild`, a mapping of `models` (names), `first` and `last` (ISO dates). -#}
{% macro asked_days() -%}
    {%- set asked = var('rebuild', none) -%}
    {%- if not asked or model.name not in asked['models'] -%}
        {{ return([]) }}
    {%- endif -%}
    {{ return([
        "select iso, cast(unnest(generate_series(date '" ~ asked['first'] ~ "', date '"
        ~ asked['last'] ~ "', interval 1 day)) as date) as market_date from (select distinct iso from "
        ~ this ~ ')'
    ]) }}
{%- endmacro %}
