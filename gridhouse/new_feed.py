"""A feed from AEMO's data model: the YAML and the staging SQL of a table of the MMS.

The model comes as two CSVs in one folder, which gridhouse does not carry:

- `mmsdm_*_columns.csv`, an extract of AEMO's MMS Data Model Report (which has it as a document): a
  row a column, with table, position, column, type (`decimal(15,5)`, `date`, `varchar(20)`),
  mandatory and primary_key (Y or N) and comment. Read are table, column, type, primary_key and
  comment, which may be empty.
- `table_config_*.csv`, the configuration of AEMO's loader: REPORT_NAME, REPORT_SUB_TYPE (NULL for
  none) and DESTINATION_TABLE, the first row of a table being its newest report.

What is written passes as it is: parse, conventions and lint.
"""

from __future__ import annotations

import csv
import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

STAMP = "'%Y/%m/%d %H:%M:%S'"
WIDTH = 98
LINEAGE = ("_file_id", "_row_number", "_published_at", "_fetched_at", "_loaded_at")
# AEMO's words for what gridhouse calls the same everywhere (docs/naming.md)
STANDARD = {
    "regionid": "location",
    "duid": "resource",
    "interconnectorid": "interface",
    "constraintid": "constraint_name",
    "genconid": "constraint_name",
}
TRADING_MINUTES = "{{ nem_trading_minutes('settlementdate') }}"
# how old the newest row may be, by how often the feed is published
FRESH = {
    "PT5M": "{count: 30, period: minute}",
    "PT30M": "{count: 3, period: hour}",
    "P1D": "{count: 3, period: day}",
    "P7D": "{count: 15, period: day}",
    "P31D": "{count: 60, period: day}",
}
# what must be in the two files of the data model
MODEL_COLUMNS = ("table", "column", "type", "primary_key", "comment")
CONFIG_COLUMNS = ("REPORT_NAME", "REPORT_SUB_TYPE", "DESTINATION_TABLE")
INTERVAL_KEYS = ("settlementdate", "interval_datetime", "datetime")
# columns that a staging model has besides those of its table
TIMES = ("interval_start", "interval_end", "market_date", "trading_date", "interval_minutes")
# two underscores, or one at the end, come out of the load as something else
PLAIN = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")


class NoSuchTable(Exception):
    """The data model cannot be read, or lacks the table; the message says what to do."""


class BadNames(Exception):
    """The table cannot become YAML and SQL as its names are; the message lists what is wrong."""


@dataclass(frozen=True)
class Field:
    """A column: as published, as landed and as staged. `staged` is empty where it is not staged."""

    source: str
    data_type: str
    description: str
    key: bool = False
    optional: bool = False
    unit: str = ""
    kind: str = ""
    measured: str = ""
    endless: bool = False
    staged: str = ""
    also: tuple[str, ...] = ()
    from_name: str = ""

    @property
    def name(self) -> str:
        return self.source.lower()

    @property
    def expression(self) -> str:
        """SQL of the staged column."""
        if self.data_type == "text":
            value = f"trim({self.name})"
        elif self.data_type == "timestamp" and self.staged.endswith("_date"):
            value = f"cast({self.name} as date)"
        elif self.data_type == "timestamp":
            value = f"{{{{ nem_interval_end('{self.name}') }}}}"
        else:
            value = self.name
        return value if value == self.staged else f"{value} as {self.staged}"


@dataclass(frozen=True)
class Table:
    """A landed table and its staging model.

    minutes: length of the interval that the column `interval` ends, in minutes or as SQL; none for
    rows without an interval. grain: published columns that tell the rows of a file apart.
    """

    name: str
    record: str
    description: str
    fields: tuple[Field, ...]
    grain: tuple[str, ...]
    staging: str
    interval: str = ""
    minutes: int | str = 0
    ignored: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    market: str = ""

    @property
    def staged_grain(self) -> list[str]:
        names = {f.name: f.staged for f in self.fields} | {self.interval: "interval_start"}
        return [names[g] for g in self.grain if names[g]]


