{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

-- The disclosure of a day may come again, whole or in part: what was published last holds.
with published as (
    {{ revisions(
        touched_rows(ref('int_bess__dam_awards_unioned')),
        key=['iso', 'side', 'resource', 'interval_start'],
        values=[
            'settlement_point', 'hsl_mw', 'lsl_mw', 'energy_mw', 'energy_price', 'regup_mw',
            'regup_price', 'regdn_mw', 'regdn_price', 'rrs_undivided_mw', 'rrspfr_mw', 'rrsffr_mw',
            'rrsufr_mw', 'rrs_price', 'ecrssd_mw', 'ecrsmd_mw', 'ecrs_price', 'nspin_mw',
            'nspin_price'
        ]
    ) }}
)

select
    * exclude (_published_at, _file_id, _row_number, is_latest),
    _published_at as published_at,
    _file_id as file_id,
    {{ built_at() }} as _built_at
from published
where is_latest
