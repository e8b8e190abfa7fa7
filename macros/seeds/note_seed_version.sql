{#- SQL that notes the content of the seed that was just loaded, if it is another one than before: the
    `post-hook` of all seeds. The first content is noted as of always. -#}
{% macro note_seed_version() -%}
    insert into ref.seed_versions by name
    select
        '{{ model.name }}' as seed,
        '{{ model.checksum.checksum }}' as checksum,
        case when count(*) = 0 then timestamptz '-infinity' else {{ built_at() }} end as loaded_at
    from ref.seed_versions
    where seed = '{{ model.name }}'
    having arg_max(checksum, loaded_at) is distinct from '{{ model.checksum.checksum }}'
{%- endmacro %}
