{#- Rows of files that name hours by their end and have no flag for the repeated one, with
    `clock_hour` (text, 1 to 24) and `repeated_hour_flag` as files with a flag would have them.

    On the autumn day such a file either counts its hours from 1 to 25, so that hour 3 is the second
    passage of hour ending 02, or prints hour ending 02 twice, the first passage first.

    rows: name of a CTE. market_date, hour_ending: its columns. key: columns that, with them, make a
    row of a file unique; none where nothing does, and a doubled hour then has no flag (the clock time
    stays unresolved). The autumn day is the first Sunday of November, as in the United States
    since 2007: only that day's rows are looked at more closely. -#}
{% macro hours_without_flag(rows, market_date, hour_ending, key) -%}
    {%- set hour = "cast(try_cast(replace(trim(" ~ hour_ending ~ "), ':00', '') as double) as integer)" -%}
    select
        shown.*,
        cast(
            case when autumn.last_hour = 25 and autumn.hour >= 3 then autumn.hour - 1
                else {{ hour }} end as varchar
        ) as clock_hour,
        case
            when autumn.last_hour = 25 and autumn.hour = 3 then 'Y'
            when autumn.last_hour < 25 and autumn.hour = 2
                then {{ "case autumn.nth when 1 then 'N' when 2 then 'Y' end" if key else 'null' }}
            else 'N'
        end as repeated_hour_flag
    from {{ rows }} as shown
    left join (
        select
            _file_id as of_file,
            _row_number as of_row,
            {{ hour }} as hour,
            max({{ hour }}) over (partition by _file_id, {{ market_date }}) as last_hour,
            {{ "row_number() over (partition by _file_id, " ~ market_date ~ ", " ~ hour ~ ", "
                ~ (key | join(', ')) ~ " order by _row_number)" if key else 1 }} as nth
        from {{ rows }}
        where month({{ market_date }}) = 11 and day({{ market_date }}) <= 7
            and dayofweek({{ market_date }}) = 0
    ) as autumn on shown._file_id = autumn.of_file and shown._row_number = autumn.of_row
{%- endmacro %}
