{#- The NEM rows that tell what really flowed: those of the intervention run (INTERVENTION = 1) where
    there is one for the interval, else those of the only run (docs/decisions/
    0002_intervention_runs.md). A month comes in several files: the two runs may be in two of them.

    relation: a staging model of a dispatch table, with intervention and interval_start. -#}
{% macro physical_run(relation) -%}
    select *
    from {{ relation }}
    where intervention <> 0
    union all
    select pricing.*
    from {{ relation }} as pricing
    where
        pricing.intervention = 0
        and not exists (
            select 1
            from {{ relation }} as physical
            where
                physical.intervention <> 0
                and physical.market_date = pricing.market_date
                and physical.interval_start = pricing.interval_start
        )
{%- endmacro %}
