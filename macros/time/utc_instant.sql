{#- A naive UTC timestamp as an instant.

    The same as a cast in a session that runs in UTC, but it does not depend on the session and
    costs a twentieth: DuckDB's cast asks the time-zone library for every row. -#}
{% macro utc_instant(naive_utc) -%}
    make_timestamptz(epoch_us({{ naive_utc }}))
{%- endmacro %}
