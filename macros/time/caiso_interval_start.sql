{#- The instant at which a CAISO row's interval begins; null where the row contradicts itself: the
    interval has no length, or does not lie in the trading day and hour that the row names. Nobody can
    tell then which of them is wrong; `fct_unresolved_rows` shows the row, no fact does.

    starts_at, ends_at: naive UTC timestamps. opr_dt, opr_hr: the row's trading date and hour; the XML
    form has no hour, then the date alone is compared.

    Pacific time is 7 or 8 hours behind UTC, so whole hours since midnight UTC of the date, less those
    that the hour number says, are 7 or 8. (A look-up in the time-zone library for each row would cost
    more than all else; `opr_hour_agrees` tests the exact rule.) -#}
{% macro caiso_interval_start(
    starts_at='interval_start_gmt', ends_at='interval_end_gmt', opr_dt='opr_dt', opr_hr='opr_hr'
) -%}
    {%- set hours = '(epoch_us(' ~ starts_at ~ ') - epoch_us(' ~ opr_dt ~ ')) // 3600000000' -%}
    case
        when
            {{ ends_at }} > {{ starts_at }}
            and case
                when {{ opr_hr }} is null then {{ hours }} between 7 and 32
                -- 25 is the second passage of hour 2, see opr_hour
                when {{ opr_hr }} = 25 then {{ hours }} - 1 in (7, 8)
                else {{ hours }} - ({{ opr_hr }} - 1) in (7, 8)
            end
            then {{ utc_instant(starts_at) }}
    end
{%- endmacro %}
