{#- The seed against the rules, computed here a second time: last Monday of May, first Monday of
    September, fourth Thursday of November; fixed days move from Sunday to Monday only. -#}
with years as (
    select unnest(range(2010, 2036)) as year
),

fixed as (
    select
        rules.name,
        make_date(years.year, rules.month, rules.day) as calendar_date
    from years
    cross join (
        values ('New Year''s Day', 1, 1), ('Independence Day', 7, 4), ('Christmas Day', 12, 25)
    ) as rules (name, month, day)
),

observed as (
    select
        name,
        calendar_date + case when isodow(calendar_date) = 7 then 1 else 0 end as holiday_date
    from fixed
    union all
    select
        'Memorial Day' as name,
        make_date(year, 5, 31) - cast(isodow(make_date(year, 5, 31)) - 1 as integer) as holiday_date
    from years
    union all
    select
        'Labor Day' as name,
        make_date(year, 9, 7) - cast(isodow(make_date(year, 9, 7)) - 1 as integer) as holiday_date
    from years
    union all
    select
        'Thanksgiving Day' as name,
        make_date(year, 11, 28) - cast((isodow(make_date(year, 11, 28)) + 3) % 7 as integer)
            as holiday_date
    from years
),

seeded as (
    select
        name,
        holiday_date
    from {{ ref('holidays') }}
    where calendar = 'NERC'
)

(
    select * from observed
    except
    select * from seeded
)
union all
(
    select * from seeded
    except
    select * from observed
)
