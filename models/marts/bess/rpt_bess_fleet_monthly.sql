{{ config(materialized='view') }}

-- Who enters: power of half a MW or more, both markets on file on four days of five, a charging
-- side that is known, and a price for every line. The others count as left out.
with months as (
    select
        *,
        capacity_mw >= 0.5
        and settled_day_count >= 0.8 * expected_day_count
        and discharged_per_charged is not null
        and unpriced_line_count = 0 as is_member
    from {{ ref('rpt_bess_revenue_monthly') }}
)

select
    iso,
    month,
    cast(count(*) filter (where is_member) as integer) as member_count,
    cast(count(*) filter (where not is_member) as integer) as left_out_count,
    coalesce(sum(capacity_mw) filter (where is_member), 0) as capacity_mw,
    coalesce(sum(amount) filter (where is_member), 0) as amount,
    sum(amount) filter (where is_member) / sum(capacity_mw) filter (where is_member) / 1000
        as amount_per_kw,
    median(amount_per_kw) filter (where is_member) as median_amount_per_kw,
    sum(discharged_mwh) filter (where is_member) as discharged_mwh,
    sum(charged_mwh) filter (where is_member) as charged_mwh,
    sum(discharged_mwh) filter (where is_member) / sum(charged_mwh) filter (where is_member)
        as discharged_per_charged,
    sum(amount) as all_amount,
    'USD' as currency
from months
group by
    iso,
    month
