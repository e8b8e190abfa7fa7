{#- The staging models over landed tables that stand in the database: a list of {name, relation, feed,
    time, market_date, landed_rows}. `feed` is the source's name; `time` the column that says when
    (`names`, the first that it has), none for reference data and days; `market_date` its day, or null;
    `landed_rows` what to count for the number of landed rows, since a model with the meta key
    `unpivoted` makes many rows of each. Ledger tables have no feed and are left out. -#}
{% macro staging_models() -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model' and node.fqn[1] == 'staging'
        -%}
            {%- set names = [
                'interval_start', 'run_at', 'starts_at', 'listed_at', 'observed_at', 'interval_end'
            ] -%}
            {%- set times = names | select('in', node.columns) | list -%}
            {%- for parent in node.depends_on.nodes if parent in graph.sources -%}
                {%- set source = graph.sources[parent] -%}
                {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
                {%- if source.config.meta.get('feed') and relation -%}
                    {%- do found.append({
                        'name': node.name,
                        'relation': relation,
                        'feed': source.source_name,
                        'time': times | first if times else none,
                        'market_date': 'market_date' if 'market_date' in node.columns
                            else 'cast(null as date)',
                        'landed_rows': 'distinct _row_number'
                            if node.config.meta.get('unpivoted') else '*'
                    }) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found | sort(attribute='name')) }}
{%- endmacro %}
