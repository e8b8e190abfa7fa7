{#- SQL of the settlement prices of Australian regions in steps of five minutes, as iso, location,
    interval_start and price: a price of half an hour holds for each of its steps.

    prices: `fct_price_intervals_revisions`. ranges: days (see `day_ranges`), none for all. -#}
{% macro settlement_prices(prices, ranges) -%}
    select
        iso,
        location,
        unnest(generate_series(
            interval_start, interval_end - interval 5 minutes, interval 5 minutes
        )) as interval_start,
        price
    from {{ rows_of(prices, ranges) }}
    where
        is_latest
        and iso in ('NEM', 'WEM')
        and market = 'TRADING'
        and location_type = 'REGION'
{%- endmacro %}
