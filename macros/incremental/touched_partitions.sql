{#- Which partitions of the model that is being built have rows newer than what it holds, or none if
    it has to be built whole.

    relation: what the model reads. It has `_loaded_at`, the columns of `groups` and that of `day`.
    groups, day: what a partition is; by default the model's `unique_key`, whose last name is the day.
    within: SQL condition on the model's own rows, where only some of them come from `relation`.

    The model keeps `_loaded_at`; the newest one of a group is the group's watermark, and a group that
    the model has never seen is touched whole.

    Returns a list of {columns, values, day, first, last}: a group and a range of its days. Days that
    follow each other are one range; many scattered ranges are merged across small gaps, since
    computing some days in vain is cheaper than a long union. -#}
{% macro touched_partitions(relation, groups=none, day=none, within='true') -%}
    {%- if not execute or not is_incremental() -%}
        {{ return(none) }}
    {%- endif -%}
    {%- if as_of_instant() -%}
        {{ exceptions.raise_compiler_error(
            "as_of is set, but " ~ this ~ " already holds rows. Build the past into a file of its own: "
            ~ "let GRIDHOUSE_WAREHOUSE name a new one, or rebuild the one it names with --full-refresh."
        ) }}
    {%- endif -%}
    {%- set groups = groups or config.get('unique_key')[:-1] -%}
    {%- set day = day or config.get('unique_key')[-1] -%}
    {{ return(new_days(relation, groups, day, watermarks(this, groups, within))) }}
{%- endmacro %}
