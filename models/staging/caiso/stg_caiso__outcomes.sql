with source as (
    {{ landed(source('caiso_ledger', '_outcomes'), known_at=none) }}
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
        loaded_at
    from source
)

select * from final
