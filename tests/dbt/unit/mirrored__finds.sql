-- Two rows that do not turn the sign, one without its other row, one that lacks the figure.
with found as (
    {{ test_mirrored(
        "(values (1, 'A', 'B', 5.0), (1, 'B', 'A', -4.0), (2, 'A', 'B', 5.0), "
        ~ "(3, 'A', 'B', 5.0), (3, 'B', 'A', null)) as rows (t, from_location, to_location, v)",
        key=['t'], value='v'
    ) }}
)

select count(*) as pairs from found having count(*) <> 3
