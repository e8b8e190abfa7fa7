{%- set rows = '(' ~ landed(source('ercot_np3_966_er', 'np3_966_er__gen_resources')) ~ ')' -%}
with resolved as (
    {{ hours_without_flag(rows, 'hour_ending', ['resource_name']) }}
),

final as (
    select
        'ERCOT' as iso,
        'DAM' as market,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        trim(qse) as qse,
        trim(dme) as dme,
        trim(resource_name) as resource,
        trim(resource_type) as resource_type,
        {{ curve_points('qse_curve_mw{n}', 'qse_curve_price{n}', 10) }} as offer_curve,
        start_up_hot,
        start_up_inter,
        start_up_cold,
        min_gen_cost,
        hsl,
        lsl,
        trim(resource_status) as resource_status,
        awarded_quantity,
        trim(settlement_point_name) as settlement_point,
        energy_settlement_point_price as settlement_point_price,
        regup_awarded,
        regup_mcpc,
        regdown_awarded,
        regdown_mcpc,
        rrspfr_awarded,
        rrsffr_awarded,
        rrsufr_awarded,
        rrs_awarded,
        rrs_mcpc,
        ecrssd_awarded,
        ecrs_mcpc,
        nonspin_awarded,
        nonspin_mcpc,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
