{#- A ledger relation cut to what was loaded since this model's newest row of the same group; whole on
    a full build. group: column by which `_loaded_at` rises, such as the operator. -#}
{% macro loaded_since(relation, group) -%}
    {%- if not execute or not is_incremental() -%}
        {{ return(relation | string) }}
    {%- endif -%}
    {{ return(
        '(select landed.* from ' ~ relation ~ ' as landed left join (select ' ~ group
        ~ ', max(loaded_at) as loaded_at from ' ~ this ~ ' group by ' ~ group ~ ') as known on landed.'
        ~ group ~ ' = known.' ~ group
        ~ ' where known.loaded_at is null or landed._loaded_at > known.loaded_at)'
    ) }}
{%- endmacro %}
