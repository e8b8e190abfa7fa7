"""The catalogue: one YAML file per feed, read by dlt here and by dbt as its sources.

The files lie in `models/staging/<operator>/<feed>.yml` (`docs/cookbook/add_a_product.md` explains
them). A key that this loader does not know is an error, so that a typo cannot silently change what
lands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from extract import json_paths

CATALOGUE = Path(__file__).resolve().parent.parent / "models" / "staging"

DataType = Literal["text", "double", "bigint", "date", "timestamp"]


class CatalogueError(Exception):
    """A feed's YAML is wrong; the message names the file, the key and what to do."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class Column(_Strict):
    """One landed column. `source_names` are the published headers that it is read from.

    `format` is how a date or a time is written; where that differs between files, a list, of which
    the first that fits the column's first value holds. `from_name` takes the value from the
    member's name: the first group of a pattern. `endless`: a day far ahead (2999) says that there
    is no end.
    """

    name: str
    data_type: DataType
    source_name: str | None = None
    also: tuple[str, ...] = ()
    format: str | tuple[str, ...] | None = None
    from_name: str | None = None
    key: bool = False
    optional: bool = False
    unit: str | None = None
    kind: Literal["rate", "quantity"] | None = None
    measured: str | None = None
    endless: bool = False

    @cached_property
    def source_names(self) -> tuple[str, ...]:
        """Normalized headers (trimmed, lower case) that this column answers to."""
        if self.from_name:
            return ()
        return tuple(normalize_header(n) for n in (self.source_name or self.name, *self.also))

    @cached_property
    def formats(self) -> tuple[str, ...]:
        return (self.format,) if isinstance(self.format, str) else self.format or ()


class Table(_Strict):
    """One landed table of a feed. `members` are patterns on the names of what lands in it: members
    of a zip, sheets of a workbook. A blank in a name counts as an underscore. `footer_lacks` names
    the column by whose lack the footer of a sheet is told from its data.

    `stacked_header`: the names of a workbook's columns go on in the rows below the header, down to
    the first row with all keys. `also_records`: what AEMO called `record` in other eras.
    `in_versions`: an AEMO file may hold the same rows in several versions, of which the one with
    the most rows lands (of equals the highest). `quoted_lines`: texts may hold line breaks.

    Of JSON: `records` are paths to its rows (`extract.json_paths`), `other_records` those of
    another era, for documents without any of `records`; `carry` brings values from above the
    records; `where` keeps the rows in which two columns are equal.
    """

    name: str
    parse: Literal["csv", "aemo_csv", "oasis", "workbook", "json", "notice"]
    columns: tuple[Column, ...]
    grain: tuple[str, ...]
    record: str | None = None
    members: tuple[str, ...] = (r"\.csv$",)
    records: tuple[str, ...] = ()
    other_records: tuple[str, ...] = ()
    carry: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    footer_lacks: str | None = None
    ignore_columns: tuple[str, ...] = ()
    stacked_header: bool = False
    also_records: tuple[str, ...] = ()
    in_versions: bool = False
    quoted_lines: bool = False

    @cached_property
    def by_header(self) -> dict[str, Column]:
        """Normalized published header -> column."""
        return {name: c for c in self.columns for name in c.source_names}

    @cached_property
    def ignored(self) -> frozenset[str]:
        return frozenset(normalize_header(n) for n in self.ignore_columns)

    @cached_property
    def required(self) -> tuple[Column, ...]:
        """The columns that every file has."""
        return tuple(c for c in self.columns if not c.optional and not c.from_name)

    def holds(self, member: str) -> bool:
        """Whether a member (or sheet) of this name lands in this table."""
        name = member.replace(" ", "_")
        return any(re.search(p, name, re.IGNORECASE) for p in self.members)

    def fits(self, header: set[str]) -> bool:
        """Whether a header (normalized) has all that is required and nothing unknown."""
        known = self.by_header.keys() | self.ignored
        return header <= known and all(header.intersection(c.source_names) for c in self.required)


