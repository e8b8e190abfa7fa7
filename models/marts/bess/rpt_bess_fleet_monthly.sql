{{ config(materialized='view') }}

-- Why a battery does not enter: power of less than half a MW or unknown; fewer than four days of
-- five that are settled; no known charging side; a line without a price. One may have several
-- reasons.
with months as (
    select
        *,
        coalesce(capacity_mw < 0.5, true) as is_small,
        settled_day_count < 0.8 * expected_day_count as is_unsettled,
        coalesce(not has_charging_side, false) as is_one_sided,
        unpriced_line_count > 0 as is_unpriced
    from {{ ref('rpt_bess_revenue_monthly') }}
    where amount is not null -- telemetry alone is no account
),

batteries as (
    select
        *,
        is_small or is_unsettled or is_one_sided or is_unpriced as is_left_out
    from months
)

select
    iso,
    month,
    cast(count(*) filter (where not is_left_out) as integer) as member_count,
    cast(count(*) filter (where is_left_out) as integer) as left_out_count,
    {% for reason in ['small', 'unsettled', 'one_sided', 'unpriced'] -%}
    cast(count(*) filter (where is_{{ reason }}) as integer) as {{ reason }}_count,
    {% endfor -%}
    coalesce(sum(capacity_mw) filter (where not is_left_out), 0) as capacity_mw,
    coalesce(sum(amount) filter (where not is_left_out), 0) as amount,
    sum(amount) filter (where not is_left_out)
    / sum(capacity_mw) filter (where not is_left_out) / 1000 as amount_per_kw,
    median(amount_per_kw) filter (where not is_left_out) as median_amount_per_kw,
    sum(discharged_mwh) filter (where not is_left_out) as discharged_mwh,
    sum(charged_mwh) filter (where not is_left_out) as charged_mwh,
    sum(discharged_mwh) filter (where not is_left_out)
    / nullif(sum(charged_mwh) filter (where not is_left_out), 0) as discharged_per_charged,
    -- each member by its capacity: what the whole fleet delivered over what it holds
    sum(cycles * storage_mwh) filter (where not is_left_out)
    / sum(storage_mwh) filter (where not is_left_out and cycles is not null) as cycles,
    sum(amount) as all_amount,
    'USD' as currency
from batteries
group by
    iso,
    month
