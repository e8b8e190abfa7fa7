"""The rows behind a data test that warned or failed: by which key, in which file."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from extract.locks import Locked, opened

SHOWN = 3
FILE_IDS = ("file_id", "_file_id")


def offenders(test, manifest, warehouse: Path, raw: Path) -> str:
    """Up to three rows that a dbt data test found, one a line, or why they cannot be read.

    `test` is the node as it ran, `manifest` the project's. Call it when dbt has closed its files.
    """
    quoted = str(raw).replace("'", "''")
    try:
        with opened(warehouse, 0) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"attach '{quoted}' as raw (read_only)")  # as profiles.yml does
            found = connection.execute(f"from (\n{test.compiled_code}\n) limit {SHOWN}")
            names = [name for name, *_ in found.description]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
            files = _file_names(connection, {r[n] for r in rows for n in FILE_IDS if r.get(n)})
    except (duckdb.Error, Locked) as error:
        reason, _, _ = str(error).strip().partition("\n")
        return f"\n  its rows could not be read: {reason}"
    shown = _helpful(test, manifest, names)
    return "".join("\n  " + ", ".join(_cell(n, row[n], files) for n in shown) for row in rows)


def _helpful(test, manifest, names: list[str]) -> list[str]:
    """The columns that tell which row it is and what is wrong with it, in their order.

    Those that make one row of the model, that the test names or that it computes, and the origin.
    A test of no single model selects what is worth knowing itself.
    """
    model = manifest.nodes.get(getattr(test, "attached_node", None))
    if model is None:
        return names
    grains = [
        node.test_metadata.kwargs["columns"]
        for node in manifest.nodes.values()
        if getattr(node, "attached_node", None) == test.attached_node
        and node.test_metadata.name == "unique_grain"
    ]
    words = set(re.findall(r"\w+", f"{grains} {test.test_metadata.kwargs}"))
    wanted = words.union(FILE_IDS, ["_row_number"])
    return [n for n in names if n in wanted or not (n in model.columns or n.startswith("_"))]


def _file_names(connection: duckdb.DuckDBPyConnection, ids: set[str]) -> dict[str, str]:
    """Names of files by id; those that no build has put into `ops.files` yet are missing."""
    built = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'ops' and table_name = 'files'"
    ).fetchone()
    if not built or not ids:
        return {}
    return dict(
        connection.execute(
            "select file_id, name from ops.files where list_contains(?, file_id)", [list(ids)]
        ).fetchall()
    )


def _cell(name: str, value: object, files: dict[str, str]) -> str:
    text = f"{name}={'null' if value is None else value}"
    return f"{text} ({files[value]})" if name in FILE_IDS and value in files else text
