-- The repeated hour under the number of the first, an hour too early, and the day before.
with found as (
    {{ test_opr_hour_agrees(
        "(values "
        ~ "(timestamptz '2018-11-04 09:00:00+00', date '2018-11-04', 2), "
        ~ "(timestamptz '2026-07-01 07:00:00+00', date '2026-07-01', 2), "
        ~ "(timestamptz '2026-07-01 07:00:00+00', date '2026-06-30', 1), "
        ~ "(timestamptz '2026-07-01 07:00:00+00', date '2026-07-01', 1)) as rows (s, d, h)",
        starts_at='s', opr_dt='d', opr_hr='h'
    ) }}
)

select count(*) as disagreements from found having count(*) <> 3
