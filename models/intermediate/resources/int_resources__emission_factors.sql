-- The newest list that names a unit. Several gensets may share its code and no file tells their
-- sizes, so the unit has their plain mean.
with gensets as (
    select * from {{ ref('stg_nem__emission_factors') }}
    where resource is not null
),

newest as (
    select
        iso,
        resource,
        arg_max(_file_id, row(coalesce(_published_at, _fetched_at), _loaded_at, _file_id))
            as _file_id
    from gensets
    group by
        iso,
        resource
)

select
    gensets.iso,
    gensets.resource,
    arg_min(gensets.station_name, gensets._row_number) as station_name,
    arg_min(gensets.region, gensets._row_number) as region,
    case
        when count(distinct gensets.energy_source) = 1
            then lower(min(gensets.energy_source))
    end as energy_source,
    round(avg(gensets.emission_factor), 6) as emission_factor,
    count(distinct gensets.emission_factor) > 1 as is_mean
from gensets
inner join newest
    on
        gensets.iso = newest.iso
        and gensets.resource = newest.resource
        and gensets._file_id = newest._file_id
group by
    gensets.iso,
    gensets.resource
