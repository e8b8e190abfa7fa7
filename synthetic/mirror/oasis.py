"""OASIS SingleZip: cuts the rows that are asked for out of the stored answers.

Every rule of the service holds: start inclusive and end exclusive, at most 31 days, at most ten
nodes, the end ignored with `grp_type`, the price components of the real-time report in files of
their own, and errors as XML in a zip with status 200.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from starlette.requests import Request
from starlette.responses import Response

from synthetic.mirror.library import Entry, Library, OasisFile, read_csvs
from synthetic.zips import pack

PACIFIC = ZoneInfo("America/Los_Angeles")
NAMESPACE = "http://www.caiso.com/soa/OASISReport_v1.xsd"
MAX_DAYS, MAX_NODES = 31, 10
_GMT = "%Y-%m-%dT%H:%M:%S-00:00"
_DISCLAIMER = (
    "The contents of these pages are subject to change without notice. Decisions based on "
    "information contained within the California ISO's web site are the visitor's sole "
    "responsibility."
)

MESSAGES = {
    1000: "No data returned for the specified selection",
    1001: "Invalid value for a parameter",
    1002: "Invalid date format, please use the valid date format",
    1004: "Exceeded the date range for the requested report",
    1005: "Invalid report name",
    1017: "Exceeded the number of nodes for a request",
    1020: "Version is missing or not valid for the report",
}


@dataclass(frozen=True)
class Report:
    """What a report allows and which of its columns a parameter filters."""

    versions: tuple[int, ...]
    runs: tuple[str, ...]
    filters: dict[str, str]
    group_hours: int | None = None
    max_days: int = MAX_DAYS
    needs_nodes: bool = False
    by_component: bool = False
    resource: str = "NODE"
    value: str = "MW"


REPORTS = {
    "PRC_LMP": Report(
        (1, 12), ("DAM",), {"market_run_id": "MARKET_RUN_ID"}, group_hours=24, needs_nodes=True
    ),
    "PRC_INTVL_LMP": Report(
        (3,),
        ("RTM",),
        {"market_run_id": "MARKET_RUN_ID"},
        group_hours=1,
        needs_nodes=True,
        by_component=True,
        value="VALUE",
    ),
    "PRC_AS": Report(
        (1, 12),
        ("DAM", "HASP"),
        {"market_run_id": "MARKET_RUN_ID", "anc_type": "ANC_TYPE", "anc_region": "ANC_REGION"},
        max_days=1,
        resource="ANC_REGION",
    ),
    "SLD_FCST": Report(
        (1,),
        ("7DA", "2DA", "DAM", "RTM", "ACTUAL"),
        {
            "market_run_id": "MARKET_RUN_ID",
            "execution_type": "EXECUTION_TYPE",
            "tac_area_name": "TAC_AREA_NAME",
        },
        resource="TAC_AREA_NAME",
    ),
}
# Columns that tell one row from another, where a report has them.
_KEYS = (
    "INTERVALSTARTTIME_GMT",
    "NODE",
    "ANC_REGION",
    "TAC_AREA_NAME",
    "MARKET_RUN_ID",
    "EXECUTION_TYPE",
    "LMP_TYPE",
    "XML_DATA_ITEM",
)


class Refused(Exception):
    """A request that OASIS answers with an error code."""

    def __init__(self, code: int):
        super().__init__(MESSAGES[code])
        self.code = code


@dataclass(frozen=True)
class Query:
    """A request that is allowed: report, window (UTC), and what its rows must match."""

    name: str
    report: Report
    version: int
    run: str
    start: datetime
    end: datetime
    matches: dict[str, set[str]]
    as_csv: bool

    def answer_name(self, asked: datetime, part: str = "") -> str:
        """Name without suffix: Pacific trading dates, run, time of the request, version."""
        days = "_".join(f"{t.astimezone(PACIFIC):%Y%m%d}" for t in (self.start, self.end))
        return f"{days}_{self.name}_{self.run}{part}_{asked:%Y%m%d_%H_%M_%S}_v{self.version}"


def _instant(text: str) -> datetime:
    for pattern in ("%Y%m%dT%H:%M-0000", "%Y%m%dT%H:%M+0000", "%Y%m%dT%H:%MZ"):
        try:
            return datetime.strptime(text.replace(" ", "+"), pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise Refused(1002)


def parse(parameters: dict[str, str]) -> Query:
    """The query of a request.

    Raises:
        Refused: with the code that OASIS gives.
    """
    asked = {k.lower(): v for k, v in parameters.items()}
    name = asked.get("queryname", "").upper()
    report = REPORTS.get(name)
    if report is None:
        raise Refused(1005)
    if not asked.get("version", "").isdigit() or int(asked["version"]) not in report.versions:
        raise Refused(1020)
    run = asked.get("market_run_id", "").upper()
    if run not in report.runs and not (run in ("", "ALL") and name == "SLD_FCST"):
        raise Refused(1001)
    start, end = _instant(asked.get("startdatetime", "")), _instant(asked.get("enddatetime", ""))
    matches = {
        column: {v.strip() for v in asked[p].split(",")}
        for p, column in report.filters.items()
        if asked.get(p, "ALL").upper() != "ALL"
    }
    group = asked.get("grp_type", "").upper()
    if report.needs_nodes:
        if asked.get("node"):
            matches["NODE"] = {n.strip() for n in asked["node"].split(",")}
            if len(matches["NODE"]) > MAX_NODES:
                raise Refused(1017)
        elif group not in ("ALL", "ALL_APNODES"):
            raise Refused(1001)
    if group and report.group_hours:
        if group == "ALL_APNODES":
            matches["GRP_TYPE"] = {"ALL_APNODES"}
        start, end = _group_window(start, report.group_hours)
    elif end <= start:
        raise Refused(1001)
    elif end - start > timedelta(days=report.max_days, hours=1):
        # one hour more, for the day of 25 hours
        raise Refused(1004)
    as_csv = asked.get("resultformat", "5") == "6"
    run = run if run not in ("", "ALL") else "N"
    return Query(name, report, int(asked["version"]), run, start, end, matches, as_csv)


def _group_window(start: datetime, hours: int) -> tuple[datetime, datetime]:
    """With grp_type the end is ignored: one trading day, or one hour in real time."""
    if hours == 1:
        first = start.replace(minute=0)
        return first, first + timedelta(hours=1)
    day = start.astimezone(PACIFIC).date()
    return _midnight(day), _midnight(day + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PACIFIC).astimezone(UTC)


@dataclass
class Stored:
    """One CSV of a stored answer: header, lines as they are, and its columns as text."""

    header: str
    lines: list[str]
    columns: pa.Table

    def rows(self, query: Query) -> np.ndarray:
        """Numbers of the rows that the query asks for, in the file's order."""
        first, last = query.start.strftime(_GMT), query.end.strftime(_GMT)
        start = self.columns.column("INTERVALSTARTTIME_GMT")
        # the stamps are all in one form, so they compare as text
        asked = pc.and_(pc.greater_equal(start, first), pc.less(start, last))
        for name, allowed in query.matches.items():
            if name in self.columns.column_names:
                column = pc.utf8_trim_whitespace(self.columns.column(name))
                asked = pc.and_(asked, pc.is_in(column, pa.array(sorted(allowed), pa.string())))
        if query.name == "PRC_LMP" and query.version < 12:
            asked = pc.and_(asked, pc.not_equal(self.columns.column("LMP_TYPE"), "MGHG"))
        return np.flatnonzero(asked)

    def keys(self, rows: np.ndarray, names: list[str]) -> list[tuple[str, ...]]:
        """Values of the columns `names` in these rows."""
        chosen = self.columns.select(names).take(rows)
        return list(zip(*(column.to_pylist() for column in chosen.columns), strict=True))


