{%- set fcas = [
    'raise1sec', 'raise6sec', 'raise60sec', 'raise5min', 'raisereg',
    'lower1sec', 'lower6sec', 'lower60sec', 'lower5min', 'lowerreg'
] -%}
{%- set ercot = ['regup', 'regdn', 'rrs', 'ecrs', 'nspin'] -%}
{#- Before it ERCOT's real-time products were trials, published under the same numbers. -#}
{%- set first_day = '2025-12-05' -%}
{#- A correction has the interval of its run, which ends with the next run of its day or of the
    next. Runs of days without a correction need not be read. -#}
{%- set runs_near_corrections -%}
    (
        select
            market_date,
            run_at
        from {{ ref('stg_ercot__sced_capacity_prices') }}
        where market_date in (
            select unnest([market_date, market_date + 1])
            from {{ ref('stg_ercot__sced_capacity_price_corrections') }}
        )
    )
{%- endset -%}
with products as (
    select * from {{ ref('ancillary_products') }}
),

ercot_dam as (
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

-- Corrections are publications of the corrected price at the time from which it holds.
ercot_dam_corrections as (
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
        corrected_at as _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_ercot__dam_capacity_price_corrections') }}
),

ercot_rt15m_corrections as (
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
        corrected_at as _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_ercot__rt_capacity_price_corrections') }}
),

-- A service that did not exist yet (ECRS before 10 June 2023) has no price and no row.
ercot_dam_history as (
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
    from {{ ref('stg_ercot__dam_historical_capacity_prices') }}
    where price is not null
),

ercot_rt15m as (
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
    from {{ ref('stg_ercot__rt_capacity_prices') }}
),

-- A run's prices hold until the next run, as those of energy do
-- (docs/decisions/0003_sced_intervals.md).
ercot_rt5m as (
    select
        iso,
        market,
        'ERCOT' as location,
        'SYSTEM' as location_type,
        operator_product,
        interval_start,
        interval_end,
        market_date,
        run_date,
        price,
        price_uncapped,
        currency,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from ({{ held_rows(
        ref('stg_ercot__sced_capacity_prices'), [ref('stg_ercot__sced_capacity_prices')]
    ) }})
),

ercot_rt5m_corrections as (
    select
        iso,
        market,
        'ERCOT' as location,
        'SYSTEM' as location_type,
        operator_product,
        interval_start,
        interval_end,
        market_date,
        run_date,
        price,
        price_uncapped,
        currency,
        corrected_at as _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from ({{ held_rows(
        ref('stg_ercot__sced_capacity_price_corrections'),
        [runs_near_corrections, ref('stg_ercot__sced_capacity_price_corrections')]
    ) }})
),

ercot_products as (
    select unnest({{ ercot | map('upper') | list }}) as operator_product
),

-- One column per service is one row per service. Each look-ahead run publishes its intervals anew,
-- so its instant is that of the publication.
ercot_rtd as (
    select
        prices.iso,
        prices.market,
        'ERCOT' as location,
        'SYSTEM' as location_type,
        ercot_products.operator_product,
        prices.interval_start,
        prices.interval_end,
        prices.market_date,
        case ercot_products.operator_product
            {%- for name in ercot %}
            when '{{ name | upper }}' then prices.{{ name }}_price
            {%- endfor %}
        end as price,
        prices.currency,
        prices.run_at as _published_at,
        prices._fetched_at,
        prices._loaded_at,
        prices._file_id,
        prices._row_number
    from {{ ref('stg_ercot__rtd_capacity_prices') }} as prices
    cross join ercot_products
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

-- What happened, while the price is of the run without the intervention. Of what was published
-- again the last publication holds.
nem_region_sums as (
    {{ physical_run(ref('stg_nem__dispatch_region_sums')) }}
),

nem_enabled as (
    select *
    from nem_region_sums
    qualify row_number() over (
        partition by
            market_date,
            location,
            interval_start
        order by
            _published_at desc nulls last,
            _fetched_at desc,
            _loaded_at desc,
            _file_id desc,
            _row_number desc
    ) = 1
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
        case fcas_names.operator_product
            {%- for name in fcas %}
            when '{{ name | upper }}' then enabled.{{ name }}_local_dispatch_mw
            {%- endfor %}
        end as quantity_mw,
        prices.currency,
        prices._published_at,
        prices._fetched_at,
        prices._loaded_at,
        prices._file_id,
        prices._row_number
    from {{ ref('stg_nem__dispatch_prices') }} as prices
    cross join fcas_names
    left join nem_enabled as enabled
        on
            prices.market_date = enabled.market_date
            and prices.location = enabled.location
            and prices.interval_start = enabled.interval_start
    where prices.intervention = 0
),

unioned as (
    select
        *,
        market_date as run_date
    from ercot_dam
    union all by name
    select
        *,
        market_date as run_date
    from ercot_rt15m
    where market_date >= date '{{ first_day }}'
    union all by name
    select
        *,
        market_date as run_date
    from ercot_dam_corrections
    union all by name
    select
        *,
        market_date as run_date
    from ercot_rt15m_corrections
    union all by name
    select
        *,
        market_date as run_date
    from ercot_dam_history
    union all by name
    select * from ercot_rt5m
    where market_date >= date '{{ first_day }}'
    union all by name
    select * from ercot_rt5m_corrections
    where market_date >= date '{{ first_day }}'
    union all by name
    select
        *,
        market_date as run_date
    from ercot_rtd
    where market_date >= date '{{ first_day }}'
    union all by name
    select
        *,
        market_date as run_date
    from caiso
    union all by name
    select
        *,
        market_date as run_date
    from nem
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
    unioned.run_date,
    coalesce(products.product, unioned.operator_product) as product,
    unioned.operator_product,
    unioned.price,
    unioned.price_uncapped,
    unioned.quantity_mw,
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
where {{ has_instant('unioned.interval_start') }}
