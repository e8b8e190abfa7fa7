-- Of two records that follow each other the later one is stronger and rests on the earlier one.
select *
from (
    select
        record_id,
        aggregate,
        value,
        previous_instance_id,
        is_current,
        lag(value) over by_record as value_before,
        lag(instance_id) over by_record as instance_before,
        lead(instance_id) over by_record as next_instance
    from {{ ref('rpt_records') }}
    where revoked_at is null
    window by_record as (partition by record_id order by interval_start)
)
where
    previous_instance_id is distinct from instance_before
    or is_current <> (next_instance is null)
    or case aggregate when 'high' then value <= value_before else value >= value_before end