@dataclass(frozen=True)
class Feed:
    """What the YAML of a feed says."""

    id: str
    title: str
    product_id: str
    group: str
    description: str
    landing_page: str
    cadence: str
    online_days: int
    index: tuple[str, ...]
    names: tuple[str, ...]
    tables: tuple[Table, ...]
    folders: tuple[str, ...] = ()
    ignore_tables: tuple[str, ...] = ()
    on_request: bool = False
    eras: tuple[tuple[str, str], ...] = (
        ("public_dvd", "monthly tables to July 2024"),
        ("public_archive", "monthly tables since August 2024"),
    )


# from the data model


def draft(table: str, folder: Path, columns: Iterable[str] = ()) -> Feed:
    """The feed of one table of the data model in `folder`; with `columns`, landing only these.

    All but the keys are optional, since eras differ. Raises NoSuchTable, and BadNames before
    anything is written.
    """
    table = table.upper()
    model = _columns(folder, table)
    known = {c["column"].upper() for c in model}
    wanted = {c.upper() for c in columns}
    if wanted - known:
        raise NoSuchTable(f"{table} has no column {', '.join(sorted(wanted - known))}")
    keys = {c["column"].upper() for c in model if c["primary_key"] == "Y"}
    chosen = [c for c in model if not wanted or c["column"].upper() in wanted | keys]
    left = [c["column"].upper() for c in model if c not in chosen]
    record, *others = _records(folder, table)
    interval = next((k for k in INTERVAL_KEYS if k.upper() in keys), "")
    minutes = _minutes(record) if interval else 0
    fields = tuple(_field(c) for c in chosen)
    made = Table(
        name=table.lower(),
        record=record,
        description=f"One row per {', '.join(_words(f) for f in fields if f.key)} and file.",
        fields=fields,
        grain=tuple(f.name for f in fields if f.key),
        staging=table.lower(),
        interval=interval if minutes else "",
        minutes=minutes,
        ignored=tuple(left),
        settings=(f"also_records: [{', '.join(others)}]",) if others else (),
    )
    _check_names(made)
    return Feed(
        id=f"nem_{table.lower()}",
        title=table,
        product_id=table,
        group="other",
        description=f"Monthly table {table} of the MMS.",
        landing_page="https://www.nemweb.com.au/Data_Archive/Wholesale_Electricity/MMSDM/",
        cadence="P31D",
        online_days=7300,
        index=(f"mmsdm: [{table}]",),
        names=monthly_names(table),
        tables=(made,),
    )


def _check_names(table: Table) -> None:
    """Raise BadNames unless YAML and SQL take each name as it is, and no two are the same."""
    faults = [] if table.grain else ["it has no key: mark one with primary_key Y"]
    faults += [f"its name {why}" for why in _odd(table.name, ())]
    words = _sql_words()
    columns: dict[str, list[str]] = {}
    for field in table.fields:
        faults += [f"column {field.source} {why}" for why in _odd(field.name, words)]
        columns.setdefault(_in_staging(field, table), []).append(field.source)
    for staged, sources in columns.items():
        if len(sources) > 1:
            faults.append(f"columns {', '.join(sources)} would all be {staged} in staging")
        elif staged in _own_columns(table):
            faults.append(f"column {sources[0]} has the name {staged} of a column that is added")
    faults += [f"column {n} is no plain word" for n in table.ignored if not _is_text(n)]
    if faults:
        raise BadNames(
            f"{table.name.upper()} cannot be written: {'; '.join(faults)}. Leave out columns that "
            "are no key by naming the others with --column, or write the YAML and the SQL by hand"
        )


def _odd(name: str, words: Iterable[str]) -> list[str]:
    """What is wrong with a name, lower case, none or one."""
    if not PLAIN.fullmatch(name.upper()):
        return ["is not made of letters, digits and single underscores, a letter first"]
    if name in words:
        return ["is a word of SQL"]
    return [] if _is_text(name) else ["is a value of YAML, such as yes and no"]


def _is_text(name: str) -> bool:
    """Whether YAML reads the name as just this text, alone and in a list."""
    try:
        return yaml.safe_load(f"[{name}]") == [name]
    except yaml.YAMLError:
        return False