class Published(_Strict):
    """Where a file's name says when it was published (a stamp on the feed's clock)."""

    regex: str
    format: str


class FeedSettings(_Strict):
    """What a feed's `meta.feed` says.

    `marked` is a pattern that the path of each of its files has (folders, file, members of a zip):
    market trials come in the same form as production, and a path with a mark belongs to no feed
    without it, nor the other way round.
    """

    title: str
    product_id: str
    group: str
    landing_page: str
    time_zone: str
    cadence: timedelta
    online_days: int
    first_run: date | None = None  # of the product: nothing was published before
    last_run: date | None = None  # of a product that ended: nothing was published after
    on_request: bool = False  # so large, or so long listed, that it is fetched only by its name
    index: dict[str, Any]
    names: tuple[str, ...]
    folders: tuple[str, ...] = ()
    marked: str | None = None
    published: Published | tuple[Published, ...] = ()
    eras: Any = None
    ignore_tables: tuple[str, ...] = ()
    ignore_members: tuple[str, ...] = ()
    licence: str | None = None


class Feed(FeedSettings):
    """What one operator publishes under one product, and the tables that land from it."""

    id: str
    operator: str
    description: str
    tables: tuple[Table, ...]

    @cached_property
    def is_listed(self) -> bool:
        """Whether the operator can be asked for it; else its files come from a folder."""
        return self.index.get("kind") != "manual"

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def stamps(self) -> tuple[Published, ...]:
        """How a name may say when its file was published; the first that it has holds."""
        return (self.published,) if isinstance(self.published, Published) else self.published

    @cached_property
    def name_patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(n, re.IGNORECASE) for n in self.names)

    @cached_property
    def parse(self) -> str:
        return self.tables[0].parse

    @cached_property
    def members(self) -> tuple[str, ...]:
        """Patterns on the names of the members of a zip that are read."""
        if self.parse == "workbook":
            return (r"\.xls[xmb]?$",)
        return tuple(dict.fromkeys(m for t in self.tables for m in t.members))

    @cached_property
    def mark(self) -> re.Pattern[str] | None:
        return re.compile(self.marked, re.IGNORECASE) if self.marked else None

    def ignores(self, member: str) -> bool:
        """Whether a member (or sheet) of this name is left out on purpose."""
        return any(re.search(p, member, re.IGNORECASE) for p in self.ignore_members)

    def table_of(self, member: str, header: set[str]) -> Table | None:
        """The table that a CSV member lands in: the only one, else by its name, else its header."""
        if len(self.tables) == 1:
            return self.tables[0]
        for tables in (
            [t for t in self.tables if t.holds(member)],
            [t for t in self.tables if t.fits(header)],
        ):
            if len(tables) == 1:
                return tables[0]
        return None

    def tables_for_record(self, record: str) -> list[Table]:
        """The tables that an AEMO record (`DISPATCH.PRICE`) lands in: several where AEMO publishes
        different columns under one name."""
        return [t for t in self.tables if record == t.record or record in t.also_records]


def normalize_header(name: str) -> str:
    """A header in lower case, with one blank where it has several or a line break."""
    return " ".join(name.strip().strip('"').split()).lower()


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

    def select_to_fetch(self, names: list[str]) -> list[Feed]:
        """As `select`, without the feeds `on_request` that no name of their own asks for."""
        wanted = {name.lower() for name in names}
        return [
            f
            for f in self.select(names)
            if not f.on_request or wanted & {f.id, f.product_id.lower()}
        ]


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
    declared = (
        {"name": c["name"], "data_type": c["data_type"], **c.get("config", {}).get("meta", {})}
        for c in table["columns"]
        if not c["name"].startswith("_")  # lineage columns are ours, not published
    )
    columns = TypeAdapter(tuple[Column, ...]).validate_python(
        tuple(column for c in declared for column in _repeated(c))
    )
    return Table(name=table["name"], columns=columns, **table["config"]["meta"]["table"])


