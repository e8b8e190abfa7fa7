-- One difference beyond the tolerance, and one figure without the other.
with found as (
    {{ test_reconciles(
        "(values (3.0, 1.0, 2.0), (3.0, 1.0, 2.1), (3.0, null, 3.0)) as rows (t, a, b)",
        expected='t', actual='a + b', tolerance=0.02
    ) }}
)

select count(*) as differences from found having count(*) <> 2
