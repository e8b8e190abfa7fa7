{{ config(severity='warn') }}

{#- Reported by the build that computes them; `fct_reconciliations` keeps them. -#}
select *
from {{ ref('fct_reconciliations') }}
where
    not is_within
    and check_name not in (
        'daily_average', 'daily_interval_count', 'ledger_rows', 'bess_daily_amounts',
        'bess_monthly_amounts', 'bess_fleet_amount'
    )
    and {{ untested('_built_at') }}
