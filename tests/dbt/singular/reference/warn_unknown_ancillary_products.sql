{{ config(severity='warn') }}

{#- They keep the operator's word as their product until the seed knows them. -#}
select distinct
    prices.iso,
    prices.operator_product,
    'add it to seeds/reference/ancillary_products.csv, then: '
    || 'gridhouse build --full-refresh --select ancillary_products+' as what_to_do
from {{ ref('fct_ancillary_price_intervals_revisions') }} as prices
left join {{ ref('ancillary_products') }} as products
    on
        prices.iso = products.iso
        and prices.operator_product = products.operator_product
where
    products.product is null
    and {{ untested('prices._built_at') }}
