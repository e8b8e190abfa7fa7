with source as (
    {{ landed(source('nem_ledger', '_files'), known_at=none) }}
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
        loaded_at,
        status,
        rows_in_file,
        rows_landed,
        rows_rejected,
        rows_ignored,
        message
    from source
)

select * from final
