{#- Identities that hold by construction: one that fails is our fault, so nothing is published.
    What operators publish need not agree with itself; that only warns. -#}
select *
from {{ ref('fct_reconciliations') }}
where
    not is_within
    and check_name in (
        'daily_average', 'daily_interval_count', 'ledger_rows', 'bess_daily_amounts',
        'bess_monthly_amounts', 'bess_fleet_amount'
    )
