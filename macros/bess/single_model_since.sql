{#- First market day on which a battery is one resource: from it on no load is half of one. -#}
{% macro single_model_since() -%}
    date '2025-12-05'
{%- endmacro %}
