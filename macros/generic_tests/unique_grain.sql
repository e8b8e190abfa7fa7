{#- Fails for each key that more than one row has.

    columns: the names that make one row. skip_null: a column whose null rows are left out, such as
    an interval start that no instant could be given to; any other null counts as a value. page_rows:
    rows of a page of ERCOT's data endpoints, which states no time of publication, may share a key:
    the API gives a corrected value beside the original. -#}
{% test unique_grain(model, columns, skip_null=none, page_rows=false) %}
    {%- if not columns or columns is string -%}
        {{ exceptions.raise_compiler_error('unique_grain: `columns` must be a list of names') }}
    {%- endif %}
select
    {{ columns | join(', ') }},
    {% if page_rows -%}
    case when _published_at is null then _row_number end as page_row,
    {% endif -%}
    count(*) as rows_of_key
from {{ model }}
{% if skip_null -%} where {{ skip_null }} is not null {%- endif %}
group by all
having count(*) > 1
{% endtest %}
