{#- Whether a value may be a record at all, by `value`, `aggregate`, `has_all_resources` and the columns
    of `ref.record_metrics`: a condition. -#}
{% macro is_record_value() -%}
    (not_before is null or market_date >= not_before)
        and (most is null or value <= most)
        and case aggregate
            when 'high' then takes_negatives or value >= least_high
            else has_all_resources and (takes_negatives or value > 0)
        end
{%- endmacro %}
