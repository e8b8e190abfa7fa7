{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail',
    pre_hook="{{ forget_days_without(ref('rpt_record_expectations')) }}"
) }}

-- A day may be judged anew by what lands, or is lost, weeks before or after it, or by the register:
-- only days of which something changed are written, and with their `_built_at` they tell the tables
-- of records what to compute again.
with expected as (
    select * from {{ ref('rpt_record_expectations') }}
)

{%- if not builds_whole() %},

compared as (
    select * from expected
    union all by name
    select * exclude (_built_at) from {{ this }}
),

unmatched as (
    select
        iso,
        market_date
    from compared
    group by
        iso,
        location,
        fueltech_id,
        market_date,
        member_count,
        is_closed
    having count(*) = 1
)
{%- endif %}

select
    *,
    {{ built_at() }} as _built_at
from expected
{%- if not builds_whole() %}
where (iso, market_date) in (select (iso, market_date) from unmatched)
{%- endif %}
