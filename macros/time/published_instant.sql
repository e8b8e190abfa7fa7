{#- Instant of a text with date, time and offset, as JSON documents have it; null for another text.

    text: SQL expression, such as 2026-07-19T08:00:00+08:00 or 2021-11-20T18:15:00Z. -#}
{% macro published_instant(text) -%}
    coalesce(
        try_strptime({{ text }}, '%Y-%m-%dT%H:%M:%S%z'),
        try_strptime({{ text }}, '%Y-%m-%dT%H:%M:%S.%f%z'),
        {{ utc_instant("try_strptime(" ~ text ~ ", '%Y-%m-%dT%H:%M:%SZ')") }}
    )
{%- endmacro %}