def _load(entry: Entry) -> list[Stored]:
    out = []
    for data in read_csvs(entry):
        header, _, body = data.decode("utf-8", "replace").replace("\r\n", "\n").partition("\n")
        names = header.split(",")
        if "INTERVALSTARTTIME_GMT" not in names:
            continue
        columns = pacsv.read_csv(
            pa.py_buffer((header + "\n" + body).encode()),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
        lines = [line for line in body.split("\n") if line]
        out.append(Stored(header, lines, columns))
    return out


@dataclass
class _Answer:
    """Rows found, by price component ("" where the report has one file)."""

    header: str = ""
    parts: dict[str, list[str]] = field(default_factory=dict)

    def records(self) -> list[dict[str, str]]:
        """The rows as dictionaries."""
        names = self.header.split(",")
        lines = [line for part in self.parts.values() for line in part]
        return [dict(zip(names, line.split(","), strict=True)) for line in lines]


class Oasis:
    """The SingleZip route over one library."""

    def __init__(self, library: Library, now: Callable[[], datetime] | None = None):
        """`now` gives the time of a request (aware); it stands in the names of the answers."""
        self.library = library
        self.now = now or (lambda: datetime.now(UTC))
        self._load = lru_cache(maxsize=256)(_load)

    def single_zip(self, request: Request) -> Response:
        """Answer a request; always status 200."""
        asked = self.now().astimezone(PACIFIC)
        try:
            query = parse(dict(request.query_params))
        except Refused as error:
            return _reply(
                "INVALID_REQUEST", [("INVALID_REQUEST.xml", error_xml(error.code, asked))], asked
            )
        found = self._find(query)
        name = query.answer_name(asked)
        if not found.parts:
            return _reply(name, [(f"{name}.xml", error_xml(1000, asked))], asked)
        if not query.as_csv:
            return _reply(name, [(f"{name}.xml", data_xml(query, found.records(), asked))], asked)
        members = [
            (
                query.answer_name(asked, f"_{part}" if part else "") + ".csv",
                ("\n".join([found.header, *lines]) + "\n").encode(),
            )
            for part, lines in found.parts.items()
        ]
        return _reply(name, members, asked)

    def _files(self, query: Query) -> list[OasisFile]:
        first, last = (
            f"{t.astimezone(PACIFIC):%Y%m%d}"
            for t in (query.start, query.end - timedelta(seconds=1))
        )
        files = self.library.shelf().oasis.get(query.name, [])
        # the name's end is exclusive, but some answers hold part of that day: keep those too
        return [f for f in files if f.first is None or (f.first <= last and f.last >= first)]

    def _find(self, query: Query) -> _Answer:
        answer, seen = _Answer(), set()
        # newest answers first: what a later answer says about a row replaces the earlier one
        for file in self._files(query):
            fresh = set()
            for stored in self._load(file.entry):
                names = [k for k in _KEYS if k in stored.columns.column_names]
                part_at = names.index("LMP_TYPE") if query.report.by_component else None
                rows = stored.rows(query)
                for i, key in zip(rows, stored.keys(rows, names), strict=True):
                    if key in seen:
                        continue
                    fresh.add(key)
                    answer.header = answer.header or stored.header
                    part = "" if part_at is None else key[part_at]
                    answer.parts.setdefault(part, []).append(stored.lines[i])
            seen |= fresh
        return answer


def _reply(name: str, members: list[tuple[str, bytes]], asked: datetime) -> Response:
    return Response(
        pack(members, asked),
        media_type="application/x-zip-compressed",
        headers={"Content-Disposition": f"inline; filename={name}.zip;"},
    )


def error_xml(code: int, asked: datetime) -> bytes:
    """The XML of an error, with the prefix `m:` as in the answers of 2023."""
    at = asked.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<m:OASISReport xmlns:m="{NAMESPACE}">\n'
        f"<m:MessageHeader>\n\t<m:TimeDate>{at}</m:TimeDate>\n\t<m:Source>OASIS</m:Source>\n"
        "\t<m:Version>v20131201</m:Version>\n</m:MessageHeader>\n<m:MessagePayload>\n<m:RTO>\n"
        "<m:name>CAISO</m:name>\n<m:DISCLAIMER_ITEM>\n"
        f"<m:DISCLAIMER>{_DISCLAIMER}</m:DISCLAIMER>\n</m:DISCLAIMER_ITEM>\n<m:ERROR>\n"
        f"<m:ERR_CODE>{code}</m:ERR_CODE>\n<m:ERR_DESC>{MESSAGES[code]}</m:ERR_DESC>\n</m:ERROR>\n\n"
        "</m:RTO>\n</m:MessagePayload>\n</m:OASISReport>"
    ).encode()


