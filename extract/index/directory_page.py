"""An IIS directory page, as NEMWEB serves it: one `<br>` per entry, date, size and link.

Old and new date styles, relative and absolute links, upper and lower case, `<dir>` rows (escaped
or as a tag) and the link to the parent are all normal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import quote, unquote, urlsplit

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

_STAMP = re.compile(
    r"(?:(?P<month>[a-z]+)\s+(?P<day>\d{1,2}),\s*(?P<year>\d{4})"  # Tuesday, March 12, 2024
    r"|(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}))"  # 3/12/2024: month first
    r"\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})\s*(?P<half>am|pm)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the page. `name` is the name on the server, `quoted` the same for a URL."""

    name: str
    quoted: str
    listed_at: datetime | None  # naive, on the operator's clock
    size: int | None
    is_folder: bool


def read_directory_page(text: str, path: str) -> list[Entry] | None:
    """The entries directly inside the folder `path` (a site path ending in `/`).

    Links that lead elsewhere are left out. None when the text is not a directory page.
    """
    parser = _Rows()
    parser.feed(text)
    parser.close()
    entries = [e for row in parser.rows if (e := _entry(row, path)) is not None]
    is_listing = parser.has_parent_link or entries or path.lower() in parser.heading.lower()
    return entries if is_listing else None


@dataclass(slots=True)
class _Row:
    before: str
    href: str
    text: str
    is_folder: bool


class _Rows(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[_Row] = []
        self.heading = ""
        self.has_parent_link = False
        self._before = ""
        self._folder_tag = False
        self._row: _Row | None = None
        self._in_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            href = dict(attrs).get("href")
            folder = self._folder_tag or "<dir>" in self._before.lower()
            self._row = _Row(self._before, href, "", folder) if href else None
        elif tag == "dir":  # an unescaped <dir>
            self._folder_tag = True
        elif tag in ("br", "pre", "hr"):
            self._before, self._folder_tag = "", False
        elif tag in ("title", "h1"):
            self._in_heading = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._row is not None:
            if "parent directory" in self._row.text.lower():
                self.has_parent_link = True
            else:
                self.rows.append(self._row)
            self._row, self._before, self._folder_tag = None, "", False
        elif tag in ("title", "h1"):
            self._in_heading = False

    def handle_data(self, data: str) -> None:
        if self._row is not None:
            self._row.text += data
        elif self._in_heading:
            self.heading += data
        else:
            self._before += data


def _entry(row: _Row, path: str) -> Entry | None:
    parts = urlsplit(row.href)
    raw = parts.path + (f"#{parts.fragment}" if parts.fragment else "")  # an unescaped # in a name
    is_folder = row.is_folder or raw.endswith("/")
    raw = raw.rstrip("/")
    folder, slash, last = raw.rpartition("/")
    # a mirror may put the site under a prefix
    inside = (folder + slash) in ("", "./") or unquote(folder + slash).lower().endswith(
        path.lower()
    )
    if not last or not inside:
        return None
    name, quoted = _name(last, row.text.strip())
    if "/" in name or "\\" in name or name in (".", ".."):
        return None
    stamp = _STAMP.search(row.before)
    rest = row.before[stamp.end() :] if stamp else row.before
    size = re.search(r"\d[\d,]*", rest)
    return Entry(
        name,
        quoted,
        _listed_at(stamp) if stamp else None,
        int(size.group().replace(",", "")) if size and not is_folder else None,
        is_folder,
    )


def _name(last: str, text: str) -> tuple[str, str]:
    """The name on the server and how a URL spells it.

    The text of a link is the name itself; its target is escaped on some pages and not on others.
    Names of monthly files hold `%23` literally, which an unescaped target would turn into `#`.
    """
    if text and text != unquote(last) and text == last:
        return text, quote(text, safe="")
    return unquote(last), last if "#" not in last else quote(unquote(last), safe="")


def _listed_at(stamp: re.Match[str]) -> datetime | None:
    if stamp["month"]:
        short = stamp["month"].lower()[:3]  # by hand: strptime follows the machine's language
        if short not in MONTHS:
            return None
        year, month, day = int(stamp["year"]), MONTHS.index(short) + 1, int(stamp["day"])
    else:
        year, month, day = int(stamp["y"]), int(stamp["m"]), int(stamp["d"])
    hour = int(stamp["hour"])
    if stamp["half"]:
        hour = hour % 12 + (12 if stamp["half"].lower() == "pm" else 0)
    try:
        return datetime(year, month, day, hour, int(stamp["minute"]))
    except ValueError:  # no such date: the stamp is only a hint
        return None
