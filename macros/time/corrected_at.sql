{#- The instant from which a price correction of ERCOT holds, and by which corrections of one price are
    ordered: PriceCorrectionTime on the Central clock, of a landed table of NP4-196-M or NP4-197-M.

    It carries no flag of the repeated hour (DSTFlag is the delivery hour's): within that hour, the
    file's publication is taken. -#}
{% macro corrected_at() -%}
    coalesce(
        {{ local_to_utc('price_correction_time', 'America/Chicago', 'cast(null as text)') }},
        _published_at,
        _fetched_at
    )
{%- endmacro %}
