{#- SQL that selects one row per feed of the catalogue, all columns as text. The catalogue is the source
    declarations, so a new feed shows without a change here. No row while dbt only parses. -#}
{% macro catalogue_rows() -%}
    {%- set columns = [
        'feed', 'operator', 'title', 'product_id', 'feed_group', 'cadence', 'time_zone',
        'online_days', 'landing_page', 'index_kind', 'on_request', 'last_run', 'description'
    ] -%}
    {%- set feeds = {} -%}
    {%- if execute -%}
        {%- for source in graph.sources.values() if source.config.meta.get('feed') -%}
            {%- do feeds.update({source.source_name: source}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for name, source in feeds | dictsort %}
        {%- set feed = source.config.meta.feed -%}
        {%- set cells = [
            name, source.schema, feed.title, feed.product_id, feed.group, feed.cadence,
            feed.time_zone, feed.online_days, feed.landing_page, feed.index.kind,
            feed.get('on_request', false), feed.get('last_run', ''), source.source_description
        ] -%}
    select
        {%- for cell in cells %}
        '{{ cell | string | trim | replace("'", "''") }}' as {{ columns[loop.index0] }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    union all
    {% endfor -%}
    select
        {%- for column in columns %}
        cast(null as text) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    where false
{%- endmacro %}
