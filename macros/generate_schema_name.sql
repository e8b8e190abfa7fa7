{#- The schema's name is the configured one as it is, without the target's name in front. A model
    in `models/views/<folder>/` lands in a schema of that name: a market's, or `features`. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name -%}
        {{ custom_schema_name | trim }}
    {%- elif node.resource_type == 'model' and node.fqn[1] == 'views' and node.fqn | length > 3 -%}
        {{ node.fqn[2] }}
    {%- else -%}
        {{ target.schema }}
    {%- endif -%}
{%- endmacro %}