def _repeated(column: dict[str, Any]) -> list[dict[str, Any]]:
    """A column that is published many times, as points of a curve are: `{n}` counts from 1."""
    times = column.pop("repeat", None)
    if times is None:
        return [column]

    def numbered(value: Any, n: int) -> Any:
        if isinstance(value, list):
            return [numbered(v, n) for v in value]
        return value.replace("{n}", str(n)) if isinstance(value, str) else value

    return [{k: numbered(v, n) for k, v in column.items()} for n in range(1, times + 1)]


def _check(feed: Feed) -> None:
    _ = feed.zone, feed.name_patterns, feed.mark
    _check_index(feed)
    if len({t.parse for t in feed.tables}) != 1:
        raise ValueError("all tables of a feed need the same `parse`")
    for table in feed.tables:
        names = [c.name for c in table.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"table {table.name}: a column is declared twice")
        unknown = set(table.grain) - set(names) - {"_file_id", "_row_number"}
        if unknown:
            raise ValueError(f"table {table.name}: grain names unknown columns {sorted(unknown)}")
        if table.footer_lacks and table.footer_lacks not in names:
            raise ValueError(f"table {table.name}: footer_lacks names no column of it")
        if table.stacked_header and not any(c.key and not c.from_name for c in table.columns):
            raise ValueError(f"table {table.name}: `stacked_header` needs a key to end at")
        for path in (*table.records, *table.other_records):
            json_paths.check(path)
        if table.parse == "aemo_csv" and not table.record:
            raise ValueError(f"table {table.name}: an aemo_csv table needs `record`")
        for column in table.columns:
            if column.data_type in ("date", "timestamp") and not column.formats:
                raise ValueError(f"{table.name}.{column.name}: a {column.data_type} needs `format`")


def _check_index(feed: Feed) -> None:
    """What a listing would find wrong only when it is asked for."""
    index = feed.index
    if index.get("kind") == "url":
        if bool(index.get("paths")) != bool(index.get("base")):
            raise ValueError("index: `paths` and `base`, the setting with their site, go together")
        urls = index.get("urls") or []
        if not urls and not index.get("paths"):
            raise ValueError("index: kind url needs `urls`, or `base` and `paths`")
        for url in urls if isinstance(urls, list) else [urls]:
            if not isinstance(urls, list) or not re.match(r"https?://[^/@\s]+/\S*$", str(url)):
                raise ValueError(
                    f"index: `urls` is a list of whole addresses (https://host/path), not {url!r}"
                )
    if index.get("kind") == "dated_url":
        missing = [key for key in ("base", "paths", "period") if not index.get(key)]
        if missing or index["period"] not in ("DAY", "MONTH", "YEAR"):
            raise ValueError(
                "index: kind dated_url needs `base`, `paths` and a `period` of DAY, MONTH or YEAR"
            )
    if index.get("kind") == "directory" and not (index.get("base") and index.get("current")):
        raise ValueError("index: kind directory needs `base` and `current`, a list of folders")
    if "api_endpoint" in index or "api_date_field" in index:
        _check_endpoint(feed)


def _check_endpoint(feed: Feed) -> None:
    """Rows of a data endpoint land in the one table that has the field of its days."""
    missing = [
        key
        for key in ("api_product", "api_endpoint", "api_date_field")
        if not isinstance(feed.index.get(key), str)
    ]
    if missing:
        raise ValueError(f"index: a data endpoint also needs {', '.join(missing)}")
    header = normalize_header(feed.index["api_date_field"])
    columns = [c for c in feed.tables[0].columns if header in c.source_names]
    if len(feed.tables) != 1 or not columns or columns[0].data_type not in ("date", "timestamp"):
        raise ValueError(
            f"index: api_date_field {feed.index['api_date_field']} is no published name of a date "
            "or timestamp of the feed's one table"
        )
