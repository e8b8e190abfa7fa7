-- Each feed knows its part of a run: what lands of any of them makes the run known.
with lambdas as (
    select
        iso,
        market,
        run_at,
        market_date,
        price as energy_price,
        uncapped_price as uncapped_energy_price,
        currency,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_ercot__sced_system_lambdas') }}
),

adders as (
    select
        iso,
        market,
        run_at,
        market_date,
        rtorpa as scarcity_adder_price,
        -- one adder, which RTC+B gave another name
        coalesce(rtrdpa, rtordpa) as reliability_adder_price,
        currency,
        _published_at,
        _fetched_at,
        _loaded_at,
        _file_id,
        _row_number
    from {{ ref('stg_ercot__sced_price_adders') }}
),

locational as (
    {% for prices in ['stg_ercot__sced_lmps', 'stg_ercot__sced_lmp_corrections'] -%}
    select
        iso,
        market,
        run_at,
        market_date,
        'USD' as currency,
        min(_published_at) as _published_at,
        min(_fetched_at) as _fetched_at,
        max(_loaded_at) as _loaded_at,
        _file_id,
        min(_row_number) as _row_number
    from {{ ref(prices) }}
    group by
        iso,
        market,
        run_at,
        market_date,
        _file_id
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

unioned as (
    select * from lambdas
    union all by name
    select * from adders
    union all by name
    select * from locational
)

select
    iso,
    market,
    run_at,
    market_date,
    energy_price,
    uncapped_energy_price,
    scarcity_adder_price,
    reliability_adder_price,
    currency,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from unioned
where {{ has_instant('run_at') }}
