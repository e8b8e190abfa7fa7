with catalogue as (
    {{ catalogue_rows() }}
),

files as (
    select
        feed,
        count(*) filter (where status = 'landed') as file_count,
        count(*) filter (where status = 'quarantined') as quarantined_file_count,
        sum(rows_landed) as row_count,
        sum(rows_rejected) as rejected_row_count,
        min(published_at) as first_published_at,
        max(published_at) as last_published_at,
        max(loaded_at) as last_loaded_at
    from {{ ref('fct_files') }}
    group by feed
),

intervals as (
    select
        feed,
        min(first_interval_start) as first_interval_start,
        max(last_interval_start) as last_interval_start
    from {{ ref('int_files__row_counts') }}
    group by feed
)

select
    catalogue.feed,
    isos.iso,
    catalogue.operator,
    catalogue.title,
    catalogue.product_id,
    catalogue.feed_group,
    catalogue.cadence,
    catalogue.time_zone,
    cast(catalogue.online_days as integer) as online_days,
    catalogue.landing_page,
    catalogue.index_kind != 'manual' as is_listed,
    lower(catalogue.on_request) = 'true' as is_on_request,
    cast(nullif(catalogue.last_run, '') as date) as last_run_date,
    catalogue.description,
    cast(coalesce(files.file_count, 0) as bigint) as file_count,
    cast(coalesce(files.quarantined_file_count, 0) as bigint) as quarantined_file_count,
    cast(coalesce(files.row_count, 0) as bigint) as row_count,
    cast(coalesce(files.rejected_row_count, 0) as bigint) as rejected_row_count,
    files.first_published_at,
    files.last_published_at,
    files.last_loaded_at,
    intervals.first_interval_start,
    intervals.last_interval_start
from catalogue
-- trials have an operator of their own, `<operator>_rtcmt`
left join {{ ref('isos') }} as isos on split_part(catalogue.operator, '_', 1) = isos.operator
left join files on catalogue.feed = files.feed
left join intervals on catalogue.feed = intervals.feed
