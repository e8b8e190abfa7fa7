"""The catalogue: one YAML file per feed, read by dlt here and by dbt as its sources.

The files lie in `models/staging/<operator>/<feed>.yml` (`docs/cookbook/add_a_product.md` explains
them). A key that this loader does not know is an error, so that a typo cannot silently change what
lands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

CATALOGUE = Path(__file__).resolve().parent.parent / "models" / "staging"

DataType = Literal["text", "double", "bigint", "date", "timestamp"]


class CatalogueError(Exception):
    """A feed's YAML is wrong; the message names the file, the key and what to do."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class Column(_Strict):
    """One landed column. `source_names` are the published headers that it is read from."""

    name: str
    data_type: DataType
    source_name: str | None = None
    also: tuple[str, ...] = ()
    format: str | None = None
    key: bool = False
    optional: bool = False
    unit: str | None = None
    kind: Literal["rate", "quantity"] | None = None
    measured: str | None = None

    @cached_property
    def source_names(self) -> tuple[str, ...]:
        """Normalized headers (trimmed, lower case) that this column answers to."""
        return tuple(normalize_header(n) for n in (self.source_name or self.name, *self.also))


class Table(_Strict):
    """One landed table of a feed."""

    name: str
    parse: Literal["csv", "aemo_csv", "oasis"]
    columns: tuple[Column, ...]
    grain: tuple[str, ...]
    record: str | None = None
    members: tuple[str, ...] = (r"\.csv$",)
    ignore_columns: tuple[str, ...] = ()

    @cached_property
    def by_header(self) -> dict[str, Column]:
        """Normalized published header -> column."""
        return {name: c for c in self.columns for name in c.source_names}

    @cached_property
    def ignored(self) -> frozenset[str]:
        return frozenset(normalize_header(n) for n in self.ignore_columns)


class Published(_Strict):
    """Where a file's name says when it was published (a stamp on the feed's clock)."""

    regex: str
    format: str


class FeedSettings(_Strict):
    title: str
    product_id: str
    group: str
    landing_page: str
    time_zone: str
    cadence: timedelta
    online_days: int
    index: dict[str, Any]
    names: tuple[str, ...]
    folders: tuple[str, ...] = ()
    published: Published | None = None
    eras: Any = None
    ignore_tables: tuple[str, ...] = ()
    licence: str | None = None


class Feed(FeedSettings):
    """What one operator publishes under one product, and the tables that land from it."""

    id: str
    operator: str
    description: str
    tables: tuple[Table, ...]

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def name_patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(n, re.IGNORECASE) for n in self.names)

    @cached_property
    def parse(self) -> str:
        return self.tables[0].parse

    def table_for_record(self, record: str) -> Table | None:
        """The AEMO table that a report type and sub type (`DISPATCH.PRICE`) lands in."""
        return next((t for t in self.tables if t.record == record), None)


def normalize_header(name: str) -> str:
    return name.strip().strip('"').strip().lower()


class Catalogue:
    """All feeds, by id."""

    def __init__(self, feeds: list[Feed]):
        self.feeds = {f.id: f for f in sorted(feeds, key=lambda f: f.id)}

    def __iter__(self) -> Iterator[Feed]:
        return iter(self.feeds.values())

    def __getitem__(self, feed_id: str) -> Feed:
        return self.feeds[feed_id]

    @cached_property
    def operators(self) -> list[str]:
        return sorted({f.operator for f in self})

    def of(self, operator: str) -> list[Feed]:
        return [f for f in self if f.operator == operator]

    def select(self, names: list[str]) -> list[Feed]:
        """Feeds named by feed id, product id or operator; all of them for no names.

        Raises CatalogueError for a name that fits nothing, listing what there is.
        """
        if not names:
            return list(self)
        chosen: dict[str, Feed] = {}
        for name in names:
            wanted = name.lower()
            hits = [f for f in self if wanted in (f.id, f.operator, f.product_id.lower())]
            if not hits:
                raise CatalogueError(
                    f"no operator or feed is called {name!r}; operators: "
                    f"{', '.join(self.operators)}; feeds: {', '.join(self.feeds)}"
                )
            chosen |= {f.id: f for f in hits}
        return list(chosen.values())


@lru_cache(maxsize=4)
def load_catalogue(folder: Path = CATALOGUE) -> Catalogue:
    """Read every feed under `folder`.

    Raises CatalogueError naming the file and the key for anything that does not fit.
    """
    feeds = [feed for path in sorted(folder.rglob("*.yml")) for feed in _feeds_in(path)]
    seen: dict[str, str] = {}
    for feed in feeds:
        for table in feed.tables:
            name = f"{feed.operator}.{table.name}"
            if name in seen:
                raise CatalogueError(f"table {name} is declared by {seen[name]} and by {feed.id}")
            seen[name] = feed.id
    return Catalogue(feeds)


def _feeds_in(path: Path) -> Iterator[Feed]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or {}
    except yaml.YAMLError as error:
        raise CatalogueError(f"{path}: not valid YAML: {error}") from error
    for source in document.get("sources", []):
        meta = source.get("config", {}).get("meta", {})
        if "feed" in meta:  # sources without it (the ledger) are dbt's alone
            yield _feed(path, source, meta["feed"])


def _feed(path: Path, source: dict[str, Any], settings: dict[str, Any]) -> Feed:
    try:
        feed = Feed(
            id=source["name"],
            operator=source["schema"],
            description=source["description"],
            tables=tuple(_table(t) for t in source["tables"]),
            **FeedSettings(**settings).model_dump(),
        )
        _check(feed)
    except (ValidationError, KeyError, ValueError, TypeError) as error:
        raise CatalogueError(f"{path}: source {source.get('name')!r}: {error}") from error
    return feed


def _table(table: dict[str, Any]) -> Table:
    columns = TypeAdapter(tuple[Column, ...]).validate_python(
        tuple(
            {"name": c["name"], "data_type": c["data_type"], **c.get("config", {}).get("meta", {})}
            for c in table["columns"]
            if not c["name"].startswith("_")  # lineage columns are ours, not published
        )
    )
    return Table(name=table["name"], columns=columns, **table["config"]["meta"]["table"])


def _check(feed: Feed) -> None:
    _ = feed.zone, feed.name_patterns
    if len({t.parse for t in feed.tables}) != 1:
        raise ValueError("all tables of a feed need the same `parse`")
    for table in feed.tables:
        names = [c.name for c in table.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"table {table.name}: a column is declared twice")
        unknown = set(table.grain) - set(names) - {"_file_id", "_row_number"}
        if unknown:
            raise ValueError(f"table {table.name}: grain names unknown columns {sorted(unknown)}")
        if table.parse == "aemo_csv" and not table.record:
            raise ValueError(f"table {table.name}: an aemo_csv table needs `record`")
        for column in table.columns:
            if column.data_type in ("date", "timestamp") and not column.format:
                raise ValueError(f"{table.name}.{column.name}: a {column.data_type} needs `format`")
