with source as (
    {{ landed(source('nem_constraint_definitions', 'gencondata')) }}
),

final as (
    select
        'NEM' as iso,
        cast(effectivedate as date) as effective_date,
        versionno as version_no,
        trim(genconid) as constraint_name,
        trim(constrainttype) as relation,
        constraintvalue as constraint_value,
        trim(description) as description,
        genericconstraintweight as violation_weight,
        {{ nem_interval_end('authoriseddate') }} as authorised_at,
        trim(dynamicrhs) as dynamic_rhs_flag,
        {{ nem_interval_end('lastchanged') }} as last_changed_at,
        trim(dispatch) as dispatch_flag,
        trim(predispatch) as predispatch_flag,
        trim(stpasa) as stpasa_flag,
        trim(mtpasa) as mtpasa_flag,
        trim(impact) as impact,
        trim(source) as source,
        trim(limittype) as limit_type,
        trim(reason) as reason,
        trim(modifications) as modifications,
        trim(additionalnotes) as additional_notes,
        _file_id,
        _row_number,
        _published_at,
        _fetched_at,
        _loaded_at
    from source
)

select * from final
