"""The small fixed sets of files: the samples of `make run`, and two batches for repeated runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

from synthetic.truth import Truth
from synthetic.writing import Summary, write, write_corrections

SEED = 7
DAY = timedelta(days=1)
_AUTUMN, _SPRING, _RECENT = date(2025, 11, 2), date(2026, 3, 8), date(2026, 6, 15)

# Market days that hold files, by operator. CAISO has no listing: ask for these days.
SAMPLE_DAYS: dict[str, tuple[date, ...]] = {
    # 2011 has no flag column, 2023-06-10 is the first day of ECRS
    "ercot": (
        date(2011, 3, 1),
        date(2023, 6, 9),
        date(2023, 6, 10),
        _AUTUMN - DAY,
        _AUTUMN,
        _SPRING,
        _RECENT,
    ),
    # 2018-11-04 is a day of 25 hours in version 1, without the greenhouse-gas component
    "caiso": (
        date(2018, 11, 4),
        _AUTUMN - DAY,
        _AUTUMN,
        _AUTUMN + DAY,
        _SPRING,
        _RECENT,
    ),
    # 2018: directions; 2021: from half hours to five minutes; 2024: new names of the monthly files
    "nem": (
        date(2018, 11, 4),
        date(2021, 9, 30),
        date(2021, 10, 1),
        date(2024, 7, 31),
        date(2024, 8, 1),
        _SPRING,
        _RECENT - DAY,
        _RECENT,
    ),
    # the last and the first trading day of either market
    "wem": (date(2023, 9, 30), date(2023, 10, 1), _RECENT - DAY, _RECENT),
    "apvi": (_RECENT,),
    "bom": (_RECENT,),
}
_DAILY = ("ercot_np4_190_cd", "ercot_np4_188_cd", "ercot_np4_191_cd", "ercot_np6_345_cd")
_QUARTER = ("ercot_np6_905_cd",)
_CAPACITY = ("ercot_np6_331_cd",)
_HOURLY = ("ercot_np3_565_cd", "ercot_np4_742_cd", "ercot_np4_745_cd", "ercot_np3_233_cd")
_DISCLOSED = ("ercot_np3_966_er", "ercot_np3_965_er")
_SCED = ("ercot_np6_788_cd", "ercot_np6_322_cd", "ercot_np6_86_cd")


def samples(folder: Path | str) -> Summary:
    """Write the sample set under `folder`: about 1,500 files, in a few seconds.

    ERCOT's 15th of June 2026 is a whole day of a small network's dispatch, in every product. Of the
    other days these are whole: the day-ahead files and CAISO's, the fifteen-minute prices of the
    autumn and the spring day with the disclosures of four batteries, one archived NEM day and the
    monthly NEM days; of the other five- and fifteen-minute files there are two or three hours. The
    1st of November 2025 has a correction at ERCOT, the 15th of June 2026 in the NEM.
    `windows` of the answer are the ranges of days to ask for.
    """
    total = _Total(Path(folder))
    for day in SAMPLE_DAYS["ercot"][:-1]:
        # the load report started in 2013
        total.one(day, "ercot", feeds=_DAILY if day.year > 2012 else _DAILY[:3])
    total.one(_AUTUMN, "ercot", feeds=_QUARTER)
    total.one(_AUTUMN, "ercot", feeds=_SCED, hours=(1, 3))
    total.one(_SPRING, "ercot", feeds=_SCED, hours=(1, 4))
    total.one(_SPRING, "ercot", feeds=_QUARTER + _CAPACITY)
    total.one(_RECENT, "ercot", market="small", points=60, batteries=8)
    # batteries before and after they became single resources, on days with all prices
    for day in (_AUTUMN, _SPRING):
        total.one(day, "ercot", feeds=_DISCLOSED)
    total.one(_AUTUMN - DAY, "ercot", feeds=_DAILY[:1], share=0.05)

    for day in SAMPLE_DAYS["caiso"]:
        total.one(day, "caiso")

    for day in SAMPLE_DAYS["nem"][:-2]:
        total.one(day, "nem", nem_forms=("mmsdm",))
    total.one(_RECENT - DAY, "nem", nem_forms=("archive",))
    total.one(_RECENT, "nem", hours=(11, 13))
    total.one(_RECENT, "nem", hours=(11, 13), share=0.02)
    total.one(_RECENT, "nem", nem_forms=("mmsdm",), feeds=["nem_participant_registration"])

    for operator in ("wem", "apvi", "bom"):
        for day in SAMPLE_DAYS[operator]:
            total.one(day, operator)
    return total.summary(windows(day for days in SAMPLE_DAYS.values() for day in days))


def two_batches(folder: Path | str) -> list[Path]:
    """Two folders of a few dozen files: those of a first run, and those of a later one.

    The second holds the next day and corrections of the first. The truth of both is in
    `folder/truth`.
    """
    folder = Path(folder)
    parts = [folder / "first", folder / "second"]
    for part, day in zip(parts, (_RECENT, _RECENT + DAY), strict=True):
        total = _Total(part, truth=folder)
        total.one(day, "ercot", feeds=_DAILY)
        total.one(day, "ercot", feeds=_QUARTER + _SCED + _HOURLY, hours=(17, 18))
        total.one(day, "caiso", points=3)
        total.one(day, "nem", hours=(11, 12), points=4)
    total.one(_RECENT, "ercot", feeds=_DAILY[:2], share=0.1)
    total.one(_RECENT, "caiso", points=3, feeds=["caiso_prc_lmp"], share=0.1)
    total.one(_RECENT, "nem", hours=(11, 12), points=4, share=0.1)
    return parts


def windows(days: Iterable[date]) -> tuple[tuple[date, date], ...]:
    """The half-open ranges that cover `days` and nothing else, oldest first."""
    out: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if out and out[-1][1] == day:
            out[-1] = (out[-1][0], day + DAY)
        else:
            out.append((day, day + DAY))
    return tuple(out)


class _Total:
    """Counts of several calls that write single days into one folder."""

    def __init__(self, folder: Path, truth: Path | None = None):
        self.folder, self.truth = folder, truth
        self.files, self.rows, self.started = Counter(), Counter(), perf_counter()

    def one(self, day: date, operator: str, **options: object) -> None:
        """Write one day of one operator; with `share` its correction."""
        writer = write_corrections if "share" in options else write
        options |= {"operators": [operator], "truth": self.truth}
        part = writer(self.folder, SEED, day, day + DAY, **options)
        self.files.update(part.files)
        self.rows.update(part.rows)

    def summary(self, covered: tuple[tuple[date, date], ...]) -> Summary:
        return Summary(
            self.folder,
            dict(self.files),
            dict(self.rows),
            perf_counter() - self.started,
            Truth(self.truth or self.folder),
            covered,
        )
