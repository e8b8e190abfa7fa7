{#- Fails for each interval that begins before an earlier one of its series has ended.

    partition_by: the names that make one series. starts_at, ends_at: its half-open intervals. -#}
{% test no_overlap(model, partition_by, starts_at='interval_start', ends_at='interval_end') %}
    {%- if not partition_by or partition_by is string -%}
        {{ exceptions.raise_compiler_error('no_overlap: `partition_by` must be a list of names') }}
    {%- endif %}
with series as (
    select
        {{ partition_by | join(', ') }},
        {{ starts_at }} as starts_at,
        {{ ends_at }} as ends_at,
        max({{ ends_at }}) over (
            partition by {{ partition_by | join(', ') }}
            order by {{ starts_at }}, {{ ends_at }}
            rows between unbounded preceding and 1 preceding
        ) as busy_until
    from {{ model }}
    where {{ starts_at }} is not null
)

select *
from series
where starts_at < busy_until or ends_at <= starts_at
{% endtest %}
