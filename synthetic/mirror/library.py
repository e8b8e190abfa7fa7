"""A folder of files, sorted into the operators' products.

The rule is simple: a file belongs to the product that its own name says, else to the one that its
folder says, else (a bare AEMO file) to the one that its first line says. What none of these name is
not served. A bare CSV is packed into a zip on its way out, since no operator serves bare ones.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from synthetic.mirror.products import BY_EMIL, BY_TYPE, Product, by_stem
from synthetic.zips import pack

CENTRAL = ZoneInfo("America/Chicago")
# A folder whose time is this fresh may change again without a new time: clocks tick coarsely.
_SETTLED_SECONDS = 2.0
_SKIPPED = {"truth"}
# Folders that hold a site as it lies there, and the hours from UTC to the clock of its pages.
_SITES = {"aemo": 10, "wem": 8, "apvi": 10, "bom": 10}

_CONSTRUCTED = re.compile(r"(?:cdr|ext|rpt)\.(\d{8})\.\d{16}\.(?:(\d{8})\.(\d{6})(\d{0,3})\.)?(.+)")
_NEM_FOLDERS = {
    "DISPATCHIS": "DispatchIS_Reports",
    "DISPATCHSCADA": "Dispatch_SCADA",
    "TRADINGIS": "TradingIS_Reports",
    "DISPATCH": "Dispatch_Reports",
    "TRADING_IRSR": "Trading_IRSR",
    "NEXT_DAY_DISPATCH": "Next_Day_Dispatch",
    "DAILY": "Daily_Reports",
}
_NEM_NAME = re.compile(r"PUBLIC_([A-Z_]+?)_(\d{8}(?:\d{4})?)(?:_[0-9A-Z_]+)?\.(?:zip|csv)$", re.I)
_NEM_MONTH = re.compile(
    r"PUBLIC_(?:DVD_|ARCHIVE(?:%23|#)).*?(\d{4})(\d{2})010000\.(?:zip|csv)$", re.I
)
_OASIS_REPORTS = ("PRC_INTVL_LMP", "PRC_RTPD_LMP", "PRC_HASP_LMP", "PRC_LMP", "PRC_AS", "SLD_FCST")
_OASIS_NAME = re.compile(
    r"(\d{8})_(\d{8})_(" + "|".join(_OASIS_REPORTS) + r")_\w*?(\d{8}_\d\d_\d\d_\d\d)_v\d+", re.I
)


def doc_id(name: str) -> int:
    """Number of a document, the same in every run: fifteen digits of its name's hash."""
    return 10**14 + int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % (9 * 10**14)


@dataclass(frozen=True)
class Entry:
    """A file of the folder: its path, size in bytes and time (seconds since 1970)."""

    path: Path
    size: int
    modified: float

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def is_zip(self) -> bool:
        return self.path.suffix.lower() == ".zip"


@dataclass(frozen=True)
class Document:
    """A file under the name that the operator would give it.

    Attributes:
        entry: the file.
        name: name as served, a zip but for the few that the operator serves as they are.
        member: name of the CSV inside, where the file is a bare CSV; else None.
        product: ERCOT product, if it is one of ERCOT's.
        published: clock time of the posting (ERCOT: from the name; else the file's time).
        is_repeated: posted in the repeated hour of the autumn day.
    """

    entry: Entry
    name: str
    member: str | None
    product: Product | None
    published: datetime
    is_repeated: bool = False

    @property
    def doc_id(self) -> int:
        return doc_id(self.name)

    @property
    def friendly_name(self) -> str:
        """The stem, as lists show it: `DAMSPNP4190_csv`."""
        found = _CONSTRUCTED.search(self.name)
        return (found.group(5) if found else self.name).removesuffix(".zip")

    def content(self) -> bytes:
        """The bytes to serve; a bare CSV in a zip."""
        data = self.entry.path.read_bytes()
        return data if self.member is None else pack([(self.member, data)], self.published)


