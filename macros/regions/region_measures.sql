{#- Columns of `fct_region_intervals` that rollups add up beside its own: what means and shares rest on.
    A share compares the intervals of which both sides are known. -#}
{% macro region_measures(relation) -%}
    select
        *,
        case when settlement_price is not null then demand_mwh end as priced_demand_mwh,
        settlement_price * demand_mwh as demand_value,
        case when generation_emissions_t is not null then generation_mwh end
            as emissions_generation_mwh,
        case when imports_emissions_t is not null then imports_mwh end as emissions_imports_mwh,
        case when exports_emissions_t is not null then exports_mwh end as emissions_exports_mwh,
        case when imports_emissions_mix_t is not null then imports_mwh end as emissions_mix_imports_mwh,
        case when exports_emissions_mix_t is not null then exports_mwh end as emissions_mix_exports_mwh,
        case when renewable_proportion is not null then demand_gross_mwh end
            as compared_demand_mwh,
        case when renewable_proportion is not null then generation_renewable_mwh end
            as compared_renewable_mwh,
        case when renewable_proportion is not null then generation_renewable_with_storage_mwh end
            as compared_renewable_with_storage_mwh
    from {{ relation }}
{%- endmacro %}
