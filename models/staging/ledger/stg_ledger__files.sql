with source as (
    {{ ledger('_files') }}
),

final as (
    select
        file_id,
        operator,
        feed,
        source_key,
        name,
        container,
        sha256,
        archive_sha256,
        content_sha256,
        bytes,
        url,
        published_at,
        fetched_at,
        loaded_at as _loaded_at,
        status,
        rows_in_file,
        rows_landed,
        rows_rejected,
        rows_ignored,
        message
    from source
)

select * from final
