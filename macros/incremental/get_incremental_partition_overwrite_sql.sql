{#- Incremental strategy `partition_overwrite`: replaces whole partitions.

    The model's `unique_key` names the partition, not a row: whatever the new rows hold of it is all
    that there is of it. A partition that the new rows lack is left alone: landed rows are never taken
    back, so a day does not become empty. Delete and insert are one transaction, so a killed build
    leaves the old rows.
    (dbt's own `delete+insert` with the same key would join each old row to each new one.)

    Days that `gridhouse rebuild` asks for are emptied first: there a row that nothing gives any more
    must go. -#}
{% macro get_incremental_partition_overwrite_sql(arg_dict) -%}
    {%- set key = arg_dict['unique_key'] -%}
    {%- if not key or key is string -%}
        {{ exceptions.raise_compiler_error(
            'partition_overwrite: `unique_key` must list the columns of the partition'
        ) }}
    {%- endif -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set source = arg_dict['temp_relation'] -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) %}
    {%- if asked_days() %}
    delete from {{ target }}
    where market_date between date '{{ var("rebuild")["first"] }}' and date '{{ var("rebuild")["last"] }}';
    {%- endif %}

    delete from {{ target }} as old
    using (select distinct {{ key | join(', ') }} from {{ source }}) as new
    where
        {%- for column in key %}
        old.{{ column }} = new.{{ column }}{{ ' and' if not loop.last }}
        {%- endfor %};

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ source }}
{%- endmacro %}
