{#- A column of awards that is zero or blank for all batteries of a day is a column that was read
    wrong (such as the `RRS Awarded` of the first years, which stands empty since it was split in
    three), if the product was there to be won: its price stands beside the awards, or somebody won it
    within a month before or after. Fewer than fifty batteries may well win nothing.

    Contingency reserve is bought since 2023-06-10 only. Responsive reserve of batteries is of two kinds
    at one price: it tells that the usual one, by primary frequency response, should have awards, but
    not that fast frequency response should. -#}
{%- set columns = {
    'awarded_quantity': ['energy_mw', 'energy_price'],
    'regup_awarded': ['regup_mw', 'regup_price'],
    'regdown_awarded': ['regdn_mw', 'regdn_price'],
    'rrs_awarded, all kinds': [
        'coalesce(rrs_undivided_mw, 0) + coalesce(rrspfr_mw, 0) + coalesce(rrsffr_mw, 0)',
        'rrs_price'
    ],
    'rrspfr_awarded': ['rrspfr_mw', 'rrs_price'],
    'rrsffr_awarded': ['rrsffr_mw', 'null'],
    'ecrssd_awarded': ['ecrssd_mw', 'ecrs_price'],
    'nonspin_awarded': ['nspin_mw', 'nspin_price'],
} -%}
{%- set kinds = ['rrspfr_awarded', 'rrsffr_awarded'] -%}
{%- set first_days = {'ecrssd_awarded': '2023-06-10'} -%}

with untested_days as (
    select
        min(market_date) - 60 as first_date,
        max(market_date) + 60 as last_date
    from {{ ref('int_bess__dam_awards') }}
    where {{ untested('_built_at') }} and side <> 'LOAD'
),

awards as (
    select
        awards.*,
        {{ untested('awards._built_at') }} as is_untested
    from {{ ref('int_bess__dam_awards') }} as awards
    inner join untested_days
        on awards.market_date between untested_days.first_date and untested_days.last_date
    where awards.side <> 'LOAD'
),

days as (
    {% for column, (quantity, price) in columns.items() -%}
    select
        iso,
        side,
        market_date,
        '{{ column }}' as empty_column,
        count(distinct resource) as battery_count,
        count(*) filter (where {{ quantity }} <> 0) as award_count,
        count({{ price }}) as price_count,
        bool_or(is_untested) as is_untested
    from awards
    {% if column in first_days -%}
    where market_date >= date '{{ first_days[column] }}'
    {% endif -%}
    group by
        iso,
        side,
        market_date
    {% if column in kinds -%}
    having count(rrs_undivided_mw) = 0
    {% endif -%}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

-- a day that comes later makes an empty one before it suspicious, too
neighbours as (
    select
        *,
        sum(award_count) over near as near_award_count,
        bool_or(is_untested) over near as is_near_untested
    from days
    window near as (
        partition by iso, side, empty_column
        order by market_date
        range between interval 30 days preceding and interval 30 days following
    )
)

select
    iso,
    market_date,
    side,
    empty_column,
    battery_count,
    price_count,
    near_award_count
from neighbours
where
    is_near_untested
    and battery_count >= 50
    and award_count = 0
    and (price_count > 0 or near_award_count > 0)
