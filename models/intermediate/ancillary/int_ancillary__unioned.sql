{%- set fcas = [
    'raise1sec', 'raise6sec', 'raise60sec', 'raise5min', 'raisereg',
    'lower1sec', 'lower6sec', 'lower60sec', 'lower5min', 'lowerreg'
] -%}
with products as (
    select * from {{ ref('ancillary_products') }}
),

ercot as (
    select
        iso,
        market,
        'ERCOT' as location,
        'SYSTEM' as location_type,
        operator_product,
        interval_start,
        interval_end,
        market_date,
        price,
        currency,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_ercot__dam_capacity_prices') }}
),

caiso as (
    select
        iso,
        market,
        location,
        'REGION' as location_type,
        operator_product,
        interval_start,
        interval_end,
        market_date,
        price,
        currency,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_caiso__ancillary_prices') }}
),

fcas_names as (
    select unnest({{ fcas | map('upper') | list }}) as operator_product
),

-- One column per service is one row per service. A service that did not exist yet (the one-second
-- ones before October 2023) has no price and no row.
nem as (
    select
        prices.iso,
        prices.market,
        prices.location,
        'REGION' as location_type,
        fcas_names.operator_product,
        prices.interval_start,
        prices.interval_end,
        prices.market_date,
        case fcas_names.operator_product
            {%- for name in fcas %}
            when '{{ name | upper }}' then prices.{{ name }}_price
            {%- endfor %}
        end as price,
        prices.currency,
        prices._published_at,
        prices._fetched_at,
        prices._loaded_at,
        prices._file_id,
        prices._row_number
    from {{ ref('stg_nem__dispatch_prices') }} as prices
    cross join fcas_names
    where prices.intervention = 0
),

unioned as (
    select * from ercot
    union all by name
    select * from caiso
    union all by name
    select * from nem
    where price is not null
)

select
    unioned.iso,
    unioned.market,
    unioned.location,
    unioned.location_type,
    unioned.interval_start,
    unioned.interval_end,
    {{ minutes_between('unioned.interval_start', 'unioned.interval_end') }} as interval_minutes,
    unioned.market_date,
    coalesce(products.product, unioned.operator_product) as product,
    unioned.operator_product,
    unioned.price,
    cast(null as double) as price_uncapped,
    cast(null as double) as quantity_mw,
    unioned.currency,
    unioned._published_at,
    unioned._fetched_at,
    unioned._loaded_at,
    unioned._file_id,
    unioned._row_number
from unioned
left join products
    on
        unioned.iso = products.iso
        and unioned.operator_product = products.operator_product
where unioned.interval_start is not null
