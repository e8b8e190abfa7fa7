{{ config(materialized='table', schema='marts') }}
{%- set columns = {
    'iso': 'text', 'constraint_name': 'text', 'contingency_name': 'text', 'location': 'text',
    'location_type': 'text', 'shift_factor': 'double'
} %}

with truth as (
    select
        iso,
        constraint_name,
        contingency_name,
        location,
        location_type,
        avg(shift_factor) as shift_factor
    from {{ truth_rows('ptdf_rows', columns) }} as published
    group by all
),

directions as (
    select
        *,
        count(*) over (partition by run_id, iso, constraint_name, contingency_name)
            as direction_count
    from {{ ref('ref__estimated_ptdf_constraint_offsets_staged') }}
),

-- The truth has one factor of a pair and does not tell the direction: where a run of the fit has
-- both, one of them would be compared with the factor of the other.
offsets as (
    select *
    from directions
    qualify max(direction_count) over (partition by run_id, iso, group_name) = 1
),

-- A factor without a row is zero.
factors as (
    select
        offsets.run_id,
        offsets.iso,
        offsets.fitted_at,
        offsets.is_live,
        offsets.group_name,
        truth.location,
        truth.location_type,
        max(offsets.bound_interval_count) as bound_interval_count,
        any_value(coalesce(estimates.beta, 0)) as beta,
        any_value(estimates.beta_debiased) as beta_debiased,
        any_value(estimates.low_beta) as low_beta,
        any_value(estimates.high_beta) as high_beta,
        -- of constraints that cannot be told apart the factor of their sum is estimated
        sum(truth.shift_factor * offsets.mean_mu) / nullif(sum(offsets.mean_mu), 0) as true_beta
    from offsets
    inner join truth
        on
            offsets.iso = truth.iso
            and offsets.constraint_name = truth.constraint_name
            and offsets.contingency_name = truth.contingency_name
    inner join {{ ref('ref__estimated_ptdf_node_rmse_staged') }} as locations
        on
            offsets.run_id = locations.run_id
            and truth.location = locations.location
            and truth.location_type = locations.location_type
            and locations.status = 'FITTED'
    left join {{ ref('ref__estimated_ptdf_staged') }} as estimates
        on
            offsets.run_id = estimates.run_id
            and offsets.constraint_name = estimates.constraint_name
            and offsets.contingency_name = estimates.contingency_name
            and offsets.from_station = estimates.from_station
            and offsets.to_station = estimates.to_station
            and truth.location = estimates.location
            and truth.location_type = estimates.location_type
    group by
        offsets.run_id,
        offsets.iso,
        offsets.fitted_at,
        offsets.is_live,
        offsets.group_name,
        truth.location,
        truth.location_type
),

bars as (
    select unnest([1, 20, 100]) as least_bound_interval_count
)

select
    factors.iso,
    factors.run_id,
    factors.is_live,
    cast(bars.least_bound_interval_count as integer) as least_bound_interval_count,
    count(distinct factors.group_name) as group_count,
    count(*) as factor_count,
    sqrt(avg(factors.true_beta ** 2)) as true_rms,
    sqrt(avg((factors.beta - factors.true_beta) ** 2)) as rmse,
    1 - avg((factors.beta - factors.true_beta) ** 2) / nullif(var_pop(factors.true_beta), 0)
        as r_squared,
    1
    - avg((factors.beta_debiased - factors.true_beta) ** 2)
    / nullif(var_pop(factors.true_beta) filter (where factors.beta_debiased is not null), 0)
        as r_squared_debiased,
    count(*) filter (where abs(factors.true_beta) > 0.02) as sign_count,
    avg(
        if(abs(factors.true_beta) > 0.02, (sign(factors.beta) = sign(factors.true_beta))::int, null)
    ) as right_sign_share,
    count(factors.low_beta) as stated_interval_count,
    -- null where no interval is stated
    avg(cast(factors.true_beta between factors.low_beta and factors.high_beta as integer))
        as covered_share,
    median(factors.high_beta - factors.low_beta) as median_interval_width,
    factors.fitted_at as _built_at
from factors
inner join bars
    on factors.bound_interval_count >= bars.least_bound_interval_count
group by
    factors.iso,
    factors.run_id,
    factors.is_live,
    factors.fitted_at,
    bars.least_bound_interval_count
