{#- Fails for each pair of places whose two rows are not the opposite of each other, and for each row
    whose other one is missing.

    key: names that, with `from_location` and `to_location`, make one row. value: what turns its sign. -#}
{% test mirrored(model, key, value) %}
with rows_of_pairs as (
    select
        {{ key | join(', ') }},
        least(from_location, to_location) as first_location,
        greatest(from_location, to_location) as second_location,
        {{ value }} as figure
    from {{ model }}
)

select
    {{ key | join(', ') }},
    first_location,
    second_location
from rows_of_pairs
group by all
having count(*) <> 2 or count(figure) = 1 or sum(figure) <> 0
{% endtest %}
