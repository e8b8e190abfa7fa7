{#- A column of awards without a single award on a whole day, while others have some and the service
    has a price, is a column that was read wrong (such as the `RRS Awarded` of the first years, which
    stands empty since it was split in three). -#}
with days as (
    select
        iso,
        side,
        market_date,
        count(*) as row_count,
        count_if(regup_mw > 0) as regup_count,
        count_if(regdn_mw > 0) as regdn_count,
        count_if(
            coalesce(rrs_undivided_mw, 0) + coalesce(rrspfr_mw, 0) + coalesce(rrsffr_mw, 0) > 0
        ) as rrs_count,
        max(regup_price) as regup_price,
        max(regdn_price) as regdn_price,
        max(rrs_price) as rrs_price
    from {{ ref('int_bess__dam_awards') }}
    where side <> 'LOAD' and {{ untested('_built_at') }}
    group by all
)

select *
from days
where
    row_count >= 2400 -- a hundred batteries: fewer may well be awarded nothing
    and regup_count + regdn_count + rrs_count > 0
    and (
        (regup_count = 0 and regup_price > 0)
        or (regdn_count = 0 and regdn_price > 0)
        or (rrs_count = 0 and rrs_price > 0)
    )
