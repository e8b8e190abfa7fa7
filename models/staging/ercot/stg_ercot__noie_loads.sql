with source as (
    {{ landed(source('ercot_np4_160_sg', 'np4_160_sg__noie_loads')) }}
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
        trim(physical_load) as physical_load,
        nullif(trim(noie), '') as noie,
        nullif(trim(voltage_name), '') as voltage_level,
        nullif(trim(substation), '') as substation,
        nullif(trim(electrical_bus), '') as electrical_bus,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from stamped
)

select * from final
