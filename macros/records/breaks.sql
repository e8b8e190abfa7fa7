{#- The rows of a relation that beat every earlier one of their series, as something to select from.

    series: columns that tell series apart; `strength` is what is compared, and greater beats. -#}
{% macro breaks(relation, series) -%}
    (
        select *
        from {{ relation }}
        qualify
            coalesce(
                strength > max(strength) over (
                    partition by {{ series }}
                    order by interval_start
                    rows between unbounded preceding and 1 preceding
                ),
                true
            )
    )
{%- endmacro %}
