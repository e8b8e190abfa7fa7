"""What one call of `write` carries from feed to feed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from synthetic.truth import Truth
from synthetic.zips import put


@dataclass
class Context:
    """Settings of one run, and its running counts.

    Attributes:
        folder: root of the tree that the mirror serves.
        seed: same seed, same bytes.
        points: how many locations an operator has ("ercot", "caiso") and units ("nem").
        truth: where the truth goes.
        batteries: how many of them ERCOT's disclosures show.
        hours: clock hours [first, last) of the files of an hour or less to write; None for all.
        nem_forms: which of current, archive and mmsdm to write.
        revision: 1 for the first publication, 2 for its correction.
        share: share of the values that the correction changes.
        forecast_hours: hours from one posting of forecasts to the next.
        market: network whose dispatch ERCOT's files show; None for the market without one.
    """

    folder: Path
    seed: int
    points: dict[str, int]
    truth: Truth
    batteries: int = 4
    hours: tuple[int, int] | None = None
    nem_forms: tuple[str, ...] = ("current",)
    revision: int = 1
    share: float = 0.0
    forecast_hours: int = 1
    market: str | None = None
    files: Counter = field(default_factory=Counter)
    rows: Counter = field(default_factory=Counter)

    def in_hours(self, hour: int) -> bool:
        """True if files of this clock hour are asked for."""
        return self.hours is None or self.hours[0] <= hour < self.hours[1]

    def write(self, feed: str, path: str, data: bytes, rows: int, published: int) -> None:
        """Put a file under the folder and count it; `published` is seconds since 1970 (UTC)."""
        put(f"{self.folder}/{path}", data, float(published))
        self.files[feed] += 1
        self.rows[feed] += rows
