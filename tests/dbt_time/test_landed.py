"""Which landed rows a reader sees: complete loads alone, and what was known at `as_of`."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import duckdb
import pytest

from .conftest import CompilerError, Macros

ROWS = """
create schema ercot;
create table ercot._dlt_loads as select * from (values ('1', 0), ('3', 1)) as l (load_id, status);
create table ercot.prices as
select
    name,
    published::timestamptz as _published_at,
    fetched::timestamptz as _fetched_at,
    load_id as _dlt_load_id
from (values
    ('old', '2026-01-01 00:00:00+00', '2026-01-05 00:00:00+00', '1'),
    ('new', '2026-02-01 00:00:00+00', '2026-02-01 00:00:00+00', '1'),
    ('undated', null, '2026-01-20 00:00:00+00', '1'),
    ('killed', '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', '2'),
    ('failed', '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', '3')
) as r (name, published, fetched, load_id);
"""


@dataclass
class Relation:
    identifier: str
    database: str = "memory"
    schema: str = "ercot"
    is_cte: bool = False

    def __str__(self) -> str:
        return self.identifier if self.is_cte else f"{self.schema}.{self.identifier}"


def seen(relation: Relation, known_at: str | None = "", **variables) -> set:
    """Names of the rows that `landed` gives."""
    macros = Macros(**variables)
    macros.env.globals["api"] = SimpleNamespace(Relation=SimpleNamespace(create=Relation))
    more = {} if known_at == "" else {"known_at": known_at}
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(ROWS)
        query = macros.landed(relation, **more)
        return {r[0] for r in connection.execute(f"select name from ({query})").fetchall()}


def test_rows_of_incomplete_loads_are_not_seen():
    assert seen(Relation("prices")) == {"old", "new", "undated"}


@pytest.mark.parametrize(
    ("as_of", "names"),
    [
        ("2026-01-10T00:00:00Z", {"old"}),
        ("2026-01-20 10:00:00+10:00", {"old", "undated"}),
        ("2026-01-19T17:59:59-06:00", {"old"}),
        ("2026-03-01T00:00:00.5Z", {"old", "undated", "new"}),
        ("2025-01-01T00:00Z", set()),
        (None, {"old", "undated", "new"}),
        ("", {"old", "undated", "new"}),
    ],
)
def test_as_of_hides_what_was_not_known_yet(as_of, names):
    assert seen(Relation("prices"), as_of=as_of) == names


def test_the_ledger_is_not_cut_at_as_of():
    names = seen(Relation("prices"), known_at=None, as_of="2025-01-01T00:00Z")
    assert names == {"old", "new", "undated"}


@pytest.mark.parametrize("text", ["2026-01-01", "2026-01-01T00:00:00", "yesterday", "20260101T00Z"])
def test_as_of_without_an_offset_is_refused(text):
    with pytest.raises(CompilerError, match="must be an instant with its offset"):
        Macros(as_of=text).as_of_instant()


def test_as_of_is_written_in_utc():
    assert Macros(as_of="2026-03-01T06:00:00-06:00").as_of_instant() == (
        "timestamptz '2026-03-01 12:00:00+00:00'"
    )