def _zip_member(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as z:
            return z.namelist()[0] if z.namelist() else ""
    except (zipfile.BadZipFile, OSError):
        # a broken zip is a file like any other here: it is served as it is
        return ""


def _posted(found: re.Match | None, name: str) -> datetime | None:
    """Clock time of a posting: from its constructed name, else from a date in the file's name."""
    if found and found.group(2):
        at = datetime.strptime(found.group(2) + found.group(3), "%Y%m%d%H%M%S")
        return at + timedelta(milliseconds=int(found.group(4) or 0))
    dated = re.search(r"(?<!\d)(20\d\d[01]\d[0-3]\d)(?:_([0-2]\d[0-5]\d(?:[0-5]\d)?))?(?!\d)", name)
    if not dated:
        return None
    try:
        return datetime.strptime(
            dated.group(1) + (dated.group(2) or "").ljust(6, "0"), "%Y%m%d%H%M%S"
        )
    except ValueError:
        # eight digits that are no date
        return None


def _ercot(entry: Entry) -> Document | None:
    """ERCOT document of a zip or CSV, or None."""
    name, folder = entry.name, entry.path.parent.name.upper()
    if not name.lower().endswith((".zip", ".csv")):
        return None
    found = _CONSTRUCTED.search(name)
    product = BY_TYPE.get(int(found.group(1))) if found else None
    product = product or by_stem(name) or BY_EMIL.get(folder)
    if product is None:
        return None
    is_zip = entry.is_zip
    if not (found and is_zip):
        # renamed or bare: build the posting's name from what the member or the stem still says
        source = _zip_member(entry.path) if is_zip else name
        found = _CONSTRUCTED.search(source)
    at = _posted(found, name) or datetime.fromtimestamp(int(entry.modified), CENTRAL)
    at = at.replace(tzinfo=None)
    if not (is_zip and _CONSTRUCTED.search(name)):
        stem = found.group(5) if found else entry.path.stem
        stem = re.sub(r"(_csv)?(\.csv|\.zip)?$", "", stem, flags=re.I)
        stamp = f"{at:%Y%m%d.%H%M%S}{at.microsecond // 1000:03d}"
        name = f"cdr.{product.report_type:08d}.{'0' * 16}.{stamp}.{stem}_csv.zip"
    return Document(entry, name, None if is_zip else entry.name, product, at, "xhr" in name)


def _nem_header(entry: Entry) -> str | None:
    """Name of a bare AEMO file by its C line and its first data line."""
    with entry.path.open("rb") as file:
        lines = file.read(20_000).decode("ascii", "replace").splitlines()
    head = lines[0].split(",") if lines else []
    if len(head) < 8 or head[0] != "C" or head[1] != "NEMP.WORLD":
        return None
    dates = [
        re.search(r'"?(\d{4})/(\d\d)/(\d\d) (\d\d):(\d\d):\d\d', x) for x in lines if x[:1] == "D"
    ]
    stamp = "".join(dates[0].groups()) if dates and dates[0] else "000000000000"
    return f"PUBLIC_{head[2]}_{stamp}_{head[7]}.CSV"


_NEM_BARE = "CO2EII_"  # NEMWEB has these as bare CSV


def _nem(entry: Entry, relative: str) -> tuple[str, Document] | None:
    """Site path of the folder that would hold a NEM file, and its document; or None."""
    if not entry.name.lower().endswith((".zip", ".csv")):
        return None
    published = datetime.fromtimestamp(int(entry.modified), UTC) + timedelta(hours=10)
    published = published.replace(tzinfo=None)
    at = re.search(r"(?:^|/)(Reports|Data_Archive)/", relative, re.I)
    if at:
        folder = "/" + relative[at.start(1) :].rpartition("/")[0] + "/"
        is_served_so = entry.is_zip or entry.name.upper().startswith(_NEM_BARE)
        member = None if is_served_so else entry.name
        name = entry.name if is_served_so else f"{entry.path.stem}.zip"
        return folder, Document(entry, name, member, None, published)
    name = entry.name
    if not _NEM_NAME.match(name) and not _NEM_MONTH.match(name) and name.lower().endswith(".csv"):
        name = _nem_header(entry) or ""
    month = _NEM_MONTH.match(name)
    report = _NEM_NAME.match(name)
    if month:
        y, m = month.groups()
        folder = f"/Data_Archive/Wholesale_Electricity/MMSDM/{y}/MMSDM_{y}_{m}/"
        folder += "MMSDM_Historical_Data_SQLLoader/DATA/"
    elif report and report.group(1).upper() in _NEM_FOLDERS:
        side = "Current" if re.search(r"_\d{12}_|_\d{8}_\d{16}", name) else "ARCHIVE"
        folder = f"/Reports/{side}/{_NEM_FOLDERS[report.group(1).upper()]}/"
    else:
        return None
    member = None
    if not entry.is_zip:
        stem = Path(name).stem
        member, name = f"{stem}.CSV", f"{stem}.zip"
    return folder, Document(entry, name.replace("#", "%23"), member, None, published)


def _as_it_lies(entry: Entry, relative: str) -> tuple[str, Document] | None:
    """Site path of the folder of a file of one of `_SITES`, and its document; or None."""
    site, _, path = relative.partition("/")
    if site not in _SITES or not path:
        return None
    there = datetime.fromtimestamp(int(entry.modified), UTC) + timedelta(hours=_SITES[site])
    folder = f"/{path.rpartition('/')[0]}/"
    return folder, Document(entry, entry.name, None, None, there.replace(tzinfo=None))


@dataclass(frozen=True)
class OasisFile:
    """A stored OASIS answer: report, trading dates of its name (or None) and when it was asked."""

    entry: Entry
    report: str
    first: str | None
    last: str | None
    asked: str


def _oasis(entry: Entry) -> OasisFile | None:
    if not entry.name.lower().endswith((".zip", ".csv")):
        return None
    found = _OASIS_NAME.search(entry.name)
    if found:
        return OasisFile(
            entry, found.group(3).upper(), found.group(1), found.group(2), found.group(4)
        )
    for text in (entry.name, entry.path.parent.name):
        for report in _OASIS_REPORTS:
            if text.upper().startswith(report):
                return OasisFile(entry, report, None, None, "")
    return None


@dataclass
class Shelf:
    """Everything in the folder at one moment."""

    ercot: dict[int, list[Document]] = field(default_factory=dict)
    by_id: dict[int, Document] = field(default_factory=dict)
    # lower-case site path of a folder -> (path as spelt, documents by lower-case name)
    nem: dict[str, tuple[str, dict[str, Document]]] = field(default_factory=dict)
    oasis: dict[str, list[OasisFile]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Looked:
    """A directory: its time (nanoseconds), when we looked (seconds), its files and folders."""

    modified: int
    at: float
    files: list[Entry]
    folders: list[Path]


def _look(folder: Path, modified: int) -> _Looked:
    at, files, folders = time.time(), [], []
    with os.scandir(folder) as found:
        for item in found:
            if item.name.startswith("."):
                continue
            if item.is_dir():
                if item.name not in _SKIPPED:
                    folders.append(Path(item.path))
                continue
            try:
                stat = item.stat()
            except FileNotFoundError:
                # gone between the listing and the look
                continue
            files.append(Entry(Path(item.path), stat.st_size, stat.st_mtime))
    return _Looked(modified, at, files, folders)


class Library:
    """The folder, looked at again whenever one of its directories has changed."""

    def __init__(self, folder: Path | str):
        self.folder = Path(folder).resolve()
        if not self.folder.is_dir():
            raise FileNotFoundError(
                f"mirror: no folder {self.folder}; write one with synthetic.write"
            )
        self._lock = threading.Lock()
        # directory -> what it held when we last looked
        self._seen: dict[Path, _Looked] = {}
        self._sorted = lru_cache(maxsize=None)(self._sort_one)
        self._shelf: Shelf | None = None

    def shelf(self) -> Shelf:
        """The files as they lie now."""
        with self._lock:
            self._changed = self._shelf is None
            entries = list(self._walk(self.folder))
            if self._changed:
                self._shelf = self._build(entries)
            return self._shelf

    def _walk(self, folder: Path) -> Iterator[Entry]:
        try:
            modified = folder.stat().st_mtime_ns
        except FileNotFoundError:
            self._changed |= self._seen.pop(folder, None) is not None
            return
        known = self._seen.get(folder)
        settled = known and modified / 1e9 < known.at - _SETTLED_SECONDS
        if not settled or known.modified != modified:
            looked = _look(folder, modified)
            self._changed |= not known or (known.files, known.folders) != (
                looked.files,
                looked.folders,
            )
            self._seen[folder] = known = looked
        yield from known.files
        for sub in known.folders:
            yield from self._walk(sub)

    def _sort_one(self, entry: Entry) -> tuple:
        relative = entry.path.relative_to(self.folder).as_posix()
        lies = _as_it_lies(entry, relative)
        if lies:
            return ("nem", *lies)
        oasis = _oasis(entry)
        if oasis:
            return ("oasis", oasis)
        nem = _nem(entry, relative)
        if nem:
            return ("nem", *nem)
        document = _ercot(entry)
        return ("ercot", document) if document else ("none",)

    def _build(self, entries: list[Entry]) -> Shelf:
        shelf = Shelf()
        for entry in entries:
            kind, *rest = self._sorted(entry)
            if kind == "oasis":
                shelf.oasis.setdefault(rest[0].report, []).append(rest[0])
            elif kind == "nem":
                folder, document = rest
                shelf.nem.setdefault(folder.lower(), (folder, {}))[1][document.name.lower()] = (
                    document
                )
            elif kind == "ercot":
                shelf.ercot.setdefault(rest[0].product.report_type, []).append(rest[0])
                shelf.by_id[rest[0].doc_id] = rest[0]
        for documents in shelf.ercot.values():
            documents.sort(key=lambda d: (d.published, d.is_repeated, d.name), reverse=True)
        for files in shelf.oasis.values():
            files.sort(key=lambda f: (f.asked, f.entry.name), reverse=True)
        return shelf


def read_csvs(entry: Entry) -> list[bytes]:
    """The CSV members of a stored OASIS file; none for an XML answer or a broken zip."""
    data = entry.path.read_bytes()
    if not entry.is_zip:
        return [data]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            return [z.read(n) for n in z.namelist() if n.lower().endswith(".csv")]
    except zipfile.BadZipFile:
        return []
