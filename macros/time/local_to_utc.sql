{#- The instant of a local clock time, in a zone whose clocks change on Sundays before 04:00.

    ts: SQL expression, naive local timestamp. tz: name of the zone, as text. repeated_hour_flag: SQL
    expression of the published flag: Y (or true) for the second passage of the repeated autumn hour,
    N (or false) for the first.
    Null are a clock time that does not occur (the skipped hour of spring), and one that occurs twice
    and whose flag does not say which of the two it is.

    DuckDB resolves a repeated time to its second passage and slides a skipped one forward, so both
    need checking. A look-up in the time-zone library costs more than all else in a row; the checks
    are three more of them, made for Sunday mornings alone. -#}
{% macro local_to_utc(ts, tz, repeated_hour_flag) -%}
    {%- set flag = 'lower(trim(' ~ repeated_hour_flag ~ '))' -%}
    {%- set later = "timezone('" ~ tz ~ "', " ~ ts ~ ")" -%}
    {%- set earlier = add_minutes(later, -60) -%}
    case
        when dayofweek({{ ts }}) = 0 and hour({{ ts }}) < 4
            then case
                when timezone('{{ tz }}', {{ later }}) <> {{ ts }} then null
                when timezone('{{ tz }}', {{ earlier }}) <> {{ ts }} then {{ later }}
                when list_contains(['y', 'yes', 'true', 't', '1'], {{ flag }}) then {{ later }}
                when list_contains(['n', 'no', 'false', 'f', '0'], {{ flag }}) then {{ earlier }}
            end
        else {{ later }}
    end
{%- endmacro %}
