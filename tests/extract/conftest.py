"""Landing files that a test writes."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from extract.catalogue import load_catalogue
from extract.run import Run


@pytest.fixture
def land(tmp_path, prepared_data):
    """Lands files given as {name: bytes or text}; returns (report, query function)."""
    folder, data = tmp_path / "files", prepared_data

    def run(files: dict[str, bytes | str], excerpts: bool = False):
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        catalogue = load_catalogue()
        with Run(data, catalogue, excerpts=excerpts) as work:
            work.from_folder(folder, list(catalogue))
        return work.report, lambda sql: _query(data / "raw.duckdb", sql)

    return run


def _query(raw: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(raw), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return connection.execute(sql).fetchall()
