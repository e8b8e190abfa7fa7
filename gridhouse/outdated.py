"""Tables of the warehouse that an earlier version made with other columns, and keeps."""

from __future__ import annotations

from pathlib import Path

import duckdb

from extract.locks import Locked, opened

KEPT = ("seed", "incremental")


def other_columns(node, warehouse: Path) -> str | None:
    """What to do about a seed or incremental model whose table has other columns than its YAML.

    None where they are the same, the table is not there, is made anew by each build, or nothing can
    be told. `node` is one of dbt's results; call it when dbt has closed the file.
    """
    if node.config.materialized not in KEPT:
        return None
    wanted = {name.lower() for name in getattr(node, "columns", None) or ()}
    try:
        with opened(warehouse, 0) as connection:
            there = {
                name.lower()
                for (name,) in connection.execute(
                    "select column_name from duckdb_columns() "
                    "where schema_name = ? and table_name = ?",
                    [node.schema, node.alias],
                ).fetchall()
            }
    except (duckdb.Error, Locked):
        return None
    if not wanted or not there or wanted == there:
        return None
    differences = [
        f"{what} {', '.join(sorted(names))}"
        for what, names in (("without", wanted - there), ("with", there - wanted))
        if names
    ]
    return (
        f"the table in {warehouse} is of another version ({'; '.join(differences)}). Run the "
        "commands under 'Upgrading a warehouse' in CHANGELOG.md; if this table is not named there, "
        f"`gridhouse build --full-refresh --select {node.name}+`"
    )
