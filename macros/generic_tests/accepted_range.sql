{#- Fails for each value outside a range; null passes (use `not_null` for that).

    min_value, max_value: numbers or SQL expressions, at least one of them. inclusive: whether the
    bounds themselves are accepted. -#}
{% test accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}
    {%- if min_value is none and max_value is none -%}
        {{ exceptions.raise_compiler_error('accepted_range: give `min_value`, `max_value` or both') }}
    {%- endif -%}
    {%- set equal = '' if inclusive else '=' %}
select *
from {{ model }}
where
    false
    {%- if min_value is not none %}
    or {{ column_name }} <{{ equal }} {{ min_value }}
    {%- endif %}
    {%- if max_value is not none %}
    or {{ column_name }} >{{ equal }} {{ max_value }}
    {%- endif %}
{% endtest %}
