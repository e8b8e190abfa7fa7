{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

with published as (
    {{ revisions(
        touched_rows(ref('int_generation__unioned')),
        key=[
            'iso',
            'market',
            'location',
            'location_type',
            'fuel',
            'generation_kind',
            'interval_start'
        ],
        values=[
            'generation_mw',
            'energy_mwh',
            'settlement_type'
        ],
        rank="case settlement_type when 'INITIAL' then 1 when 'FINAL' then 2 when 'TRUEUP' then 3 end"
    ) }}
)

select
    iso,
    market,
    location,
    location_type,
    interval_start,
    interval_end,
    interval_minutes,
    market_date,
    fuel,
    operator_fuel,
    generation_kind,
    generation_mw,
    energy_mwh,
    settlement_type,
    _published_at as published_at,
    revision,
    _file_id as file_id,
    is_latest,
    _fetched_at,
    _loaded_at,
    {{ built_at() }} as _built_at
from published
