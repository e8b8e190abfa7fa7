{#- What a battery is, as the struct that `python_models/bess` reads: MWh stored per MWh taken, MWh drawn
    per MWh delivered, and per MW of power the drain (MW), the loss to resistance at full power (MW),
    the standard deviation of a day's balance (MWh) and the capacity (MWh). -#}
{% macro battery_cell(stored, drawn, drain, resistance, day_sd, duration) -%}
    struct_pack(
        stored_per_mwh := cast({{ stored }} as double),
        drawn_per_mwh := cast({{ drawn }} as double),
        drain_share := cast({{ drain }} as double),
        resistive_share := cast({{ resistance }} as double),
        day_sd_hours := cast({{ day_sd }} as double),
        duration_hours := cast({{ duration }} as double)
    )
{%- endmacro %}
