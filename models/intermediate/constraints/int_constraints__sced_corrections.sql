{#- Days without a correction need not be read. -#}
{%- set corrections = ref('stg_ercot__sced_shadow_price_corrections') -%}
{%- set feeds = [] -%}
{%- for feed in [
    'stg_ercot__sced_binding_constraints', 'stg_ercot__sced_lmps', 'stg_ercot__sced_system_lambdas'
] -%}
    {%- do feeds.append(
        '(select * from ' ~ ref(feed)
        ~ ' where market_date in (select market_date from ' ~ corrections ~ '))'
    ) -%}
{%- endfor -%}
with corrections as (
    select * from {{ corrections }}
    where run_at is not null
),

-- What a run published of a constraint, last.
originals as (
    select *
    from ({{ dispatched_rows(feeds[0], feeds) }})
    qualify row_number() over (
        partition by run_at, constraint_name, contingency_name, from_station, to_station
        order by
            _published_at desc nulls last, _fetched_at desc, _loaded_at desc, _file_id desc,
            _row_number desc
    ) = 1
),

-- A correction names no stations, and in files of 2026 the minute of the run alone.
candidates as (
    select
        corrections._file_id as correction_file_id,
        corrections._row_number as correction_row_number,
        originals.*,
        coalesce(corrections.constraint_id = originals.constraint_id, false) as has_its_number
    from corrections
    inner join originals
        on
            corrections.market_date = originals.market_date
            and corrections.constraint_name = originals.constraint_name
            and corrections.contingency_name = originals.contingency_name
            and corrections.run_at in (originals.run_at, date_trunc('minute', originals.run_at))
),

counted as (
    select
        *,
        count(*) over by_correction as candidate_count,
        count_if(has_its_number) over by_correction as number_count
    from candidates
    window by_correction as (partition by correction_file_id, correction_row_number)
),

-- The only candidate; of several, the only one that has the number of the correction.
matched as (
    select * from counted
    where candidate_count = 1 or (has_its_number and number_count = 1)
),

undecided as (
    select distinct
        correction_file_id,
        correction_row_number
    from counted
)

select
    corrections.iso,
    corrections.market,
    case
        when matched.run_at is not null then 'MATCHED'
        when undecided.correction_file_id is not null then 'SEVERAL'
        else 'NONE'
    end as match_code,
    matched.run_at,
    matched.interval_start,
    matched.interval_end,
    corrections.market_date,
    corrections.constraint_name,
    corrections.contingency_name,
    matched.from_station,
    matched.to_station,
    matched.from_station_kv,
    matched.to_station_kv,
    corrections.shadow_price,
    matched.max_shadow_price,
    corrections.limit_mw,
    corrections.flow_mw,
    corrections.flow_mw - corrections.limit_mw as violation_mw,
    matched.is_competitive,
    matched.constraint_id,
    corrections.corrected_at,
    corrections._fetched_at,
    corrections._loaded_at,
    corrections._file_id,
    corrections._row_number
from corrections
left join matched
    on
        corrections._file_id = matched.correction_file_id
        and corrections._row_number = matched.correction_row_number
left join undecided
    on
        corrections._file_id = undecided.correction_file_id
        and corrections._row_number = undecided.correction_row_number
