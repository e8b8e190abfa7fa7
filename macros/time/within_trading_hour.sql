{#- Whether a CAISO row's interval lies in the trading day and hour that the row names, and has a
    length. All three are published; where they contradict each other nobody can tell which is wrong.

    starts_at, ends_at: naive UTC timestamps. opr_dt, opr_hr: the row's trading date and hour; the XML
    form has no hour, then the date alone is compared.

    Pacific time is 7 or 8 hours behind UTC, so whole hours since midnight UTC of the date, less those
    that the hour number says, are 7 or 8. (A look-up in the time-zone library for each row would cost
    more than all else; `opr_hour_agrees` tests the exact rule.) -#}
{% macro within_trading_hour(starts_at, ends_at, opr_dt, opr_hr) -%}
    {{ ends_at }} > {{ starts_at }}
    and case
        when {{ opr_hr }} is null
            then (epoch_us({{ starts_at }}) - epoch_us({{ opr_dt }})) // 3600000000 between 7 and 32
        -- 25 is the second passage of hour 2, see opr_hour
        else (epoch_us({{ starts_at }}) - epoch_us({{ opr_dt }})) // 3600000000
            - (case {{ opr_hr }} when 25 then 2 else {{ opr_hr }} end - 1) in (7, 8)
    end
{%- endmacro %}
