{{ config(severity='warn') }}
-- A capacity of the register that is neither a number nor a dash is null in staging: tell of it.
with published as (
    unpivot (
        select
            _file_id,
            duid,
            {{ register_text('reg_cap_generation') }} as registered_capacity,
            {{ register_text('max_cap_generation') }} as max_capacity,
            {{ register_text('reg_cap_consumption') }} as registered_consumption,
            {{ register_text('max_cap_consumption') }} as max_consumption,
            {{ register_text('maximum_storage_capacity') }} as storage
        from {{ source('nem_registration_list', 'registered_units') }}
    )
    on registered_capacity, max_capacity, registered_consumption, max_consumption, storage
    into name what value cell
)

select *
from published
where try_cast(cell as double) is null
