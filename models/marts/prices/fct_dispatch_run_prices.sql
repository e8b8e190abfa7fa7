{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

with published as (
    select
        *,
        row(
            coalesce(_published_at, _fetched_at), _fetched_at, _loaded_at, _file_id, _row_number
        ) as place
    from {{ touched_rows(ref('int_prices__dispatch_runs')) }}
),

-- What was published last of each price holds.
runs as (
    select
        iso,
        market,
        run_at,
        market_date,
        {% for price in [
            'energy_price', 'uncapped_energy_price', 'scarcity_adder_price',
            'reliability_adder_price'
        ] -%}
        arg_max({{ price }}, place) as {{ price }},
        {% endfor -%}
        any_value(currency) as currency,
        max(_published_at) as published_at,
        max(_loaded_at) as _loaded_at
    from published
    group by
        iso,
        market,
        run_at,
        market_date
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
    list_sum([scarcity_adder_price, reliability_adder_price]) as adder_price,
    currency,
    published_at,
    _loaded_at,
    {{ built_at() }} as _built_at
from runs
