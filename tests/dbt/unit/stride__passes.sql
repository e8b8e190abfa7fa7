-- Three intervals of five minutes without a gap.
{{ test_stride(
    "(select make_timestamptz(n * 300000000) as interval_start, "
    ~ "make_timestamptz((n + 1) * 300000000) as interval_end, 'a' as s from range(3) as r (n))",
    partition_by=['s'], minutes=5
) }}
