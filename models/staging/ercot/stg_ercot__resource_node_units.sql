with source as (
    {{ landed(source('ercot_np4_160_sg', 'np4_160_sg__resource_node_units')) }}
),

stamped as (
    select
        *,
        strptime(model_version, '%m%d%Y_%H%M%S') as local_time
    from source
),

final as (
    select
        'ERCOT' as iso,
        {{ local_to_utc('local_time', 'America/Chicago', 'null') }} as listed_at,
        cast(local_time as date) as market_date,
        trim(resource_node) as resource_node,
        trim(unit_substation) as substation,
        trim(unit_name) as unit_name,
        trim(unit_substation) || '_' || trim(unit_name) as resource,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from stamped
)

select * from final
