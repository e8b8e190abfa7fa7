{#- When a run of pre-dispatch was issued: the start of its first half hour.

    run_id: column with the trading day and the number of that half hour, yyyymmddPP; the trading day
        begins at 04:00 of market time. -#}
{% macro nem_predispatch_issued(run_id) -%}
    {{ nem_interval_end(
        "try_strptime(left(" ~ run_id ~ ", 8), '%Y%m%d') + interval 4 hours"
        ~ " + to_minutes(30 * (try_cast(substr(" ~ run_id ~ ", 9) as integer) - 1))"
    ) }}
{%- endmacro %}
