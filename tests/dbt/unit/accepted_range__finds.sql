-- One value below, one above; and, where bounds are excluded, one on the bound.
with found as (
    {{ test_accepted_range("(values (0), (1), (3)) as rows (v)", 'v', min_value=1, max_value=2) }}
),

on_the_bound as (
    {{ test_accepted_range("(values (1), (2)) as rows (v)", 'v', min_value=1, inclusive=false) }}
),

counted as (
    select
        (select count(*) from found) as outside,
        (select count(*) from on_the_bound) as on_bound
)

select * from counted where outside <> 2 or on_bound <> 1
