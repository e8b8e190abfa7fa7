-- Touching intervals, a gap, and another series at the same time.
{{ test_no_overlap(
    "(values ('a', 1, 2), ('a', 2, 3), ('a', 5, 6), ('b', 1, 9)) as rows (s, f, t)",
    partition_by=['s'], starts_at='f', ends_at='t'
) }}
