{#- SQL that makes the table of `note_seed_version`: the contents that seeds had, and since when. -#}
{% macro make_seed_versions() -%}
    create schema if not exists ref;
    create table if not exists ref.seed_versions (
        seed text, checksum text, loaded_at timestamptz
    )
{%- endmacro %}
