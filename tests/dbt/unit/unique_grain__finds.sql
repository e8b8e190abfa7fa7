-- Two keys are there twice, one of them with a null in it.
with found as (
    {{ test_unique_grain(
        "(values (1, 'a'), (1, 'a'), (2, 'a'), (null, 'c'), (null, 'c')) as rows (k, v)",
        columns=['k', 'v']
    ) }}
)

select count(*) as keys from found having count(*) <> 2
