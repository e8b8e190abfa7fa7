{#- SQL condition: the row came since the last whole build that passed, so no passed test has seen it.
    True for every row where the variable `tests_since` is not set, and outside of `dbt build`
    (docs/decisions/0007_tests_of_a_build.md).

    stamp: column with the instant of the row, `_built_at` or `_loaded_at`. -#}
{% macro untested(stamp) -%}
    {%- if flags.WHICH == 'build' and var('tests_since', none) -%}
        {{ stamp }} >= timestamptz '{{ var("tests_since") }}'
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
