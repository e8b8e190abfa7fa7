-- Since version 3 OASIS gives each component of a price a CSV of its own. In the zip of an answer
-- they are one file; outside of it their names tell that they are one publication.
select distinct
    file_id,
    regexp_replace(name, '_(LMP|MCE|MCC|MCL|MGHG)(_v[0-9]+)', '\2') as publication
from {{ ref('stg_ledger__files') }}
where
    operator = 'caiso'
    and regexp_matches(name, '_(LMP|MCE|MCC|MCL|MGHG)_v[0-9]+')
