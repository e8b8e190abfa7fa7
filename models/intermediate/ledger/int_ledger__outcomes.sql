select * from {{ ref('stg_ercot__outcomes') }}
union all
select * from {{ ref('stg_caiso__outcomes') }}
union all
select * from {{ ref('stg_nem__outcomes') }}
