{{ config(severity='warn') }}

{#- Reported by the build that takes their file in; `fct_unresolved_rows` keeps them. No command
    fails by it: corrections are listed for half a year and what they correct for a week. -#}
select
    match_code,
    market_date,
    _file_id,
    count(*) as row_count
from {{ ref('int_constraints__sced_corrections') }}
where
    match_code <> 'MATCHED'
    and {{ untested('_loaded_at') }}
group by
    match_code,
    market_date,
    _file_id
