{{ config(
    alias='records',
    materialized='incremental',
    incremental_strategy='partition_overwrite',
    unique_key=['record_id'],
    on_schema_change='fail'
) }}

{%- set series = 'iso, location, fueltech_id, metric, period, aggregate' %}
{%- set shown =
    'row(instance_id, previous_instance_id, is_current, significance, description_long)' %}
{%- set periods = ['day', 'month', 'quarter', 'year'] %}

with isos as (
    select * from {{ ref('isos') }}
),

groups as (
    select * from {{ ref('record_groups') }}
),

metrics as (
    select * from {{ ref('record_metrics') }}
),

scores as (
    select * from {{ ref('record_scores') }}
),

-- A climb may go on for as long as ten more intervals are not on file.
ends as (
    select
        iso,
        max(interval_end) as last_end
    from {{ ref('fct_region_intervals') }}
    group by iso
),

-- A price holds for as long as one settles, which may be longer than intervals are.
settlements as (
    select * from {{ ref('interval_spines') }}
    where mart = 'fct_price_intervals' and market = 'TRADING'
),

interval_breaks as (
    select
        tops.iso,
        tops.location,
        tops.fueltech_id,
        tops.metric,
        'interval' as period,
        tops.aggregate,
        tops.interval_start,
        coalesce(settlements.interval_minutes, tops.interval_minutes) as length_minutes,
        {{ add_minutes('tops.interval_start', 'length_minutes') }} as interval_end,
        tops.value
    from {{ record_breaks(
        ref('rpt_record_candidates'), 'iso, location, fueltech_id, metric, aggregate'
    ) }} as tops
    inner join ends on tops.iso = ends.iso
    left join settlements
        on
            tops.metric = 'price'
            and tops.iso = settlements.iso
            and (settlements.valid_from is null or tops.market_date >= settlements.valid_from)
            and (settlements.valid_to is null or tops.market_date <= settlements.valid_to)
    where
        {{ minutes_between('tops.interval_start', 'ends.last_end') }}
        > 10 * tops.interval_minutes
),

days as (
    select * from {{ ref('rpt_record_days') }}
),

