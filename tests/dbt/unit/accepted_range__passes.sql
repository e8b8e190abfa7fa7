-- The bounds themselves and null are accepted.
{{ test_accepted_range("(values (1), (2), (null)) as rows (v)", 'v', min_value=1, max_value=2) }}
