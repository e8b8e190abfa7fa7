{#- Fails for each row in which two ways to the same figure differ.

    expected, actual: SQL expressions over one row. tolerance: the difference that rounding
    explains. A row that has one figure and lacks the other fails; one that lacks both passes. -#}
{% test reconciles(model, expected, actual, tolerance=0) %}
with compared as (
    select
        *,
        {{ expected }} as expected_figure,
        {{ actual }} as actual_figure
    from {{ model }}
)

select *
from compared
where
    abs(expected_figure - actual_figure) > {{ tolerance }}
    or (expected_figure is null) <> (actual_figure is null)
{% endtest %}