-- A period counts when all its days do.
period_sums as (
    {%- for period in periods %}
    select
        iso,
        coalesce(location, '') as location,
        coalesce(fueltech_id, '') as fueltech_id,
        metric,
        '{{ period }}' as period,
        cast(date_trunc('{{ period }}', market_date) as date) as market_date,
        cast(date_trunc('{{ period }}', market_date) + interval 1 {{ period }} as date)
            as next_date,
        count(*) as day_count,
        -- over a longer period a unit that was silent for some intervals tells nothing
        bool_and(has_all_resources or '{{ period }}' <> 'day') as has_all_resources,
        cast(sum(cast(amount as decimal(24, 6))) as double) as amount,
        cast(sum(cast(base as decimal(24, 6))) as double) as base
    from days
    group by all
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

period_values as (
    select
        period_sums.iso,
        period_sums.location,
        period_sums.fueltech_id,
        period_sums.metric,
        period_sums.period,
        unnest(['high', 'low']) as aggregate,
        period_sums.market_date,
        timezone(isos.time_zone, cast(period_sums.market_date as timestamp)) as interval_start,
        timezone(isos.time_zone, cast(period_sums.next_date as timestamp)) as interval_end,
        period_sums.has_all_resources,
        round(
            case
                when period_sums.metric = 'proportion'
                    then 100 * period_sums.amount / nullif(period_sums.base, 0)
                else period_sums.amount
            end,
            metrics.decimals
        ) as value,
        metrics.least_high,
        metrics.most,
        metrics.takes_negatives,
        greatest(metrics.not_before, groups.not_before) as not_before
    from period_sums
    inner join isos on period_sums.iso = isos.iso
    inner join metrics
        on period_sums.metric = metrics.metric and period_sums.period = metrics.period
    left join groups on period_sums.fueltech_id = groups.fueltech_id
    where period_sums.day_count = period_sums.next_date - period_sums.market_date
),

eligible as (
    select
        *,
        case aggregate when 'high' then value else -value end as strength
    from period_values
    where {{ is_record_value() }}
),

found as (
    select
        iso,
        nullif(location, '') as location,
        nullif(fueltech_id, '') as fueltech_id,
        metric,
        period,
        aggregate,
        interval_start,
        interval_end,
        cast(null as integer) as length_minutes,
        value
    from {{ breaks('eligible', series) }}
    union all by name
    select * from interval_breaks
),

identified as (
    select
        found.*,
        lower(concat_ws(
            '.', 'au', found.iso, found.location, found.fueltech_id, found.metric, found.period,
            found.aggregate
        )) as record_id,
        cast(cast(md5(concat_ws(
            '|', record_id, epoch_us(found.interval_start), printf('%.2f', found.value)
        )) as uuid) as text) as instance_id,
        isos.time_zone,
        metrics.value_unit,
        metrics.decimals,
        coalesce(groups.name, 'Total') as group_name,
        groups.is_low_trivial,
        case found.aggregate when 'high' then groups.high_score else groups.low_score end
            as group_score
    from found
    inner join isos on found.iso = isos.iso
    inner join metrics on found.metric = metrics.metric and found.period = metrics.period
    left join groups on found.fueltech_id = groups.fueltech_id
),

-- Significance is fixed for some kinds of records and weighted for the others. A half goes to the
-- even number, as in Open Electricity.
fixed as (
    select * from {{ ref('record_significances') }}
),

weighted as (
    select
        identified.instance_id,
        sum(scores.weight * coalesce(
            scores.score, cast(identified.group_score as decimal(4, 0)), 0
        )) as score
    from identified
    inner join scores
        on
            scores.code = case scores.dimension
                when 'period' then identified.period
                when 'metric' then identified.metric
                when 'network' then identified.iso
                when 'place' then if(identified.location is null, 'network', 'region')
                when 'aggregate' then identified.aggregate
            end
            or scores.dimension = 'group'
    group by identified.instance_id
),

scored as (
    select
        identified.*,
        cast(case
            when fixed.fueltech_id is not null and identified.location is null
                then fixed.network_significance
            when fixed.fueltech_id is not null then fixed.region_significance
            when identified.metric = 'price' then 1
            when identified.aggregate = 'low' and identified.is_low_trivial then 1
            else round_even(weighted.score, 0)
        end as integer) as significance
    from identified
    inner join weighted on identified.instance_id = weighted.instance_id
    left join fixed
        on
            identified.fueltech_id = fixed.fueltech_id
            and identified.metric = fixed.metric
            and identified.period = fixed.period
            and identified.aggregate = fixed.aggregate
),

chained as (
    select
        *,
        lag(instance_id) over by_record as previous_instance_id,
        lag(value) over by_record as previous_value,
        lead(instance_id) over by_record is null as is_current,
        case
            when decimals = 0 then printf('%.0f', value) else printf('%.2f', value)
        end || ' ' || value_unit as shown_value,
        strftime(timezone(time_zone, interval_start), '%Y-%m-%d %H:%M') as shown_start
    from scored
    window by_record as (partition by record_id order by interval_start)
),

described as (
    select
        record_id,
        instance_id,
        iso as network_id,
        location as network_region,
        fueltech_id,
        metric,
        period,
        aggregate,
        interval_start,
        interval_end,
        shown_start as local_interval_start,
        value,
        value_unit,
        round(100 * (value - previous_value) / nullif(abs(previous_value), 0), 2) as pct_change,
        significance,
        concat_ws(
            ' ',
            case aggregate when 'high' then 'Highest' else 'Lowest' end,
            case period
                when 'interval' then length_minutes || '-minute'
                when 'day' then 'daily'
                else period || 'ly'
            end,
            case when metric <> 'price' then lower(group_name) end,
            case when fueltech_id is distinct from 'demand' or metric <> 'power' then metric end,
            'in',
            coalesce(location, 'the ' || iso)
        ) as description,
        previous_instance_id,
        previous_value,
        shown_value,
        is_current
    from chained
),

listed as (
    select
        record_id,
        instance_id,
        network_id,
        network_region,
        fueltech_id,
        metric,
        period,
        aggregate,
        interval_start,
        interval_end,
        local_interval_start,
        value,
        value_unit,
        pct_change,
        significance,
        description,
        concat(
            description, ': ', shown_value, ' from ', local_interval_start,
            case
                when previous_value is not null
                    then printf(', after %.10g %s', previous_value, value_unit)
            end,
            case when pct_change is not null then printf(' (%+.2f %%)', pct_change) end
        ) as description_long,
        previous_instance_id,
        is_current,
        cast(null as timestamptz) as revoked_at
    from described
),

{% if builds_whole() -%}
final as (
    select * from listed
)
{%- else -%}
known as (
    select * exclude (_built_at) from {{ this }}
),

-- Series whose list is another one now, or whose records have other neighbours or words.
changed as (
    select record_id
    from (
        select record_id, instance_id, {{ shown }} as shown, true as is_new
        from listed
        union all
        select record_id, instance_id, {{ shown }} as shown, false as is_new
        from known
        where revoked_at is null
    )
    group by all
    having list(shown order by instance_id) filter (where is_new)
        is distinct from list(shown order by instance_id) filter (where not is_new)
),

-- What was listed and rests on data that is no more stays, marked.
revoked as (
    select * replace (
        false as is_current,
        coalesce(revoked_at, {{ built_at() }}) as revoked_at
    )
    from known
    where instance_id not in (select instance_id from listed)
),

final as (
    select * from listed
    union all by name
    select * from revoked
    order by record_id
)
{%- endif %}

select
    *,
    {{ built_at() }} as _built_at
from final
{%- if not builds_whole() %}
where record_id in (select record_id from changed)
{%- endif %}
