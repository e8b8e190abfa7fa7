{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail',
    pre_hook="{{ forget_days(rebuilt_days([ref('int_bess__dam_awards'), "
        "ref('fct_bess_real_time_intervals'), ref('int_bess__pair_days')])) }}"
) }}

{%- set days = rebuilt_days([
    ref('int_bess__dam_awards'), ref('fct_bess_real_time_intervals'), ref('int_bess__pair_days')
]) %}
{#- Telemetry and rows of awards for as much of a day settle it: a run that fails must not lose the
    day; an hour without a row of awards names no point to settle telemetry at. -#}
{%- set settled_share = 0.95 %}
{%- set products = {
    'dam_energy': "kinds.market = 'DAM' and kinds.product = 'ENERGY'",
    'dam_regup': "kinds.market = 'DAM' and kinds.product = 'REGUP'",
    'dam_regdn': "kinds.market = 'DAM' and kinds.product = 'REGDN'",
    'dam_rrs': "kinds.market = 'DAM' and kinds.product = 'RRS'",
    'dam_ecrs': "kinds.market = 'DAM' and kinds.product = 'ECRS'",
    'dam_nspin': "kinds.market = 'DAM' and kinds.product = 'NSPIN'",
    'rt_energy': "kinds.market = 'RT15M' and kinds.product = 'ENERGY'",
    'rt_services': "kinds.market = 'RT15M' and kinds.product <> 'ENERGY'",
} %}

with lines as (
    select * from {{ rows_of(ref('fct_bess_revenue_lines'), days) }}
    where is_attributable
),

awards as not materialized (
    select * from {{ rows_of(ref('int_bess__dam_awards'), days) }}
    where side in ('GEN', 'ESR')
),

quarters as (
    select * from {{ rows_of(ref('fct_bess_real_time_intervals'), days) }}
),

pairs as (
    select * from {{ ref('int_bess__pairs') }}
    where load_resource is not null
),

-- Decimals add up to the same sum in any order, doubles do not.
amounts as (
    select
        *,
        cast(amount as decimal(18, 6)) as exact_amount
    from lines
),

revenue as (
    select
        amounts.iso,
        amounts.resource,
        amounts.market_date,
        {% for product, condition in products.items() -%}
        cast(
            coalesce(sum(amounts.exact_amount) filter (where {{ condition }}), 0) as double
        ) as {{ product }}_amount,
        {% endfor -%}
        cast(coalesce(sum(amounts.exact_amount), 0) as double) as amount,
        cast(
            count(*) filter (where amounts.amount is null and amounts.quantity <> 0) as integer
        ) as unpriced_line_count,
        max(amounts.published_at) as newest_at
    from amounts
    inner join {{ ref('bess_revenue_lines') }} as kinds
        on amounts.revenue_line = kinds.revenue_line
    group by
        amounts.iso,
        amounts.resource,
        amounts.market_date
),

capacity as (
    select
        iso,
        resource,
        market_date,
        arg_max(settlement_point, interval_start) as settlement_point,
        nullif(max(hsl_mw), 0) as capacity_mw,
        cast(count(*) as integer) as award_hour_count
    from awards
    group by all
),

-- Spreads of the battery's own point: the n dearest hours of the day less the n cheapest.
hours as (
    select
        iso,
        resource,
        market_date,
        list(energy_price order by energy_price) as prices
    from awards
    where energy_price is not null
    group by all
),

spreads as (
    select
        iso,
        resource,
        market_date,
        {% for n in [1, 2, 4] -%}
        case
            when len(prices) >= {{ 2 * n }}
                then list_sum(prices[-{{ n }}:]) - list_sum(prices[:{{ n }}])
        end as tb{{ n }},
        {% endfor -%}
        len(prices) as price_count
    from hours
),

own_energy as (
    select
        quarters.iso,
        case when quarters.side = 'LOAD' then pairs.resource else quarters.resource end as resource,
        quarters.market_date,
        quarters.side,
        quarters.interval_start,
        quarters.discharged_mwh,
        quarters.charged_mwh,
        quarters.covered_seconds
    from quarters
    left join pairs
        on
            quarters.iso = pairs.iso
            and quarters.side = 'LOAD'
            and quarters.resource = pairs.load_resource
            and quarters.market_date < {{ single_model_since() }}
    where
        quarters.covered_seconds > 0
        and (quarters.side <> 'LOAD' or pairs.resource is not null)
),

energy as (
    select
        iso,
        resource,
        market_date,
        cast(sum(cast(discharged_mwh as decimal(18, 9))) as double) as discharged_mwh,
        cast(sum(cast(charged_mwh as decimal(18, 9))) as double) as charged_mwh,
        cast(count(*) filter (where side <> 'LOAD') as integer) as quarter_count,
        cast(sum(covered_seconds) filter (where side <> 'LOAD') as integer) as covered_seconds,
        count(*) filter (where side = 'LOAD') > 0 or bool_or(side = 'ESR') as has_charging_side
    from own_energy
    group by all
),

-- Capacity as telemetered that day: before the single model no public file has it.
storage as (
    select
        iso,
        resource,
        market_date,
        maximum_soc_mwh as storage_mwh
    from {{ rows_of(ref('fct_bess_resource_days'), days) }}
    where side = 'ESR'
),

-- A load may have a line on a day that its battery lacks, and telemetry may come without awards.
keys as (
    {% for relation in ['capacity', 'revenue', 'energy'] -%}
    select
        iso,
        resource,
        market_date
    from {{ relation }}
    {% if not loop.last %}
    union
    {% endif %}
    {%- endfor %}
),

-- where neither award nor line is on file nothing is known to be earned, which is not zero
joined as (
    select
        keys.*,
        capacity.* exclude (iso, resource, market_date),
        revenue.* exclude (iso, resource, market_date),
        spreads.* exclude (iso, resource, market_date),
        energy.* exclude (iso, resource, market_date),
        storage.* exclude (iso, resource, market_date),
        capacity.resource is not null or revenue.resource is not null as has_account,
        {{ market_day_minutes('keys.market_date', "'America/Chicago'") }} as day_minutes
    from keys
    left join capacity using (iso, resource, market_date)
    left join revenue using (iso, resource, market_date)
    left join spreads using (iso, resource, market_date)
    left join energy using (iso, resource, market_date)
    left join storage using (iso, resource, market_date)
)

select
    iso,
    resource,
    market_date,
    settlement_point,
    capacity_mw,
    {% for product in products -%}
    case when has_account then coalesce({{ product }}_amount, 0) end as {{ product }}_amount,
    {% endfor -%}
    case when has_account then coalesce(amount, 0) end as amount,
    case when has_account then coalesce(amount, 0) end / capacity_mw as amount_per_mw,
    'USD' as currency,
    coalesce(unpriced_line_count, 0) as unpriced_line_count,
    discharged_mwh,
    charged_mwh,
    storage_mwh,
    discharged_mwh / storage_mwh as cycles,
    has_charging_side,
    tb1,
    tb2,
    tb4,
    coalesce(award_hour_count, 0) as award_hour_count,
    coalesce(quarter_count, 0) as interval_count,
    day_minutes // 15 as expected_interval_count,
    coalesce(covered_seconds, 0) as covered_seconds,
    coalesce(covered_seconds, 0) / (day_minutes * 60) as completeness,
    has_account
    and least(coalesce(covered_seconds, 0), coalesce(award_hour_count, 0) * 3600)
    >= {{ settled_share }} * day_minutes * 60 as is_settled,
    coalesce(quarter_count, 0) * cast(1000000000 as bigint)
    + coalesce(epoch_us(newest_at) // 1000000, 0) as day_version,
    {{ built_at() }} as _built_at
from joined
