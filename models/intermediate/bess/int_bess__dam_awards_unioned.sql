with generation as (
    select
        *,
        'GEN' as side,
        cast(null as double) as ecrsmd_awarded
    from {{ ref('stg_ercot__dam_gen_resources') }}
    where resource_type = 'PWRSTR'
),

storage as (
    select
        *,
        'ESR' as side,
        cast(null as double) as ecrsmd_awarded
    from {{ ref('stg_ercot__dam_esrs') }}
),

-- Which of these loads are batteries the file does not say: all are kept.
loads as (
    select
        *,
        'LOAD' as side,
        cast(null as text) as qse,
        cast(null as text) as dme,
        cast(null as text) as settlement_point,
        cast(null as double) as awarded_quantity,
        cast(null as double) as settlement_point_price,
        max_power_consumption as hsl,
        low_power_consumption as lsl
    from {{ ref('stg_ercot__dam_load_resources') }}
)

{% for rows in ['generation', 'storage', 'loads'] -%}
select
    iso,
    market,
    side,
    resource,
    qse,
    dme,
    settlement_point,
    interval_start,
    interval_end,
    market_date,
    hsl as hsl_mw,
    lsl as lsl_mw,
    awarded_quantity as energy_mw,
    settlement_point_price as energy_price,
    regup_awarded as regup_mw,
    regup_mcpc as regup_price,
    regdown_awarded as regdn_mw,
    regdown_mcpc as regdn_price,
    rrs_awarded as rrs_undivided_mw,
    rrspfr_awarded as rrspfr_mw,
    rrsffr_awarded as rrsffr_mw,
    rrsufr_awarded as rrsufr_mw,
    rrs_mcpc as rrs_price,
    ecrssd_awarded as ecrssd_mw,
    ecrsmd_awarded as ecrsmd_mw,
    ecrs_mcpc as ecrs_price,
    nonspin_awarded as nspin_mw,
    nonspin_mcpc as nspin_price,
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from {{ rows }}
where {{ has_instant('interval_start') }}
{% if not loop.last %}
union all
{% endif %}
{%- endfor %}
