{#- Rows of files that name hours by their end, in ERCOT's clock time, and have no flag for the repeated
    one, with the instant `interval_start` at which the hour begins; null where that can't be said.

    On the autumn day such a file either counts its hours from 1 to 25, so that hour 3 is the second
    passage of hour ending 02, or prints hour ending 02 twice, the first passage first.

    rows: sub-query. hour_ending: its column. key: columns that, with the hour, make a row of a file
    unique; none where nothing does, and a doubled hour then has no instant. The autumn day is the
    first Sunday of November, as in the United States since 2007: only that day's rows are looked at
    more closely. On all others one look-up of the clock serves all rows of an hour: it costs more
    than all else. -#}
{% macro hours_without_flag(rows, hour_ending, key) -%}
    {%- set hour = "cast(try_cast(replace(trim(" ~ hour_ending ~ "), ':00', '') as double) as integer)" -%}
    {%- set clock_hour = 'cast(case when last_hour = 25 and hour >= 3 then hour - 1 else hour end as text)' -%}
    {%- set flag -%}
        case
            when last_hour = 25 and hour = 3 then 'Y'
            when last_hour < 25 and hour = 2
                then {{ "case nth when 1 then 'N' when 2 then 'Y' end" if key else 'null' }}
            else 'N'
        end
    {%- endset -%}
    select
        shown.*,
        case when autumn.of_row is null then hours.hour_start else autumn.hour_start end
            as interval_start
    from {{ rows }} as shown
    left join (
        select
            *,
            {{ local_to_utc('clock_start', 'America/Chicago', "'N'") }} as hour_start
        from (
            select
                *,
                {{ hour_ending_start('delivery_date', hour_ending) }} as clock_start
            from (select distinct delivery_date, {{ hour_ending }} from {{ rows }} as named)
        )
    ) as hours
        on shown.delivery_date = hours.delivery_date
            and shown.{{ hour_ending }} is not distinct from hours.{{ hour_ending }}
    left join (
        select
            _file_id as of_file,
            _row_number as of_row,
            {{ local_to_utc('clock_start', 'America/Chicago', 'repeated') }} as hour_start
        from (
            select
                *,
                {{ hour_ending_start('delivery_date', clock_hour) }} as clock_start,
                {{ flag }} as repeated
            from (
                select
                    *,
                    max(hour) over (partition by _file_id, delivery_date) as last_hour,
                    {{ "row_number() over (partition by _file_id, delivery_date, hour, "
                        ~ (key | join(', ')) ~ " order by _row_number)" if key else 1 }} as nth
                from (
                    select
                        {% for column in ['_file_id', '_row_number', 'delivery_date'] + key -%}
                        {{ column }},
                        {% endfor -%}
                        {{ hour }} as hour
                    from {{ rows }} as of_autumn
                    where month(delivery_date) = 11 and day(delivery_date) <= 7
                        and dayofweek(delivery_date) = 0
                )
            )
        )
    ) as autumn on shown._file_id = autumn.of_file and shown._row_number = autumn.of_row
{%- endmacro %}
