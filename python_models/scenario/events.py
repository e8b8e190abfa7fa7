"""Events that markets are made in, and how one hangs on another.

An event has outcomes that exclude each other and of which one comes true. It has probabilities of
its own, or hangs on one parent: then it has a row of probabilities for each outcome of the parent,
and an outcome together with one of the parent's is worth

    P(outcome and parent's) = P(outcome | parent's) P(parent's)

Its own probabilities are the sums of these. Events with at most one parent each and no cycle are a
forest, so each statement about them follows from the roots, and none can contradict another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

THRESHOLD = 25.0  # $/MWh
TOLERANCE = 1e-6  # how far probabilities that are stated twice may differ
YES, NO = "YES", "NO"


class EventError(ValueError):
    """Events that make no market: says which one, why, and what to do."""


@dataclass(frozen=True)
class Event:
    """One event. `conditional[i][j]`: P(outcome j | outcome i of the parent).

    `probabilities` are needed without a parent. With one they follow from it; if they are stated
    all the same, they must agree.
    """

    name: str
    outcomes: tuple[str, ...]
    probabilities: tuple[float, ...] | None = None
    parent: str | None = None
    conditional: tuple[tuple[float, ...], ...] | None = None


@dataclass(frozen=True)
class Priced:
    """An event with the probability of each outcome.

    `joint[i][j]`: P(outcome j and outcome i of the parent), whose outcomes stand beside it; both
    are empty without a parent.
    """

    event: Event
    probabilities: tuple[float, ...]
    joint: tuple[tuple[float, ...], ...] = ()
    parent_outcomes: tuple[str, ...] = ()


def price_above(location: str, probability: float, threshold: float = THRESHOLD) -> Event:
    """The price of a location, in $/MWh, is above the threshold: yes or no."""
    return Event(f"{location} > {threshold:g}", (YES, NO), (probability, 1.0 - probability))


def share_of_congestion(shares: Mapping[str, float]) -> Event:
    """Which constraint a dollar of congestion is due to: one market, an outcome per constraint."""
    return Event("share of congestion", tuple(shares), tuple(shares.values()))


def price_events(events: Sequence[Event]) -> tuple[Priced, ...]:
    """All events with their probabilities, parents before children, else in the order given.

    Raises `EventError` for names that repeat, probabilities that are none or do not add up to 1, a
    parent that is not there, a cycle, and probabilities that contradict those of the parent.
    """
    by_name = {event.name: event for event in events}
    if len(by_name) < len(events):
        names = [event.name for event in events]
        again = sorted({name for name in names if names.count(name) > 1})
        raise EventError(f"several events are called {', '.join(again)}: give each its own name")
    done: dict[str, Priced] = {}
    for event in events:
        for link in reversed(_ancestry(event, by_name)):
            if link.name not in done:
                done[link.name] = _price(link, done)
    return tuple(done.values())


def _ancestry(event: Event, by_name: Mapping[str, Event]) -> list[Event]:
    """The event, its parent, its parent's parent and so on."""
    line = [event]
    while (parent := line[-1].parent) is not None:
        if parent not in by_name:
            raise EventError(
                f"event {line[-1].name!r}: its parent {parent!r} is no event; add it, or take "
                "`parent` away"
            )
        line.append(by_name[parent])
        if parent in [earlier.name for earlier in line[:-1]]:
            names = [link.name for link in line]
            circle = names[names.index(parent) :]
            raise EventError(f"events hang on each other in a circle: {' -> '.join(circle)}")
    return line


def _price(event: Event, done: Mapping[str, Priced]) -> Priced:
    if len(event.outcomes) < 2 or len(set(event.outcomes)) < len(event.outcomes):
        raise EventError(
            f"event {event.name!r}: outcomes {list(event.outcomes)}; two or more different ones "
            "are needed"
        )
    if event.probabilities is not None:
        _check_chances(event, event.probabilities, "probabilities")
    if event.parent is None:
        if event.conditional is not None:
            raise EventError(f"event {event.name!r}: `conditional` without `parent`; name it")
        if event.probabilities is None:
            raise EventError(f"event {event.name!r}: without a parent it needs `probabilities`")
        return Priced(event, event.probabilities)
    parent = done[event.parent]
    rows, needed = event.conditional or (), parent.event.outcomes
    if len(rows) != len(needed):
        raise EventError(
            f"event {event.name!r}: `conditional` has {len(rows)} rows, its parent "
            f"{event.parent!r} has {len(needed)} outcomes; give one row for each"
        )
    for outcome, row in zip(needed, rows, strict=True):
        _check_chances(event, row, f"probabilities given {event.parent!r} is {outcome!r}")
    joint = tuple(
        tuple(chance * p for p in row)
        for chance, row in zip(parent.probabilities, rows, strict=True)
    )
    marginal = tuple(math.fsum(column) for column in zip(*joint, strict=True))
    for outcome, stated, implied in zip(
        event.outcomes, event.probabilities or marginal, marginal, strict=True
    ):
        if abs(stated - implied) > TOLERANCE:
            raise EventError(
                f"event {event.name!r}: P({outcome}) is stated as {stated:g}, but its parent "
                f"{event.parent!r} makes it {implied:g}; take `probabilities` away or correct one"
            )
    return Priced(event, marginal, joint, needed)


def _check_chances(event: Event, chances: Sequence[float], what: str) -> None:
    shown = f"event {event.name!r}: {what} {list(chances)}"
    if len(chances) != len(event.outcomes):
        raise EventError(f"{shown}; it has {len(event.outcomes)} outcomes, give one for each")
    if not all(0.0 <= p <= 1.0 for p in chances):  # NaN is not
        raise EventError(f"{shown}; each must lie between 0 and 1")
    if abs(math.fsum(chances) - 1.0) > TOLERANCE:
        raise EventError(f"{shown}; they add up to {math.fsum(chances):g}, not to 1")
