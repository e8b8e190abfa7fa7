with source as (
    {{ landed(source('ercot_np4_160_sg', 'np4_160_sg__settlement_points')) }}
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
        trim(electrical_bus) as electrical_bus,
        nullif(trim(node_name), '') as node_name,
        nullif(trim(substation), '') as substation,
        voltage_level as voltage_kv,
        nullif(trim(settlement_load_zone), '') as load_zone,
        nullif(trim(resource_node), '') as resource_node,
        nullif(trim(hub_bus_name), '') as hub_bus,
        nullif(trim(hub), '') as hub,
        nullif(trim(psse_bus_name), '') as planning_bus_name,
        psse_bus_number as planning_bus_number,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from stamped
)

select * from final
