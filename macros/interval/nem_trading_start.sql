{#- Start of the NEM trading interval that a dispatch interval lies in: the half hour before October
    2021, itself since. interval_start, market_date: SQL expressions of the dispatch interval. -#}
{% macro nem_trading_start(interval_start, market_date) -%}
    case
        when {{ market_date }} < date '2021-10-01'
            then make_timestamptz(epoch_us({{ interval_start }}) // 1800000000 * 1800000000)
        else {{ interval_start }}
    end
{%- endmacro %}
