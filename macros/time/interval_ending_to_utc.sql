{#- The instant of the local clock time at which an interval ends.

    As `local_to_utc`, but an interval that ends as the clock is put forward may carry the time
    before: ERCOT's look-ahead of 8 March 2026 calls the end of the interval from 01:55 to 03:00
    "02:00". A time that does not occur is therefore told from the interval's start.

    ts, tz, repeated_hour_flag: as there. minutes: length of the interval. -#}
{% macro interval_ending_to_utc(ts, tz, repeated_hour_flag, minutes) -%}
    case
        when timezone('{{ tz }}', timezone('{{ tz }}', {{ ts }})) <> {{ ts }}
            then {{ add_minutes(
                local_to_utc(ts ~ ' - to_minutes(' ~ minutes ~ ')', tz, repeated_hour_flag), minutes
            ) }}
        else {{ local_to_utc(ts, tz, repeated_hour_flag) }}
    end
{%- endmacro %}
