{#- Fails for each row whose published CAISO day and hour are not those of its instant. Rows without
    an hour (the XML form has none) pass. -#}
{% test opr_hour_agrees(model, starts_at, opr_dt, opr_hr) %}
select *
from {{ model }}
where
    {{ opr_hour(starts_at) }} <> {{ opr_hr }}
    or cast(timezone('America/Los_Angeles', {{ starts_at }}) as date) <> {{ opr_dt }}
{% endtest %}
