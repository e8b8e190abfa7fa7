{%- set rows = '(' ~ landed(source('ercot_np3_966_er', 'np3_966_er__self_arranged')) ~ ')' -%}
with resolved as (
    {{ hours_without_flag(rows, 'hour_ending', ['qse']) }}
),

final as (
    select
        'ERCOT' as iso,
        'DAM' as market,
        interval_start,
        {{ add_minutes('interval_start', 60) }} as interval_end,
        delivery_date as market_date,
        trim(qse) as qse,
        regup,
        regdown,
        nonspin,
        nspnm,
        rrspfr,
        rrsffr,
        rrsufr,
        ecrssd,
        ecrsmd,
        rrs_gen,
        rrs_clr,
        rrs_nclr,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
