{#- The instant of a local clock time, in a zone whose clocks change on Sundays before 04:00.

    ts: SQL expression, naive local timestamp. tz: name of the zone, as text. is_repeated_hour: SQL
    expression that is 'Y' for the second passage of the repeated autumn hour.
    A clock time that occurs twice is the first passage unless the flag says otherwise; one that
    does not occur (the skipped hour of spring) is null.

    DuckDB resolves a repeated time to its second passage and slides a skipped one forward, so both
    need checking. A look-up in the time-zone library costs more than all else in a row; the checks
    are three more of them, made for Sunday mornings alone. -#}
{% macro local_to_utc(ts, tz, is_repeated_hour="'N'") -%}
    case
        when dayofweek({{ ts }}) = 0 and hour({{ ts }}) < 4
            then case
                when timezone('{{ tz }}', timezone('{{ tz }}', {{ ts }})) <> {{ ts }} then null
                when
                    coalesce({{ is_repeated_hour }}, 'N') <> 'Y'
                    and timezone(
                        '{{ tz }}', {{ add_minutes("timezone('" ~ tz ~ "', " ~ ts ~ ")", -60) }}
                    ) = {{ ts }}
                    then {{ add_minutes("timezone('" ~ tz ~ "', " ~ ts ~ ")", -60) }}
                else timezone('{{ tz }}', {{ ts }})
            end
        else timezone('{{ tz }}', {{ ts }})
    end
{%- endmacro %}
