with source as (
    {{ landed(source('ercot_np3_990_ex', 'np3_990_ex__offers')) }}
),

numbered as (
    select
        *,
        try_cast(replace(trim(hour_ending), ':00', '') as double) as hour_number,
        max(try_cast(replace(trim(hour_ending), ':00', '') as double)) over (
            partition by _file_id, delivery_date
        ) as last_hour
    from source
),

resolved as (
    select
        *,
        {{ market_day_hour_start(
            'delivery_date', 'hour_number', 'last_hour', 'America/Chicago'
        ) }} as interval_start
    from numbered
),

final as (
    select
        'ERCOT' as iso,
        upper(resource_kind) as resource_kind,
        trim(resource_name) as resource,
        trim(qse_name) as qse,
        nullif(trim(dme), '') as decision_maker,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        {{ local_to_utc('sasm_id', 'America/Chicago', 'null') }} as sasm_at,
        lower(trim(multi_hour_block_flag)) in ('y', 'true') as is_multi_hour_block,
        block_indicator_1,
        quantity_1 as quantity_1_mw,
        price_rrs_1,
        price_rrspfr_1,
        price_rrsffr_1,
        price_rrsufr_1,
        price_ecrs_1,
        price_offec_1,
        price_online_nspin_1,
        price_reg_up_1,
        price_reg_down_1,
        price_offline_nspin_1,
        block_indicator_2,
        quantity_2 as quantity_2_mw,
        price_rrs_2,
        price_rrspfr_2,
        price_rrsffr_2,
        price_rrsufr_2,
        price_ecrs_2,
        price_offec_2,
        price_online_nspin_2,
        price_reg_up_2,
        price_reg_down_2,
        price_offline_nspin_2,
        block_indicator_3,
        quantity_3 as quantity_3_mw,
        price_rrs_3,
        price_rrspfr_3,
        price_rrsffr_3,
        price_rrsufr_3,
        price_ecrs_3,
        price_offec_3,
        price_online_nspin_3,
        price_reg_up_3,
        price_reg_down_3,
        price_offline_nspin_3,
        block_indicator_4,
        quantity_4 as quantity_4_mw,
        price_rrs_4,
        price_rrspfr_4,
        price_rrsffr_4,
        price_rrsufr_4,
        price_ecrs_4,
        price_offec_4,
        price_online_nspin_4,
        price_reg_up_4,
        price_reg_down_4,
        price_offline_nspin_4,
        block_indicator_5,
        quantity_5 as quantity_5_mw,
        price_rrs_5,
        price_rrspfr_5,
        price_rrsffr_5,
        price_rrsufr_5,
        price_ecrs_5,
        price_offec_5,
        price_online_nspin_5,
        price_reg_up_5,
        price_reg_down_5,
        price_offline_nspin_5,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
