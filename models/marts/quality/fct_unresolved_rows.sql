with unplaced as (
    select
        iso,
        feed,
        file_id,
        staging_model,
        row_number,
        market_date,
        case
            when market_date is null then 'the row has no day'
            else
                'no such hour that day, one that comes twice without its flag, or times that '
                || 'disagree'
        end as reason
    from {{ ref('int_rows__unresolved') }}
),

unmatched as (
    select
        iso,
        'ercot_np4_197_m' as feed,
        _file_id as file_id,
        'stg_ercot__sced_shadow_price_corrections' as staging_model,
        _row_number as row_number,
        market_date,
        case match_code
            when 'NONE'
                then
                    'no run that landed has the constraint that the row corrects: land NP6-86-CD '
                    || 'of the day'
            else 'the row may correct the constraint of several runs or stations'
        end as reason
    from {{ ref('int_constraints__sced_corrections') }}
    where match_code <> 'MATCHED'
)

select * from unplaced
union all
select * from unmatched
