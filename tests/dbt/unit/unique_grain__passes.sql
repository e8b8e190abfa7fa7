-- One row per key, and rows without an instant left out.
{{ test_unique_grain(
    "(values (1, 'a', 1), (1, 'b', 2), (null, 'c', 3), (null, 'c', 4)) as rows (k, v, n)",
    columns=['k', 'v'],
    skip_null='k'
) }}
