with source as (
    {{ landed(source('ercot_np3_988_er', 'np3_988_er')) }}
),

stamped as (
    select
        *,
        strptime(list_date, '%d%m%Y') as local_time
    from source
),

final as (
    select
        'ERCOT' as iso,
        {{ local_to_utc('local_time', 'America/Chicago', 'null') }} as listed_at,
        cast(local_time as date) as market_date,
        trim(resource_name) as resource,
        trim(type) as resource_type,
        nullif(trim(split_gen_resource), 'Not Applicable') as share,
        nullif(regexp_replace(trim(owner_re), '\s*\(RE\)$', ''), '') as owner,
        nullif(regexp_replace(trim(dme), '\s*\(DME\)$', ''), '') as dme,
        nullif(trim(dme_duns), '') as dme_duns,
        case trim(rmr) when 'Y' then true when 'N' then false end as is_must_run,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from stamped
)

select * from final
