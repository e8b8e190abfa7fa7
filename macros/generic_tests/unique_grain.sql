{#- Fails for each key that more than one row has.

    columns: the names that make one row. skip_null: a column whose null rows are left out, such as
    an interval start that no instant could be given to; any other null counts as a value. -#}
{% test unique_grain(model, columns, skip_null=none) %}
    {%- if not columns or columns is string -%}
        {{ exceptions.raise_compiler_error('unique_grain: `columns` must be a list of names') }}
    {%- endif %}
select
    {{ columns | join(', ') }},
    count(*) as rows_of_key
from {{ model }}
{% if skip_null -%} where {{ skip_null }} is not null {%- endif %}
group by all
having count(*) > 1
{% endtest %}
