"""Rows of ERCOT's data endpoints: the files' rows under the API's names, with ISO dates and flags
that are true or false. Where a publication was issued again, the rows of both are there.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import datetime
from functools import lru_cache
from typing import Any

from synthetic.mirror.library import Document, Entry

# product: endpoint, and whether each row says when it was posted
ENDPOINTS = {
    "NP4-188-CD": ("dam_clear_price_for_cap", False),
    "NP4-190-CD": ("dam_stlmnt_pnt_prices", False),
    "NP4-191-CD": ("dam_shadow_prices", False),
    "NP4-732-CD": ("wpp_hrly_avrg_actl_fcast", True),
    "NP4-737-CD": ("spp_hrly_avrg_actl_fcast", True),
    "NP6-86-CD": ("shdw_prices_bnd_trns_const", False),
    "NP6-322-CD": ("sced_system_lambda", False),
    "NP6-331-CD": ("rt_clear_price_cap", False),
    "NP6-345-CD": ("act_sys_load_by_wzn", False),
    "NP6-788-CD": ("lmp_node_zone_hub", False),
    "NP6-905-CD": ("spp_node_zone_hub", False),
}
_NAMES = {
    "OperDay": "operatingDay",
    "SCEDTimeStamp": "SCEDTimestamp",
    "SettlementPointName": "settlementPoint",
    "SYSTEM_WIDE_GEN": "genSystemWide",
    "SYSTEM_WIDE_HSL": "HSLSystemWide",
}
# The API's own spelling in single products.
_NAMES_OF = {
    "NP6-331-CD": {"DeliveryInterval": "deliveryInt", "RepeatedHourFlag": "repeatHourFlag"},
    "NP6-788-CD": {"RepeatedHourFlag": "repeatHourFlag"},
}
_MEASURE = re.compile(r"(GEN|COP_HSL|STWPF|WGRPP|STPPF|PVGRPP)_(LZ_)?(\w+)")
_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})(?: (\d\d:\d\d:\d\d))?$")
_NUMBER = re.compile(r"-?\d*\.?\d+(?:[eE][-+]?\d+)?$")
_TEXTS = {"hourEnding", "constraintName", "contingencyName", "fromStation", "toStation"}


def api_name(emil: str, header: str) -> str:
    """The API's name for a column of a product's CSV."""
    header = header.strip()
    known = {**_NAMES, **_NAMES_OF.get(emil, {})}
    if header in known:
        return known[header]
    measure = _MEASURE.fullmatch(header)
    if measure:
        what, zone, place = measure.groups()
        start = "gen" if what == "GEN" else what.replace("_", "")
        return start + ("LoadZone" if zone else "") + _camel(place)
    if header.isupper() and (len(header) > 4 or "_" in header):
        words = _camel(header)
        return words[0].lower() + words[1:]
    return header if header[:2].isupper() else header[0].lower() + header[1:]


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _value(name: str, text: str) -> Any:
    text = text.strip()
    if name.endswith("Flag"):
        return text == "Y"
    if date := _DATE.match(text):
        month, day, year, clock = date.groups()
        return f"{year}-{month}-{day}" + (f"T{clock}" if clock else "")
    if name not in _TEXTS and _NUMBER.match(text):
        return int(text) if text.lstrip("-").isdigit() else float(text)
    return text or None


@lru_cache(maxsize=4096)
def _rows(entry: Entry, emil: str, posted: str) -> tuple[tuple[str, ...], list[list[Any]]]:
    data = entry.path.read_bytes()
    if entry.is_zip:
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            data = z.read(z.namelist()[0])
    header, *lines = csv.reader(io.StringIO(data.decode()))
    names = tuple(api_name(emil, h) for h in header)
    rows = [[_value(n, v) for n, v in zip(names, line, strict=True)] for line in lines]
    if posted:
        return ("postedDatetime", *names), [[posted, *row] for row in rows]
    return names, rows


def report(emil: str, documents: list[Document], query: dict[str, str]) -> dict[str, Any]:
    """One page of rows, as the API answers it.

    Raises ValueError for a parameter that is none of the product's, or a wrong page.
    """
    endpoint, is_posted = ENDPOINTS[emil]
    size, page = int(query.get("size", 1000)), int(query.get("page", 1))
    if size < 1 or page < 1:
        raise ValueError("size and page start at 1")
    names: tuple[str, ...] = ()
    rows: list[list[Any]] = []
    for document in sorted(documents, key=lambda d: (d.published, d.is_repeated)):
        posted = f"{document.published:%Y-%m-%dT%H:%M:%S}" if is_posted else ""
        names, more = _rows(document.entry, emil, posted)
        rows += more
    for key, bound in query.items():
        if key in ("size", "page", "sort", "dir"):
            continue
        name, end = (key[:-4], "From") if key.endswith("From") else (key[:-2], key[-2:])
        if names and (name not in names or end not in ("From", "To")):
            raise ValueError(f"{key} is no parameter of {endpoint}")
        at = names.index(name) if names else 0
        datetime.fromisoformat(bound)
        rows = [r for r in rows if (r[at] >= bound if end == "From" else r[at] <= bound)]
    if query.get("sort") in names:
        at = names.index(query["sort"])
        rows.sort(key=lambda r: r[at], reverse=query.get("dir", "ASC").upper() == "DESC")
    return {
        "_meta": {
            "totalRecords": len(rows),
            "pageSize": size,
            "totalPages": -(-len(rows) // size),
            "currentPage": page,
        },
        "report": {"reportName": endpoint, "reportEMIL": emil, "downloadLimit": 2_000_000},
        "fields": [{"name": n, "label": n, "cardinality": i + 1} for i, n in enumerate(names)],
        "data": rows[(page - 1) * size : page * size],
    }
