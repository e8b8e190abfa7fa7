{#- Periods of days as a mapping of the code to [first day, length]: SQL of the first day of the period
    that a day lies in, and of the interval to the day after its last.

    Weeks begin on Monday; seasons with December, March, June and September (January and February
    belong to the December before); financial years on 1 July.

    market_date: SQL expression, a date. -#}
{% macro calendar_periods(market_date='market_date') -%}
    {%- set quarter = "date_trunc('quarter', " ~ market_date ~ " + interval 1 month)" -%}
    {%- set half = "date_trunc('year', " ~ market_date ~ " + interval 6 months)" -%}
    {{ return({
        '1d': [market_date, 'interval 1 day'],
        '7d': ["date_trunc('week', " ~ market_date ~ ')', 'interval 7 days'],
        '1M': ["date_trunc('month', " ~ market_date ~ ')', 'interval 1 month'],
        '3M': ["date_trunc('quarter', " ~ market_date ~ ')', 'interval 3 months'],
        'season': [quarter ~ ' - interval 1 month', 'interval 3 months'],
        '1y': ["date_trunc('year', " ~ market_date ~ ')', 'interval 1 year'],
        'fy': [half ~ ' - interval 6 months', 'interval 1 year'],
    }) }}
{%- endmacro %}