def _sql_words() -> set[str]:
    """Words that cannot be the name of a column without quotes."""
    with duckdb.connect() as connection:
        found = connection.execute(
            "select keyword_name from duckdb_keywords() "
            "where keyword_category in ('reserved', 'type_function')"
        ).fetchall()
    return {word for (word,) in found}


def _in_staging(field: Field, table: Table) -> str:
    return table.interval if field.name == table.interval else field.staged


def _own_columns(table: Table) -> set[str]:
    """Names that the staging model gives to columns of its own."""
    timed = {"ends_at", "minutes"} if isinstance(table.minutes, str) else set()
    return {"iso", *(TIMES if table.interval else ()), *timed}


def monthly_names(*tables: str) -> tuple[str, ...]:
    """Patterns on the names of the monthly files of `tables`, in both eras."""
    either = tables[0] if len(tables) == 1 else f"({'|'.join(tables)})"
    return (rf"^PUBLIC_DVD_{either}\d?_\d", rf"^PUBLIC_ARCHIVE\W\d*{either}\W")


def _rows(folder: Path, pattern: str, needed: tuple[str, ...]) -> list[dict[str, str]]:
    files = sorted(folder.glob(pattern))
    if not files:
        raise NoSuchTable(
            f"{folder} has no {pattern}: make it of AEMO's MMS Data Model Report (columns "
            f"{', '.join(needed)}) and name its folder with --data-model"
        )
    with files[-1].open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in needed if name not in (reader.fieldnames or ())]
        if missing:
            raise NoSuchTable(f"{files[-1]} lacks the column(s) {', '.join(missing)}")
        return list(reader)


def _columns(folder: Path, table: str) -> list[dict[str, str]]:
    rows = _rows(folder, "mmsdm_*_columns.csv", MODEL_COLUMNS)
    found = [r for r in rows if r["table"].upper() == table]
    if not found:
        known = ", ".join(sorted({r["table"] for r in rows}))
        raise NoSuchTable(f"the data model has no table {table}; it has {known}")
    return found


def _records(folder: Path, table: str) -> list[str]:
    """What the table is called in files, in all eras."""
    found = []
    for row in _rows(folder, "table_config_*.csv", CONFIG_COLUMNS):
        if row["DESTINATION_TABLE"].upper() == table:
            sub = row["REPORT_SUB_TYPE"].strip()
            found.append(row["REPORT_NAME"] + (f".{sub}" if sub and sub != "NULL" else ""))
    if not found:
        raise NoSuchTable(f"table_config_*.csv does not say in which report {table} comes")
    return list(dict.fromkeys(found))


def _minutes(record: str) -> int | str:
    report = record.split(".")[0]
    known = {"DISPATCH": 5, "P5MIN": 5, "PREDISPATCH": 30, "ROOFTOP": 30}
    return TRADING_MINUTES if report == "TRADING" else known.get(report, 0)


def data_type(model_type: str) -> str:
    """gridhouse's type for one of the model: `decimal(15,5)`, `date`, `varchar(20)`..."""
    kind = model_type.lower()
    if kind.startswith(("decimal", "numeric", "number", "integer")):
        whole = kind.startswith("integer") or re.search(r",\s*0\)", kind)
        return "bigint" if whole else "double"
    return "timestamp" if kind.startswith("date") else "text"


def staged_name(source: str, kind: str) -> str:
    """Standard name of a published column where there is one; an instant ends in `_at`."""
    name = source.lower()
    if kind == "timestamp":
        return "last_changed_at" if name == "lastchanged" else f"{name}_at"
    return STANDARD.get(name, name)


def _field(column: dict[str, str]) -> Field:
    kind, key = data_type(column["type"]), column["primary_key"] == "Y"
    return Field(
        source=column["column"].upper(),
        data_type=kind,
        description=" ".join(column["comment"].split()) or f"{column['column']} as published.",
        key=key,
        optional=not key,
        endless=kind == "timestamp" and "END" in column["column"].upper(),
        staged=staged_name(column["column"], kind),
    )


