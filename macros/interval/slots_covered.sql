{#- How many slots of a regular grid an interval covers, where a slot counts if its middle lies in
    the interval. 1 for an interval that is itself a slot; the sum over intervals that do not overlap
    never counts a slot twice, wherever they begin.

    Of an interval longer than 1.2 slots the rest does not count: a dispatch run that holds for two
    slots, since the next one was skipped or its file is missing, looks the same from here, and a
    missing file must show.

    starts_at, ends_at: SQL expressions, instants. minutes: SQL expression, length of a slot. -#}
{% macro slots_covered(starts_at, ends_at, minutes) -%}
    {%- set slot = "(" ~ minutes ~ " * 60.0)" -%}
    cast(
        ceil(least(epoch_us({{ ends_at }}), epoch_us({{ starts_at }}) + {{ slot }} * 1200000)
            / 1000000.0 / {{ slot }} - 0.5)
        - ceil(epoch_us({{ starts_at }}) / 1000000.0 / {{ slot }} - 0.5) as integer
    )
{%- endmacro %}
