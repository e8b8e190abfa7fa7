select * from {{ ref('stg_ercot__rejected_rows') }}
union all
select * from {{ ref('stg_caiso__rejected_rows') }}
union all
select * from {{ ref('stg_nem__rejected_rows') }}
