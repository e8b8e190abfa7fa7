select * from {{ ref('int_resources__units') }}
