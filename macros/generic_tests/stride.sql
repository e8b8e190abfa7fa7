{#- Fails for each interval that does not begin where the one before it in its series ended: a gap
    or an overlap. Series that are full by definition, such as the intervals of a spine's day.

    partition_by: the names that make one series. minutes: if given, also the length that every
    interval must have. -#}
{% test stride(
    model, partition_by, starts_at='interval_start', ends_at='interval_end', minutes=none
) %}
    {%- if not partition_by or partition_by is string -%}
        {{ exceptions.raise_compiler_error('stride: `partition_by` must be a list of names') }}
    {%- endif %}
with series as (
    select
        {{ partition_by | join(', ') }},
        {{ starts_at }} as starts_at,
        {{ ends_at }} as ends_at,
        lag({{ ends_at }}) over (
            partition by {{ partition_by | join(', ') }} order by {{ starts_at }}
        ) as ended_before
    from {{ model }}
)

select *
from series
where
    starts_at <> ended_before
    {%- if minutes is not none %}
    or epoch_us(ends_at) - epoch_us(starts_at) <> {{ minutes }} * cast(60000000 as bigint)
    {%- endif %}
{% endtest %}
