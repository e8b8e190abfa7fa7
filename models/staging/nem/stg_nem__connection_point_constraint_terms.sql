with source as (
    {{ landed(source('nem_constraint_definitions', 'spdconnectionpointconstraint')) }}
),

final as (
    select
        'NEM' as iso,
        trim(connectionpointid) as connection_point_id,
        cast(effectivedate as date) as effective_date,
        versionno as version_no,
        trim(genconid) as constraint_name,
        trim(bidtype) as bid_type,
        factor,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
