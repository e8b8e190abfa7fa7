{#- When the newest file of each feed landed, by the ledger, as a mapping from the feed to the instant as
    text in UTC; without the feeds of which nothing ever landed. -#}
{% macro newest_loads() -%}
    {%- set newest = {} -%}
    {%- if execute and load_relation(ref('stg_ledger__files')) -%}
        {%- set found = run_query(
            'select feed, cast(max(_loaded_at) as text) from ' ~ ref('stg_ledger__files')
            ~ ' group by feed'
        ) -%}
        {%- for row in found.rows -%}
            {%- do newest.update({row[0]: row[1]}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(newest) }}
{%- endmacro %}
