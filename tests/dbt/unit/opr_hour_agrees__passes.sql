-- Around the repeated hour of autumn and the skipped one of spring, and a row without an hour.
{{ test_opr_hour_agrees(
    "(values "
    ~ "(timestamptz '2018-11-04 08:00:00+00', date '2018-11-04', 2), "
    ~ "(timestamptz '2018-11-04 09:00:00+00', date '2018-11-04', 25), "
    ~ "(timestamptz '2018-11-04 10:00:00+00', date '2018-11-04', 3), "
    ~ "(timestamptz '2026-03-08 10:00:00+00', date '2026-03-08', 4), "
    ~ "(timestamptz '2026-07-01 07:00:00+00', date '2026-07-01', null)) as rows (s, d, h)",
    starts_at='s', opr_dt='d', opr_hr='h'
) }}