def _words(field: Field) -> str:
    return field.source.lower().replace("_", " ")


# to text


def feed_yaml(feed: Feed) -> str:
    """The whole YAML file of a feed."""
    lines = [
        "version: 2",
        "",
        "sources:",
        f"  - name: {feed.id}",
        "    database: raw",
        "    schema: nem",
        "    loader: dlt",
        *_wrapped("description", feed.description, 4),
        "    config:",
        "      loaded_at_field: _loaded_at",
        f"      freshness: {{warn_after: {FRESH[feed.cadence]}}}",
        "      meta:",
        "        feed:",
        *_wrapped("title", feed.title, 10),
        f"          product_id: {feed.product_id}",
        f"          group: {feed.group}",
        f"          landing_page: {feed.landing_page}",
        "          time_zone: Australia/Brisbane",
        f"          cadence: {feed.cadence}",
        f"          online_days: {feed.online_days}",
        *(["          on_request: true"] if feed.on_request else []),
        "          index:",
        "            kind: nemweb",
        *(f"            {line}" for line in feed.index),
        "          names:",
        *(f"            - '{name}'" for name in feed.names),
        *_flow("folders", feed.folders, 10),
        *_flow("ignore_tables", feed.ignore_tables, 10),
        "          eras:",
        *(line for name, text in feed.eras for line in _wrapped(name, text, 12)),
        "    tables:",
        *(line for table in feed.tables for line in _landed_yaml(table)),
        "",
        "models:",
        *(line for table in feed.tables for line in _staging_yaml(table)),
    ]
    return "\n".join(lines) + "\n"


def _landed_yaml(table: Table) -> list[str]:
    return [
        f"      - name: {table.name}",
        *_wrapped("description", table.description, 8),
        "        config:",
        "          meta:",
        "            table:",
        "              parse: aemo_csv",
        f"              record: {table.record}",
        *_flow("grain", (*table.grain, "_file_id"), 14),
        *(f"              {line}" for line in table.settings),
        *_flow("ignore_columns", table.ignored, 14),
        "        columns:",
        *(line for field in table.fields for line in _column_yaml(field)),
    ]


def _column_yaml(field: Field) -> list[str]:
    meta = [
        ("also", f"[{', '.join(field.also)}]" if field.also else ""),
        ("from_name", f"'{field.from_name}'" if field.from_name else ""),
        ("format", STAMP if field.data_type == "timestamp" else ""),
        ("key", "true" if field.key else ""),
        ("optional", "true" if field.optional else ""),
        ("endless", "true" if field.endless else ""),
        ("unit", field.unit),
        ("kind", field.kind),
        ("measured", field.measured),
    ]
    said = ", ".join(f"{k}: {v}" for k, v in meta if v)
    return [
        f"          - name: {field.name}",
        f"            data_type: {field.data_type}",
        *_wrapped("description", field.description, 12),
        *([f"            config: {{meta: {{{said}}}}}"] if said else []),
    ]


def _staging_yaml(table: Table) -> list[str]:
    lines = [
        f"  - name: stg_nem__{table.staging}",
        *_wrapped("description", table.description, 4),
        "    data_tests:",
        "      - unique_grain:",
        *_flow("arguments: {columns", (*table.staged_grain, "_file_id"), 10, "}"),
        "    columns:",
        *_documented("iso"),
    ]
    if table.market:
        lines += _documented("market")
    lines += [line for f in table.fields if _is_id(f, table) for line in _staged_column(f)]
    if table.interval:
        documented = ["interval_start", "interval_end", "market_date", "trading_date"]
        if isinstance(table.minutes, str):
            documented.append("interval_minutes")
        lines += [line for name in documented for line in _documented(name)]
    lines += [line for f in table.fields if _is_value(f, table) for line in _staged_column(f)]
    return lines + [line for name in LINEAGE for line in _documented(name.lstrip("_"), name)]


def _is_id(field: Field, table: Table) -> bool:
    return field.name in table.grain and field.name != table.interval and bool(field.staged)


