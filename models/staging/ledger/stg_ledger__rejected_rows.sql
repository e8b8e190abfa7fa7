with source as (
    {{ ledger('_rejected_rows') }}
),

final as (
    select
        file_id,
        feed,
        table_name,
        member,
        row_number,
        line_number,
        column_name,
        value,
        reason,
        line,
        loaded_at as _loaded_at
    from source
)

select * from final
