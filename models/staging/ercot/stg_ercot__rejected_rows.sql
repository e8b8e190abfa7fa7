with source as (
    {{ landed(source('ercot_ledger', '_rejected_rows'), known_at=none) }}
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
        loaded_at
    from source
)

select * from final
