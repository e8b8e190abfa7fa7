-- One interval begins inside a long one that is not its neighbour, one is empty.
with found as (
    {{ test_no_overlap(
        "(values ('a', 1, 9), ('a', 2, 3), ('a', 4, 5), ('b', 1, 1)) as rows (s, f, t)",
        partition_by=['s'], starts_at='f', ends_at='t'
    ) }}
)

select count(*) as intervals from found having count(*) <> 3
