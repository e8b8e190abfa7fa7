{#- The last publication of each key, from rows of which nearly all days are published once.

    rows: relation or sub-query with the lineage columns. scope: columns that tell the day and the
    kind of file (all rows of a scope come from one file, unless it was published again). key: what is
    one row within a scope. Rows of scopes with a single file pass as they are, so that a second
    publication of one day does not make all others sort. -#}
{% macro latest_rows(rows, scope, key) -%}
    with shown as (
        select * from {{ rows }}
    ),

    again as materialized (
        select {{ scope | join(', ') }}
        from shown
        group by all
        having count(distinct _file_id) > 1
    ),

    once as (
        select shown.*
        from shown
        where not exists (
            select 1 from again
            where {% for column in scope -%}
                again.{{ column }} = shown.{{ column }}{{ ' and ' if not loop.last }}
            {%- endfor %}
        )
    )

    select * from once
    union all
    select shown.*
    from shown
    inner join again using ({{ scope | join(', ') }})
    qualify row_number() over (
        partition by {{ (scope + key) | join(', ') }}
        order by
            _published_at desc nulls last, _fetched_at desc, _loaded_at desc,
            _file_id desc, _row_number desc
    ) = 1
{%- endmacro %}
