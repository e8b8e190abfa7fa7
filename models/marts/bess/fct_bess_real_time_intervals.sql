{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

{%- set days = rebuilt_days([
    ref('int_bess__quarters'), ref('int_bess__dam_awards'), ref('int_bess__pair_days'),
    ref('fct_price_intervals_revisions'), ref('fct_ancillary_price_intervals_revisions')
]) %}
{%- set services = {
    'regup': ['REGUP', 'regup_mw'],
    'regdn': ['REGDN', 'regdn_mw'],
    'rrs': ['RRS', 'rrspfr_mw + rrsffr_mw + rrsufr_mw'],
    'ecrs': ['ECRS', 'ecrs_mw'],
    'nspin': ['NSPIN', 'nspin_mw'],
} %}

with quarters as (
    select
        *,
        discharged_mwh - charged_mwh - base_point_mwh as off_mwh,
        time_bucket(interval 1 hour, interval_start) as hour_start
    from {{ rows_of(ref('int_bess__quarters'), days) }}
),

-- Blank ancillary awards are none; a blank energy award is none, too.
awards as not materialized (
    select
        iso,
        side,
        resource,
        interval_start as hour_start,
        settlement_point,
        coalesce(energy_mw, 0) as energy_mw,
        coalesce(regup_mw, 0) as regup_mw,
        coalesce(regdn_mw, 0) as regdn_mw,
        coalesce(rrspfr_mw, 0) + coalesce(rrsffr_mw, 0) + coalesce(rrsufr_mw, 0)
        + coalesce(rrs_undivided_mw, 0) as rrs_mw,
        coalesce(ecrssd_mw, 0) + coalesce(ecrsmd_mw, 0) as ecrs_mw,
        coalesce(nspin_mw, 0) as nspin_mw,
        file_id
    from {{ rows_of(ref('int_bess__dam_awards'), days) }}
),

-- The files of loads name no point: a load has that of the battery that it belongs to.
load_points as (
    select
        awards.iso,
        'LOAD' as side,
        pairs.load_resource as resource,
        awards.hour_start,
        awards.settlement_point
    from awards
    inner join {{ ref('int_bess__pairs') }} as pairs
        on awards.iso = pairs.iso and awards.resource = pairs.resource
    where awards.side = 'GEN' and pairs.load_resource is not null
),

prices as (
    select
        iso,
        location,
        interval_start,
        price,
        file_id
    from {{ rows_of(ref('fct_price_intervals_revisions'), days) }}
    where is_latest and iso = 'ERCOT' and market = 'RT15M' and location_type = 'NODE'
),

capacity_prices as (
    select
        iso,
        {% for name, service in services.items() -%}
        max(price) filter (where operator_product = '{{ service[0] }}') as {{ name }}_price,
        {% endfor -%}
        max(file_id) as file_id,
        interval_start
    from {{ rows_of(ref('fct_ancillary_price_intervals_revisions'), days) }}
    where is_latest and iso = 'ERCOT' and market = 'RT15M'
    group by
        iso,
        interval_start
)

select
    quarters.iso,
    quarters.side,
    quarters.resource,
    quarters.interval_start,
    quarters.interval_end,
    quarters.market_date,
    coalesce(awards.settlement_point, load_points.settlement_point) as settlement_point,
    quarters.discharged_mwh,
    quarters.charged_mwh,
    awards.energy_mw / 4 as dam_energy_mwh,
    quarters.energy_bound_mwh,
    quarters.base_point_mwh,
    -- beyond the tolerance of set points: the greater of 3 per cent and 3 MW
    case
        when quarters.covered_seconds = 900
            then sign(quarters.off_mwh) * greatest(
                abs(quarters.off_mwh) - greatest(abs(quarters.base_point_mwh) * 0.03, 0.75), 0
            )
    end as base_point_deviation_mwh,
    quarters.covered_seconds,
    quarters.award_seconds,
    quarters.run_count,
    quarters.first_soc_mwh,
    prices.price as energy_price,
    {% for name, service in services.items() -%}
    (quarters.{{ service[1] | replace(' + ', ' + quarters.') }}) / 4 as {{ name }}_mwh,
    awards.{{ name }}_mw / 4 as dam_{{ name }}_mwh,
    capacity_prices.{{ name }}_price,
    {% endfor -%}
    quarters.published_at,
    quarters.file_id,
    awards.file_id as award_file_id,
    prices.file_id as price_file_id,
    capacity_prices.file_id as capacity_price_file_id,
    {{ built_at() }} as _built_at
from quarters
left join awards
    on
        quarters.iso = awards.iso
        and quarters.side = awards.side
        and quarters.resource = awards.resource
        and quarters.hour_start = awards.hour_start
left join load_points
    on
        quarters.iso = load_points.iso
        and quarters.side = load_points.side
        and quarters.resource = load_points.resource
        and quarters.hour_start = load_points.hour_start
left join prices
    on
        quarters.iso = prices.iso
        and coalesce(awards.settlement_point, load_points.settlement_point) = prices.location
        and quarters.interval_start = prices.interval_start
left join capacity_prices
    on
        quarters.iso = capacity_prices.iso
        and quarters.interval_start = capacity_prices.interval_start
