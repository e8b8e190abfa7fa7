with newest as (
    select * exclude (changed_from, _built_at)
    from {{ ref('int_resources__part_versions') }}
    qualify _built_at = max(_built_at) over (partition by iso, resource)
)

select * from newest
where direction is not null
