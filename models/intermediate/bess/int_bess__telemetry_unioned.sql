with generation as (
    select
        *,
        'GEN' as side,
        telemetered_net_output as output_mw,
        cast(null as double) as state_of_charge,
        cast(null as double) as minimum_soc,
        cast(null as double) as maximum_soc
    from {{ ref('stg_ercot__sced_gen_resources') }}
    where resource_type = 'PWRSTR'
),

storage as (
    select
        *,
        'ESR' as side,
        telemetered_net_output as output_mw
    from {{ ref('stg_ercot__sced_esrs') }}
),

-- Consumption is positive in the file; here all power is positive when it is delivered.
loads as (
    select
        *,
        'LOAD' as side,
        max_power_consumption as hsl,
        low_power_consumption as lsl,
        -real_power_consumption as output_mw,
        cast(null as double) as state_of_charge,
        cast(null as double) as minimum_soc,
        cast(null as double) as maximum_soc
    from {{ ref('stg_ercot__sced_load_resources') }}
)

{% for rows in ['generation', 'storage', 'loads'] -%}
select
    iso,
    side,
    resource,
    run_local_at,
    repeated_hour_flag,
    market_date,
    resource_status,
    hsl as hsl_mw,
    output_mw,
    {{ '-base_point' if rows == 'loads' else 'base_point' }} as base_point_mw,
    state_of_charge as soc_mwh,
    minimum_soc as minimum_soc_mwh,
    maximum_soc as maximum_soc_mwh,
    {#- of storage a blank award is none: the file prints no zeros -#}
    {%- for service in ['regup', 'regdn', 'rrspfr', 'rrsffr', 'rrsufr', 'ecrs', 'nspin'] %}
    {{ 'coalesce(as_award_' ~ service ~ ', 0)' if rows == 'storage' else 'as_award_' ~ service }}
        as {{ service }}_mw,
    {%- endfor %}
    _published_at,
    _fetched_at,
    _loaded_at,
    _file_id,
    _row_number
from {{ rows }}
{% if not loop.last %}
union all
{% endif %}
{%- endfor %}
