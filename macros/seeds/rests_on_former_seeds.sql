{#- Whether a seed that the model being built reads has another content than when its rows were computed:
    then all of its days are to be computed again. -#}
{% macro rests_on_former_seeds() -%}
    {%- set seeds = seeds_read(model.depends_on.nodes) -%}
    {%- if not seeds or not adapter.get_relation(target.database, 'ref', 'seed_versions') -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set newer = run_query(
        "select distinct seed from ref.seed_versions where seed in ('" ~ seeds | join("', '")
        ~ "') and loaded_at > (select max(_built_at) from " ~ this ~ ') order by seed'
    ).columns[0].values() -%}
    {%- if newer -%}
        {{ log(this ~ ': all days, since ' ~ newer | join(', ') ~ ' changed', info=true) }}
    {%- endif -%}
    {{ return(newer | length > 0) }}
{%- endmacro %}
