{{ config(alias='trading_residues') }}
{%- set zone = 'Australia/Brisbane' %}

select
    interface as interconnectorid,
    from_location as fromregionid,
    {{ local_text('interval_end', zone) }} as trading_interval,
    interval_start,
    interval_end,
    market_date,
    residue,
    currency,
    published_at,
    file_id,
    _built_at
from {{ ref('fct_settlement_residue_intervals') }}
where iso = 'NEM'
