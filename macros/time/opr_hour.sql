{#- Number of the CAISO trading hour that an instant lies in, as OPR_HR has it: the hour ending on
    the Pacific clock, 1 to 24; the second passage of the repeated autumn hour is 25, and in spring
    3 does not occur.

    CAISO publishes both the instant and the number; this checks one against the other. -#}
{% macro opr_hour(instant) -%}
    {%- set local = "timezone('America/Los_Angeles', " ~ instant ~ ")" -%}
    case
        when
            dayofweek({{ local }}) = 0 and hour({{ local }}) = 1
            and hour(timezone('America/Los_Angeles', {{ add_minutes(instant, -60) }})) = 1
            then 25
        else hour({{ local }}) + 1
    end
{%- endmacro %}
