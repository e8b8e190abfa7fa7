{{ config(severity='warn') }}

{#- They have no direction until the seed knows their ends. -#}
select distinct
    iso,
    interface,
    'add it to seeds/reference/interconnectors.csv, then: '
    || 'gridhouse build --full-refresh --select interconnectors+' as what_to_do
from {{ ref('fct_interchange_intervals_revisions') }}
where
    from_location is null
    and {{ untested('_built_at') }}
