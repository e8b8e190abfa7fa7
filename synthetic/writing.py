"""`write`: files of the operators for a seed and a range of market days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter

from synthetic import apvi, bom, caiso, ercot, nem, nem_units, wem
from synthetic.clock import days
from synthetic.context import Context
from synthetic.truth import Truth

OPERATORS = ("ercot", "caiso", "nem", "wem", "apvi", "bom")
FEEDS: dict[str, tuple[str, ...]] = {
    "ercot": tuple(ercot.WRITERS),
    "caiso": tuple(caiso.WRITERS),
    "nem": (*nem.REPORTS, *nem_units.WRITERS),
    "wem": wem.FEEDS,
    "apvi": apvi.FEEDS,
    "bom": bom.FEEDS,
}
# Locations of ERCOT and CAISO, units of the NEM; the others have theirs.
POINTS = {"ercot": 20, "caiso": 6, "nem": 12}
_MODULES = {"ercot": ercot, "caiso": caiso, "nem": nem_units, "wem": wem, "apvi": apvi, "bom": bom}


@dataclass(frozen=True)
class Summary:
    """What a call wrote.

    Attributes:
        folder: root of the tree; `folder/truth` holds the truth.
        files, rows: counts by feed. Rows of an archive and of its twin in Current both count.
        seconds: how long it took.
        truth: the truth of everything ever written into the folder.
        windows: the market days written, as half-open ranges (start, end).
    """

    folder: Path
    files: dict[str, int]
    rows: dict[str, int]
    seconds: float
    truth: Truth
    windows: tuple[tuple[date, date], ...] = ()


def chosen_feeds(operators: Sequence[str], feeds: Sequence[str] | None) -> dict[str, list[str]]:
    """Feeds by operator; unknown names are a ValueError that lists the known ones."""
    known = [f for operator in OPERATORS for f in FEEDS[operator]]
    for name in operators:
        if name not in OPERATORS:
            raise ValueError(f"unknown operator {name!r}; known: {', '.join(OPERATORS)}")
    for name in feeds or []:
        if name not in known:
            raise ValueError(f"unknown feed {name!r}; known: {', '.join(known)}")
    return {
        o: [f for f in FEEDS[o] if feeds is None or f in feeds] for o in OPERATORS if o in operators
    }


def write(
    folder: Path | str,
    seed: int,
    start: date,
    end: date,
    *,
    operators: Sequence[str] = OPERATORS,
    points: dict[str, int] | int | None = None,
    feeds: Sequence[str] | None = None,
    hours: tuple[int, int] | None = None,
    nem_forms: Sequence[str] = ("current",),
    corrections: float = 0.0,
    truth: Path | str | None = None,
    batteries: int = 4,
    forecast_hours: int = 1,
    market: str | None = None,
) -> Summary:
    """Write the files of the market days from `start` up to but not including `end`.

    The same arguments give the same bytes, and a day's values do not depend on the range: a year
    can be written month by month.

    Args:
        folder: root of the tree that the mirror serves (`ercot/`, `caiso/`, `nem/`, ..., `truth/`).
        seed: names the market.
        start, end: days on each operator's own clock.
        operators: which of `OPERATORS`; the documents of bom show the last day.
        points: settlement points (ercot), nodes (caiso), units (nem); one number for all, or by
            operator; default 20, 6 and 12.
        feeds: feed ids to write; default all of the operators.
        hours: clock hours [first, last) to which the files of an hour or less are held.
        nem_forms: which of `current`, `archive` and `mmsdm`.
        corrections: share of prices that a second publication changes (0 for none): see
            `write_corrections`.
        truth: folder that takes the folder `truth`; default `folder`.
        batteries: how many of them ERCOT's disclosures show; these print the prices of the first
            publication.
        forecast_hours: hours from one posting of ERCOT's forecasts to the next.
        market: one of `synthetic.network.settings.MARKETS`, whose dispatch ERCOT's files then show;
            without it its prices are drawn from curves.

    Raises:
        ValueError: an unknown operator, feed, form or market; an empty range; a share outside 0..1.
    """
    context = _context(folder, seed, points, hours, nem_forms, corrections, truth, batteries)
    if forecast_hours < 1:
        raise ValueError(f"forecast_hours must be at least 1, not {forecast_hours}")
    context.forecast_hours, context.market = forecast_hours, market
    started, chosen = perf_counter(), chosen_feeds(operators, feeds)
    span = days(start, end)
    for operator, wanted in chosen.items():
        _MODULES[operator].write_days(context, wanted, span)
    if corrections:
        _correct(context, chosen, span)
    return _summary(context, started, ((start, end),))


def write_corrections(
    folder: Path | str,
    seed: int,
    start: date,
    end: date,
    *,
    share: float = 0.05,
    operators: Sequence[str] = OPERATORS,
    points: dict[str, int] | int | None = None,
    feeds: Sequence[str] | None = None,
    hours: tuple[int, int] | None = None,
    truth: Path | str | None = None,
) -> Summary:
    """Publish days a second time with about `share` of their prices changed.

    ERCOT posts the day-ahead files again and single fifteen-minute files as `_retry_`; OASIS
    answers with newer values (its component prices still add up); the NEM re-issues the reports of
    the changed intervals under higher ids. Their truth has revision 2. Use the arguments of the
    first publication.
    """
    context = _context(folder, seed, points, hours, ("current",), share, truth)
    if not share:
        raise ValueError("share must be above 0: there is nothing to correct")
    started = perf_counter()
    _correct(context, chosen_feeds(operators, feeds), days(start, end))
    return _summary(context, started, ((start, end),))


def _correct(context: Context, chosen: dict[str, list[str]], span: list[date]) -> None:
    context.revision = 2
    for operator, wanted in chosen.items():
        _MODULES[operator].write_days(context, wanted, span)


def _context(folder, seed, points, hours, nem_forms, share, truth, batteries: int = 4) -> Context:
    unknown = set(nem_forms) - set(nem.FORMS)
    if unknown:
        known = ", ".join(nem.FORMS)
        raise ValueError(f"unknown nem_forms {', '.join(sorted(unknown))}; known: {known}")
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"corrections are a share between 0 and 1, not {share}")
    if hours is not None and not 0 <= hours[0] < hours[1] <= 24:
        raise ValueError(f"hours are [first, last) between 0 and 24, not {hours}")
    if batteries < 1:
        raise ValueError(f"batteries must be at least 1, not {batteries}")
    if isinstance(points, int):
        points = dict.fromkeys(POINTS, points)
    counts = POINTS | (points or {})
    kept = Truth(truth or folder)
    forms = tuple(nem_forms)
    return Context(Path(folder), seed, counts, kept, batteries, hours, forms, share=share)


def _summary(context: Context, started: float, windows: tuple) -> Summary:
    return Summary(
        context.folder,
        dict(context.files),
        dict(context.rows),
        perf_counter() - started,
        context.truth,
        windows,
    )
