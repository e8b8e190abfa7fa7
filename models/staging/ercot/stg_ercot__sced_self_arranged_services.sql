with source as (
    {{ landed(source('ercot_np3_965_er', 'np3_965_er__self_arranged')) }}
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
        trim(qse) as qse,
        regup,
        regdn,
        nspin,
        nspnm,
        rrspfr,
        rrsffr,
        rrsufr,
        rrsgn,
        rrsld,
        rrsnc,
        ecrss,
        ecrsm,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from resolved
)

select * from final
