{{ config(materialized='view') }}

-- All kinds of responsive reserve clear at one price, and so do both kinds of contingency reserve.
with lines as (
    {% for line, quantity, price in [
        ('DAM_ENERGY', 'energy_mw', 'energy_price'),
        ('DAM_REGUP', 'regup_mw', 'regup_price'),
        ('DAM_REGDN', 'regdn_mw', 'regdn_price'),
        ('DAM_RRS', 'rrs_undivided_mw', 'rrs_price'),
        ('DAM_RRSPFR', 'rrspfr_mw', 'rrs_price'),
        ('DAM_RRSFFR', 'rrsffr_mw', 'rrs_price'),
        ('DAM_RRSUFR', 'rrsufr_mw', 'rrs_price'),
        ('DAM_ECRS', 'ecrssd_mw', 'ecrs_price'),
        ('DAM_ECRSMD', 'ecrsmd_mw', 'ecrs_price'),
        ('DAM_NSPIN', 'nspin_mw', 'nspin_price'),
    ] -%}
    select
        iso,
        market_date,
        interval_start,
        interval_end,
        side,
        resource,
        settlement_point,
        '{{ line }}' as revenue_line,
        {{ quantity }} as quantity,
        {{ price }} as price,
        published_at,
        file_id,
        _built_at
    from {{ ref('int_bess__dam_awards') }}
    where {{ quantity }} <> 0
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
)

select
    *,
    quantity * price as amount
from lines
