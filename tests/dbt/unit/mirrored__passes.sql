-- Opposite figures, and two that are missing.
{{ test_mirrored(
    "(values (1, 'A', 'B', 5.0), (1, 'B', 'A', -5.0), (2, 'C', 'A', null), (2, 'A', 'C', null)) "
    ~ "as rows (t, from_location, to_location, v)",
    key=['t'], value='v'
) }}
