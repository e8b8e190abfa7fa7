with source as (
    {{ ledger('_outcomes') }}
),

final as (
    select
        attempted_at,
        operator,
        feed,
        kind,
        outcome,
        url_or_path,
        message,
        file_id,
        rows_in_file,
        rows_landed,
        rows_rejected,
        bytes,
        seconds,
        loaded_at as _loaded_at
    from source
)

select * from final
