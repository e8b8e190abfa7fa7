{#- The blocks of an ancillary offer as a list of structs, without the empty ones.

    fields: {name in the struct: column}, `{n}` in a column for the number of the block. blocks: how
    many there are. size: the field without which a block is empty. -#}
{% macro offer_blocks(fields, blocks, size) -%}
    list_filter([
        {%- for n in range(1, blocks + 1) %}
        {
            {%- for name, column in fields.items() -%}
            '{{ name }}': {{ column | replace('{n}', n) }}{{ ', ' if not loop.last }}
            {%- endfor -%}
        }
        {{- ',' if not loop.last }}
        {%- endfor %}
    ], block -> block.{{ size }} is not null)
{%- endmacro %}
