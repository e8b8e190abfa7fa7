{#- Publications of each key in their order, identical repetitions collapsed.

    rows: relation or sub-query of published rows, with the lineage columns `_published_at`,
        `_fetched_at`, `_loaded_at`, `_file_id`, `_row_number`.
    key: names of one series in time and its interval; nulls are values of the key. For forecasts
        the instant of issue is part of it (an SQL expression will do).
    values: names of the published values; a publication that repeats all of them is no revision.
    rank: SQL expression that goes before the order of publication, where the rows themselves say which
        of them is later (settlement runs).

    Adds `revision` (1, 2 ...) and `is_latest`. `_published_at`, `_fetched_at`, `_file_id` and
    `_row_number` are those of the first publication of the values. `_loaded_at` is the newest among
    all publications of the key, also the collapsed ones: incremental builds go by it.

    Order: publication (unknown first), fetch, load, file, row. Nearly all keys are published once,
    and window functions over all of them would cost more than the rest of the build, so only keys
    that occur twice pass through them; two keys with the same hash merely take the longer way. -#}
{% macro revisions(rows, key, values, rank=none) -%}
    {%- set keys = key | join(', ') -%}
    {%- set publication_order -%}
        {{ rank ~ ', ' if rank -}}
        _published_at nulls first, _fetched_at, _loaded_at, _file_id, _row_number
    {%- endset -%}
    {#- a few days are kept while they are read three times; a whole history would fill the memory #}
    with published as {{ 'materialized' if is_incremental() else 'not materialized' }} (
        select *, hash({{ keys }}) as _key_hash
        from {{ rows }}
    ),

    repeated_keys as materialized (
        select _key_hash
        from published
        group by _key_hash
        having count(*) > 1
    ),

    published_again as (
        select *, row({{ values | join(', ') }}) as _values
        from published
        where _key_hash in (select _key_hash from repeated_keys)
    ),

    compared as (
        select
            *,
            max(_loaded_at) over (partition by {{ keys }}) as _key_loaded_at,
            lag(_row_number) over by_key is null
            or (lag(_values) over by_key is distinct from _values) as _is_new
        from published_again
        window
            by_key as (
                partition by {{ keys }}
                order by {{ publication_order }}
            )
    ),

    numbered as (
        select
            * exclude (_key_hash, _values, _key_loaded_at, _is_new)
            replace (_key_loaded_at as _loaded_at),
            cast(row_number() over by_key as integer) as revision,
            lead(_row_number) over by_key is null as is_latest
        from compared
        where _is_new
        window
            by_key as (
                partition by {{ keys }}
                order by {{ publication_order }}
            )
    ),

    published_once as (
        select
            * exclude (_key_hash),
            1 as revision,
            true as is_latest
        from published
        where _key_hash not in (select _key_hash from repeated_keys)
    )

    select * from published_once
    union all by name
    select * from numbered
{%- endmacro %}
