-- The third interval of five minutes is missing, so the fourth does not follow; none has ten.
with gap as (
    {{ test_stride(
        "(select make_timestamptz(n * 300000000) as interval_start, "
        ~ "make_timestamptz((n + 1) * 300000000) as interval_end, 'a' as s "
        ~ "from range(4) as r (n) where n <> 2)",
        partition_by=['s']
    ) }}
),

wrong_length as (
    {{ test_stride(
        "(select make_timestamptz(n * 300000000) as interval_start, "
        ~ "make_timestamptz((n + 1) * 300000000) as interval_end, 'a' as s "
        ~ "from range(3) as r (n))",
        partition_by=['s'], minutes=10
    ) }}
),

counted as (
    select
        (select count(*) from gap) as gaps,
        (select count(*) from wrong_length) as wrong_lengths
)

select * from counted where gaps <> 1 or wrong_lengths <> 3
