-- A missing value is fine where the condition does not hold.
{{ test_not_null_where(
    "(values (1, 'x'), (null, 'y')) as rows (v, kind)", 'v', condition="kind = 'x'"
) }}
