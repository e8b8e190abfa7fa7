-- Equal, within the tolerance, and both missing.
{{ test_reconciles(
    "(values (3.0, 1.0, 2.0), (3.0, 1.0, 2.01), (null, null, 1.0)) as rows (t, a, b)",
    expected='t', actual='a + b', tolerance=0.02
) }}
