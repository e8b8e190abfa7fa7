{#- The days that `selects` (of iso and market_date) give, as a list of {iso, first, last}, days as ISO
    dates.

    Days that follow each other are one range. At most so many ranges per area as the variable
    `most_day_ranges` says: gaps of up to a week are bridged, then of a month, then any, since computing
    some days in vain is cheaper than a long union. -#}
{% macro day_ranges(selects) -%}
    {%- set found = run_query(
        "select distinct iso, market_date - date '1970-01-01' as day_number from ("
        ~ selects | join('\nunion all\n') ~ ') where market_date is not null order by all'
    ) -%}
    {%- set numbers = {} -%}
    {%- for row in found.rows -%}
        {%- do numbers.setdefault(row[0], []).append(row[1] | int) -%}
    {%- endfor -%}
    {%- set epoch = modules.datetime.date(1970, 1, 1) -%}
    {%- set ranges = [] -%}
    {%- for iso, days in numbers.items() -%}
        {%- set chosen = namespace(spans=none) -%}
        {%- for gap in [1, 7, 31, 1000000] if chosen.spans is none -%}
            {%- set spans = [] -%}
            {%- for day in days -%}
                {%- if spans and day - spans[-1][1] <= gap -%}
                    {%- do spans.append([spans.pop()[0], day]) -%}
                {%- else -%}
                    {%- do spans.append([day, day]) -%}
                {%- endif -%}
            {%- endfor -%}
            {%- if spans | length <= var('most_day_ranges') -%}
                {%- set chosen.spans = spans -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for first, last in chosen.spans -%}
            {%- do ranges.append({
                'iso': iso,
                'first': (epoch + modules.datetime.timedelta(days=first)).isoformat(),
                'last': (epoch + modules.datetime.timedelta(days=last)).isoformat()
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(ranges) }}
{%- endmacro %}
