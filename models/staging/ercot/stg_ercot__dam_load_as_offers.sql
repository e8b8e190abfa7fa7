{%- set rows = '(' ~ landed(source('ercot_np3_966_er', 'np3_966_er__load_as_offers')) ~ ')' -%}
with resolved as (
    {{ hours_without_flag(rows, 'hour_ending', []) }}
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
        trim(multi_hour_block_flag) as multi_hour_block_flag,
        {{ offer_blocks({
            'block_indicator': 'block_indicator{n}',
            'rrspfr': 'price{n}_rrspfr',
            'rrsffr': 'price{n}_rrsffr',
            'rrsufr': 'price{n}_rrsufr',
            'rrs': 'price{n}_rrs',
            'ecrs': 'price{n}_ecrs',
            'offec': 'price{n}_offec',
            'online_nonspin': 'price{n}_online_nonspin',
            'regup': 'price{n}_regup',
            'regdown': 'price{n}_regdown',
            'offline_nonspin': 'price{n}_offline_nonspin',
            'mw': 'quantity_mw{n}'
        }, 5, 'mw') }} as blocks,
        trim(nclr_flag) as nclr_flag,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
