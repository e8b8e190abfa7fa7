{{ config(
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['iso', 'market_date'],
    on_schema_change='fail'
) }}

{#- A target is the power at the start of the next interval, so a day concerns the next one. -#}
{%- set built = widened_days(landed_days(ref('int_curtailment__unit_targets')), after=1) %}
{%- set read = widened_days(built, before=1) %}

with published as (
    select *
    from {{ rows_of(ref('int_curtailment__unit_targets'), read) }}
    qualify row_number() over (
        partition by
            iso,
            resource,
            interval_start
        order by
            _published_at desc nulls last,
            _fetched_at desc,
            _loaded_at desc,
            _file_id desc,
            _row_number desc
    ) = 1
),

-- Only a unit under a cap was held back; one without may be below its forecast by itself.
curtailed as (
    select
        *,
        case
            when is_capped then {{ positive_part('(uigf_mw - total_cleared_mw)') }}
            when not is_capped then 0
        end as curtailment_mw,
        {{ positive_part('(uigf_mw - availability_mw)') }} as self_curtailment_mw
    from published
),

-- Held back to the start of the interval where the target before it is missing.
begun as (
    select
        *,
        case
            when lag(interval_end) over by_resource = interval_start
                then lag(curtailment_mw) over by_resource
        end as curtailment_at_start_mw,
        case
            when lag(interval_end) over by_resource = interval_start
                then lag(self_curtailment_mw) over by_resource
        end as self_curtailment_at_start_mw
    from curtailed
    window
        by_resource as (
            partition by
                iso,
                resource
            order by interval_start
        )
),

-- What had nothing to let go is not here: units that are not semi-scheduled, sun at night.
chosen as (
    select *
    from begun
    where
        uigf_mw > 0
        or is_capped
        or curtailment_at_start_mw > 0
        or self_curtailment_at_start_mw > 0
)

select
    iso,
    cast(null as text) as market,
    cast(null as text) as location,
    cast(null as text) as location_type,
    interval_start,
    interval_end,
    interval_minutes,
    market_date,
    trading_date,
    resource,
    uigf_mw,
    availability_mw,
    total_cleared_mw,
    is_capped,
    curtailment_mw,
    (coalesce(curtailment_at_start_mw, curtailment_mw) + curtailment_mw)
    / 2 * interval_minutes / 60 as curtailment_mwh,
    self_curtailment_mw,
    (coalesce(self_curtailment_at_start_mw, self_curtailment_mw) + self_curtailment_mw)
    / 2 * interval_minutes / 60 as self_curtailment_mwh,
    _published_at as published_at,
    _file_id as file_id,
    _loaded_at,
    {{ built_at() }} as _built_at
from chosen
where {{ is_in_days(built) }}
