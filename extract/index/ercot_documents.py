"""What ERCOT's two doors have in common: names, CSV twins, and local stamps without offset."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from extract.index import Window

CENTRAL = ZoneInfo("America/Chicago")
DAY = timedelta(days=1)
_NAME_STAMP = re.compile(r"\.(\d{8})\.(\d{6})(\d{0,6})\.")


def is_csv(name: str) -> bool:
    """Whether this is the document to take.

    Most postings exist twice, `..._csv.zip` and `..._xml.zip`; some (disclosures) exist once and
    say neither.
    """
    name = name.lower()
    return "_xml" not in name


def published_at(stamp: str | None, names: tuple[str, ...]) -> datetime | None:
    """A published local stamp (ISO, any offset) as UTC.

    The offset can be wrong in the repeated autumn hour, so it is dropped; `xhr` in a name marks
    the hour's second passage, in standard time.
    """
    if not stamp:
        return None
    try:
        local = datetime.fromisoformat(stamp.strip()).replace(tzinfo=None)
    except ValueError:
        return None
    return to_utc(local, names)


def published_in_name(name: str) -> datetime | None:
    """The posting stamp in a constructed name (`cdr.<id>.<16 digits>.<date>.<time>.<stem>`)."""
    match = _NAME_STAMP.search(name)
    if match is None:
        return None
    day, clock, fraction = match.groups()
    try:
        local = datetime.strptime(day + clock, "%Y%m%d%H%M%S")
    except ValueError:
        return None
    return to_utc(local.replace(microsecond=int(fraction.ljust(6, "0") or 0)), (name,))


def to_utc(local: datetime, names: tuple[str, ...]) -> datetime:
    second_passage = any("xhr" in name.lower() for name in names)
    return local.replace(tzinfo=CENTRAL, fold=int(second_passage)).astimezone(UTC)


def posting_days(window: Window) -> tuple[date | None, date | None]:
    """First and last posting day for a window of market days: a day of slack on both sides.

    Day-ahead files are posted the day before, actuals the day after.
    """
    first = window.start - DAY if window.start else None
    last = window.end if window.end else None  # end is excluded, so this is a day of slack
    return first, last


def is_posted_within(moment: datetime | None, first: date | None, last: date | None) -> bool:
    if moment is None:
        return True  # cannot be told: better fetched than lost
    day = moment.astimezone(CENTRAL).date()
    return (first is None or day >= first) and (last is None or day <= last)
