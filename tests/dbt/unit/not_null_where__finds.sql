with found as (
    {{ test_not_null_where(
        "(values (1, 'x'), (null, 'x'), (null, 'y')) as rows (v, kind)", 'v',
        condition="kind = 'x' or kind = 'z'"
    ) }}
)

select count(*) as missing from found having count(*) <> 1
