{#- The variable `as_of` as an SQL instant, or none where it is not set.

    An instant needs its offset: a clock time without one would mean another moment in each market. -#}
{% macro as_of_instant() -%}
    {%- set text = var('as_of', none) -%}
    {%- if text is none or text | string | trim in ['', 'none', 'null'] -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set text = text | string | trim -%}
    {%- set clock = '[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?' -%}
    {%- set shape = '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]' ~ clock ~ '(Z|[+-][0-9]{2}:[0-9]{2})$' -%}
    {%- if not modules.re.match(shape, text) -%}
        {{ exceptions.raise_compiler_error(
            "as_of is '" ~ text ~ "', but must be an instant with its offset, such as "
            ~ "2026-03-01T06:00:00-06:00 or 2026-03-01T12:00:00Z"
        ) }}
    {%- endif -%}
    {%- set instant = modules.datetime.datetime.fromisoformat(text | replace('Z', '+00:00')) -%}
    {{ return("timestamptz '" ~ instant.astimezone(modules.pytz.utc).isoformat(' ') ~ "'") }}
{%- endmacro %}
