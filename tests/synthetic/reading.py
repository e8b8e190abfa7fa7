"""Plain readers of the operators' files, written apart from the code under test."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

CENTRAL = ZoneInfo("America/Chicago")
HOUR = timedelta(hours=1)


def member(path: Path) -> tuple[str, str]:
    """Name and text of the only member of a zip."""
    with zipfile.ZipFile(path) as z:
        (name,) = z.namelist()
        return name, z.read(name).decode()


def members(data: bytes) -> dict[str, str]:
    """Name -> text of every member of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        return {n: z.read(n).decode() for n in z.namelist()}


def rows(text: str) -> list[dict[str, str]]:
    """Rows of a CSV with one header line."""
    return list(csv.DictReader(io.StringIO(text)))


def zips(folder: Path) -> list[Path]:
    """Every zip under a folder, by name."""
    return sorted(folder.rglob("*.zip"), key=lambda p: p.name)


def published(folder: Path) -> list[Path]:
    """Every file under a folder that a site would show, by name."""
    files = (p for p in folder.rglob("*") if p.is_file())
    return sorted(
        (p for p in files if "truth" not in p.relative_to(folder).parts), key=lambda p: p.name
    )


def central(day: str, hours: float, flag: str = "N") -> datetime:
    """UTC of `hours` past midnight on ERCOT's clock; flag Y is the second passage."""
    local = datetime.strptime(day, "%m/%d/%Y") + timedelta(hours=hours)
    return local.replace(tzinfo=CENTRAL, fold=int(flag == "Y")).astimezone(UTC)


def gmt(text: str) -> datetime:
    """UTC of an OASIS stamp."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S-00:00").replace(tzinfo=UTC)


def market_time(text: str) -> datetime:
    """UTC of an AEMO stamp (UTC+10)."""
    return datetime.strptime(text, "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC) - 10 * HOUR


@dataclass
class Aemo:
    """An AEMO file: its C line, its tables by (type, sub-type), its line count and footer."""

    header: list[str]
    columns: dict[tuple[str, str], list[str]]
    versions: dict[tuple[str, str], str]
    tables: dict[tuple[str, str], list[dict[str, str]]]
    lines: int
    footer: list[str]


def aemo(text: str) -> Aemo:
    """Read an AEMO CSV by its record letters."""
    found = Aemo([], {}, {}, {}, len(text.splitlines()), [])
    for record in csv.reader(io.StringIO(text)):
        if record[0] == "C":
            if found.header:
                found.footer = record
            else:
                found.header = record
        elif record[0] == "I":
            key = record[1], record[2]
            found.columns[key], found.versions[key] = record[4:], record[3]
            found.tables.setdefault(key, [])
        else:
            key = record[1], record[2]
            assert len(record) == len(found.columns[key]) + 4, (key, record)
            found.tables[key].append(dict(zip(found.columns[key], record[4:], strict=True)))
    return found


def numbers(row: dict[str, str], *names: str) -> list[float]:
    """Cells as numbers."""
    return [float(row[n]) for n in names]
