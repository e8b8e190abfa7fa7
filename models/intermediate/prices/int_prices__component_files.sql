-- Since version 3 OASIS gives each component of a price a CSV of its own. In the zip of an answer
-- they are one file; outside of it their names tell that they are one publication. A correction has
-- the same names: the second file of a name belongs to the second publication.
select
    file_id,
    concat(
        regexp_replace(name, '_(LMP|MCE|MCC|MCL|MGHG)(_v[0-9]+)', '\2'),
        '#',
        row_number() over (partition by name order by _loaded_at, fetched_at, file_id)
    ) as publication
from {{ ref('stg_ledger__files') }}
where
    operator = 'caiso'
    and status = 'landed'
    and regexp_matches(name, '_(LMP|MCE|MCC|MCL|MGHG)_v[0-9]+')
