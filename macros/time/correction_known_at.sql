{#- The instant from which a price correction of ERCOT counts as known: when its file was posted, or
    PriceCorrectionTime, whichever is later. A correction may be dated days before it is posted. -#}
{% macro correction_known_at() -%}
    greatest({{ corrected_at() }}, _published_at)
{%- endmacro %}
