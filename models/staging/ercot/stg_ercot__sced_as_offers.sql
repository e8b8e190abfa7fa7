with source as (
    {{ landed(source('ercot_np3_965_er', 'np3_965_er__as_offers')) }}
),

resolved as (
    select
        *,
        {{ local_to_utc('sced_timestamp', 'America/Chicago', 'repeated_hour_flag') }} as run_at
    from source
),

final as (
    select
        'ERCOT' as iso,
        run_at,
        cast(sced_timestamp as date) as market_date,
        trim(resource_name) as resource,
        {{ offer_blocks({
            'regup': 'price{n}_regup',
            'regdn': 'price{n}_regdn',
            'rrspfr': 'price{n}_rrspfr',
            'rrsufr': 'price{n}_rrsufr',
            'rrsffr': 'price{n}_rrsffr',
            'nspin': 'price{n}_nspin',
            'ecrs': 'price{n}_ecrs',
            'mw': 'quantity_mw{n}'
        }, 6, 'mw') }} as blocks,
        trim(offer_type) as offer_type,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