def data_xml(query: Query, records: list[dict[str, str]], asked: datetime) -> bytes:
    """The XML of a data answer, in the default namespace as in the answers of 2014 to 2016."""
    groups: dict[tuple[str, str, int], list[dict[str, str]]] = {}
    for r in records:
        stamps = [datetime.strptime(r[f"INTERVAL{e}TIME_GMT"], _GMT) for e in ("START", "END")]
        seconds = int((stamps[1] - stamps[0]).total_seconds())
        key = (r["MARKET_RUN_ID"], r.get("EXECUTION_TYPE", ""), seconds)
        groups.setdefault(key, []).append(r)
    items = []
    for (run, execution, seconds), rows in groups.items():
        head = f"<SYSTEM>OASIS</SYSTEM>\n<TZ>PPT</TZ>\n<REPORT>{query.name}</REPORT>\n"
        head += f"<MKT_TYPE>{run}</MKT_TYPE>\n"
        head += f"<EXECUTION_TYPE>{execution}</EXECUTION_TYPE>\n" if execution else ""
        unit = "MW" if query.name == "SLD_FCST" else "US$/MWh"
        head += f"<UOM>{unit}</UOM>\n<INTERVAL>ENDING</INTERVAL>\n"
        head += f"<SEC_PER_INTERVAL>{seconds}</SEC_PER_INTERVAL>\n"
        body = "".join(_record(query, r, seconds) for r in rows)
        items.append(
            f"<REPORT_ITEM>\n<REPORT_HEADER>\n{head}</REPORT_HEADER>\n{body}</REPORT_ITEM>\n"
        )
    at = asked.astimezone(UTC).strftime(_GMT)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<OASISReport xmlns="{NAMESPACE}">\n'
        f"<MessageHeader>\n<TimeDate>{at}</TimeDate>\n<Source>OASIS</Source>\n"
        "<Version>v20131201</Version>\n</MessageHeader>\n<MessagePayload>\n<RTO>\n<name>CAISO</name>\n"
        + "".join(items)
        + f"<DISCLAIMER_ITEM>\n<DISCLAIMER>{_DISCLAIMER}</DISCLAIMER>\n</DISCLAIMER_ITEM>\n</RTO>\n"
        "</MessagePayload>\n</OASISReport>\n"
    ).encode()


def _record(query: Query, row: dict[str, str], seconds: int) -> str:
    number = int(row["OPR_HR"])
    if seconds < 3600:
        number = (number - 1) * (3600 // seconds) + int(row["OPR_INTERVAL"])
    fields = {
        "DATA_ITEM": row["XML_DATA_ITEM"],
        "RESOURCE_NAME": row[query.report.resource],
        "OPR_DATE": row["OPR_DT"],
        "INTERVAL_NUM": str(number),
        "INTERVAL_START_GMT": row["INTERVALSTARTTIME_GMT"],
        "INTERVAL_END_GMT": row["INTERVALENDTIME_GMT"],
        "VALUE": row[query.report.value],
    }
    inner = "".join(f"<{n}>{html.escape(v)}</{n}>\n" for n, v in fields.items())
    return f"<REPORT_DATA>\n{inner}</REPORT_DATA>\n"
