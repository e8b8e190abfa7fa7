{#- The rows of a ledger table of every operator. The ledger is not cut at `as_of`: it tells what we
    have, not what the operators said. -#}
{% macro ledger(table) -%}
    {%- for operator in ['apvi', 'bom', 'caiso', 'ercot', 'ercot_rtcmt', 'nem', 'wem'] %}
    {{ landed(source(operator ~ '_ledger', table), known_at=none) }}
    {{ 'union all by name' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
