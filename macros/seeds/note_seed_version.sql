{#- SQL that notes the content of the seed that was just loaded, if it is another one than before: the
    `post-hook` of all seeds. What a warehouse without a note was made of is not known: its days are
    computed again once. -#}
{% macro note_seed_version() -%}
    insert into ref.seed_versions by name
    select
        '{{ model.name }}' as seed,
        '{{ model.checksum.checksum }}' as checksum,
        {{ built_at() }} as loaded_at
    from ref.seed_versions
    where seed = '{{ model.name }}'
    having arg_max(checksum, loaded_at) is distinct from '{{ model.checksum.checksum }}'
{%- endmacro %}
