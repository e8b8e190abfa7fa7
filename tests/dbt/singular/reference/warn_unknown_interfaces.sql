{{ config(severity='warn') }}

{#- On file, but not in the seed (no direction until it knows their ends), or not expected by it on
    these days: nothing tells then that one is missing. -#}
select distinct
    flows.iso,
    flows.interface,
    case
        when interconnectors.interface is null
            then
                'add it to seeds/reference/interconnectors.csv, then: '
                || 'gridhouse build --full-refresh --select interconnectors+'
        when interconnectors.is_planned
            then
                'it is on file: set its first whole day as valid_from and is_planned to false in '
                || 'seeds/reference/interconnectors.csv, then: gridhouse build'
        else
            'it has rows outside of its days: correct them in '
            || 'seeds/reference/interconnectors.csv, then: gridhouse build'
    end as what_to_do
from {{ ref('fct_interchange_intervals_revisions') }} as flows
left join {{ ref('interconnectors') }} as interconnectors
    on
        flows.iso = interconnectors.iso
        and flows.interface = interconnectors.interface
where
    (
        flows.from_location is null
        or interconnectors.is_planned
        or flows.market_date < interconnectors.valid_from
        or flows.market_date > interconnectors.valid_to
    )
    and {{ untested('flows._built_at') }}