def _is_value(field: Field, table: Table) -> bool:
    return bool(field.staged) and not _is_id(field, table) and field.name != table.interval


def _documented(doc: str, name: str = "") -> list[str]:
    return [f"      - {{name: {name or doc}, description: '{{{{ doc(\"stg_{doc}\") }}}}'}}"]


def _staged_column(field: Field) -> list[str]:
    meta = [("unit", field.unit), ("kind", field.kind), ("measured", field.measured)]
    said = ", ".join(f"{k}: {v}" for k, v in meta if v)
    return [
        f"      - name: {field.staged}",
        *_wrapped("description", field.description, 8),
        *([f"        config: {{meta: {{{said}}}}}"] if said else []),
    ]


def _wrapped(key: str, text: str, indent: int) -> list[str]:
    """`key: text` as YAML, folded where it is long."""
    space, text = " " * indent, " ".join(text.split())
    line = f"{space}{key}: {text}"
    plain = re.fullmatch(r"[A-Za-z0-9][^:#{}\[\]'\"`|>*&!%@]*", text)
    if len(line) <= WIDTH and plain:
        return [line]
    filled = textwrap.wrap(text, WIDTH - indent - 2, break_long_words=False)
    return [f"{space}{key}: >-", *(f"{space}  {part}" for part in filled)]


def _flow(key: str, values: Iterable[str], indent: int, end: str = "") -> list[str]:
    """`key: [a, b]` as YAML, over several lines where it is long; nothing for no values."""
    values = list(values)
    if not values:
        return []
    space = " " * indent
    line = f"{space}{key}: [{', '.join(values)}]{end}"
    if len(line) <= WIDTH:
        return [line]
    filled = textwrap.wrap(", ".join(values), WIDTH - indent - 2, break_long_words=False)
    return [f"{space}{key}: [", *(f"{space}  {part}" for part in filled), f"{space}]{end}"]


def staging_sql(table: Table, feed_id: str) -> str:
    """The staging model: UTC, standard names, one row for each landed one."""
    before = ["'NEM' as iso", *([f"'{table.market}' as market"] if table.market else [])]
    ids = [f.expression for f in table.fields if _is_id(f, table)]
    values = [f.expression for f in table.fields if _is_value(f, table)]
    times, rows, timed = [], "source", ""
    if table.interval:
        column = table.interval
        start = f"{{{{ nem_interval_end('{column} - interval {table.minutes} minutes') }}}}"
        end = f"{{{{ nem_interval_end('{column}') }}}}"
        is_sql = isinstance(table.minutes, str)
        if is_sql:
            rows, start, end = "timed", "{{ add_minutes('ends_at', '-minutes') }}", "ends_at"
            timed = TIMED.format(column=column, minutes=table.minutes)
        times = [
            f"{start} as interval_start",
            f"{end} as interval_end",
            f"{{{{ nem_market_date('{column}') }}}} as market_date",
            f"{{{{ nem_trading_date('{column}') }}}} as trading_date",
            *(["minutes as interval_minutes"] if is_sql else []),
        ]
    lines = ",\n".join(f"        {c}" for c in [*before, *ids, *times, *values, *LINEAGE])
    return SQL.format(feed=feed_id, table=table.name, timed=timed, lines=lines, rows=rows)


TIMED = """
timed as (
    select
        *,
        {{{{ nem_interval_end('{column}') }}}} as ends_at,
        {minutes} as minutes
    from source
),
"""
SQL = """with source as (
    {{{{ landed(source('{feed}', '{table}')) }}}}
),
{timed}
final as (
    select
{lines}
    from {rows}
)

select * from final
"""


def write(feed: Feed, folder: Path) -> list[Path]:
    """Write a feed's files into `folder`. Raises FileExistsError for one that is there."""
    texts = {folder / f"{feed.id}.yml": feed_yaml(feed)}
    texts |= {folder / f"stg_nem__{t.staging}.sql": staging_sql(t, feed.id) for t in feed.tables}
    for path in texts:
        if path.exists():
            raise FileExistsError(f"{path} is there already")
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return list(texts)
