{#- The instant at which an hour begins that is numbered within its market day, in files without a
    flag for the repeated autumn hour.

    market_date: SQL expression, date. hour: SQL expression, number from 1. last_hour: SQL expression,
    the highest number that the file has on that day. tz: name of the zone, as text.

    Files whose last number is the true length of the day (25 on the autumn day) count elapsed hours
    from local midnight. Any other last number on a clock-change day means hours ending on the clock:
    then the hour that comes twice and the one that is skipped are null, as in `local_to_utc`. -#}
{% macro market_day_hour_start(market_date, hour, last_hour, tz) -%}
    {%- set midnight = "timezone('" ~ tz ~ "', cast(" ~ market_date ~ " as timestamp))" -%}
    {%- set next_midnight = "timezone('" ~ tz ~ "', cast(" ~ market_date ~ " + 1 as timestamp))" -%}
    {%- set length = "(epoch_us(" ~ next_midnight ~ ") - epoch_us(" ~ midnight ~ ")) // 3600000000" -%}
    {%- set clock = market_date ~ " + to_hours(cast(" ~ hour ~ " as integer) - 1)" -%}
    case
        when {{ hour }} <> floor({{ hour }}) or {{ hour }} not between 1 and {{ last_hour }} then null
        -- Sundays alone can be longer or shorter: the look-ups are made for them
        when dayofweek({{ market_date }}) = 0 and {{ last_hour }} = {{ length }}
            then {{ add_minutes(midnight, '60 * (cast(' ~ hour ~ ' as bigint) - 1)') }}
        when {{ hour }} <= 24
            then {{ local_to_utc('(' ~ clock ~ ')', tz, 'null') }}
    end
{%- endmacro %}
