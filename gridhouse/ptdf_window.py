"""What a PTDF fit reads of one market: sums by day, and the rows of the days that it cuts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from gridhouse.due import EARLIER
from python_models.ptdf.frames import (
    GRAM_COLUMNS,
    MAE_COLUMNS,
    day_gram,
    fit_table,
    holdout_errors,
    stored,
    unseen_constraints,
)
from python_models.ptdf.selection import split

MAES = pa.list_(pa.struct(MAE_COLUMNS))
BOUND = "unnest(constraint_keys) as constraint_key, unnest(bound[:len(constraint_keys)]) as bound"


@dataclass(frozen=True)
class Day:
    """A market day, how many intervals it has, the first and the last that count, and when its sums
    were computed."""

    day: date
    intervals: int
    first_run_at: datetime | None
    last_run_at: datetime | None
    built_at: datetime


class Window:
    """The last `days` days of a market; relations are DuckDB's.

    grams: of `int_ptdf__day_grams`. mu, targets, extra: the rows that those are the sums of.
    """

    def __init__(self, iso: str, days: int, grams, mu, targets, extra, has_extra: bool):
        grams, mu, targets, extra = (
            r.filter(f"iso = '{iso}'") for r in (grams, mu, targets, extra)
        )
        (last,) = grams.aggregate("max(market_date)").fetchone()
        self._grams = grams.filter(f"market_date > date '{last - timedelta(days=days)}'")
        self._mu, self._targets, self._extra = mu, targets, extra if has_extra else None
        columns = (
            "market_date, interval_count + coalesce(dropped_interval_count, 0), first_run_at, "
            "last_run_at, _built_at"
        )
        rows = self._grams.project(columns).order("market_date").fetchall()
        self.days = [Day(*row) for row in rows]
        self._counted = [d for d in self.days if d.intervals]

    def instants(self, day: date) -> list[datetime]:
        """The intervals of a day, in order."""
        rows = self._targets.filter(f"is_explained and market_date = date '{day}'")
        return [at for (at,) in rows.project("run_at").distinct().order("run_at").fetchall()]

    def is_due(
        self, last_run_at: datetime | None, market_date: date, built_at: datetime, hours: float
    ) -> bool:
        """Whether so many hours are new since a fit, or a day that it read whole was made anew."""
        newest = self._counted[-1].last_run_at if self._counted else None
        if any(d.day < market_date and d.built_at > built_at for d in self.days):
            return True
        if newest is None or last_run_at is None:
            return newest is not last_run_at  # that nothing counts any more is told once
        return newest >= last_run_at + timedelta(hours=hours) - EARLIER

    def fit(self, rare: str, least_intervals: int) -> dict[str, object]:
        """The columns of a fit's row, the result of `fit_table` under `fitted`.

        The day in which the hold-out begins is read again, to be cut in two, and those of the
        hold-out for their absolute errors and to choose the penalty by. With `rare` "drop" so are
        the days in which a constraint bound that did so in fewer than `least_intervals` intervals.
        """
        count = sum(d.intervals for d in self.days)
        before = split(count)
        for cut in self.days:
            if before < cut.intervals:
                break
            before -= cut.intervals
        else:
            before = cut.intervals  # one interval alone: nothing is held out
        instants = self.instants(cut.day)
        held_from = instants[before] if before < len(instants) else None
        later = [d.day for d in self.days if d.day >= cut.day] if held_from else []
        early, late = _conditions(held_from)
        excluded, anew = self._rare(cut.day, least_intervals) if rare == "drop" else (set(), [])
        train = [
            self._sums(f"market_date < date '{cut.day}'", anew),
            *(day_gram(*self._rows(day), excluded) for day in anew),
            day_gram(*self._rows(cut.day, early), excluded),
        ]
        holdout = [
            day_gram(*self._rows(cut.day, late)),
            self._sums(f"market_date > date '{cut.day}'"),
        ]
        train, holdout = pa.concat_tables(train), pa.concat_tables(holdout)
        # the penalty is chosen by intervals in which only known constraints bound
        unseen = unseen_constraints(train, holdout)
        rows = [self._rows(day, late) for day in later]
        seen = pa.concat_tables([day_gram(*day, unseen) for day in rows]) if unseen else holdout
        fitted = fit_table(train, holdout, seen_rows=seen)
        unexplained, lacking = self._grams.aggregate(
            "coalesce(sum(unexplained_interval_count), 0), coalesce(sum(dropped_interval_count), 0)"
        ).fetchone()
        if (unexplained or lacking) and not len(train):
            reason = f"of all {unexplained} intervals shadow prices or lambda have not landed"
            if lacking:
                reason = f"{lacking} intervals lack a further regressor (ptdf_extra), none is left"
            place = fitted.column_names.index("reason")
            fitted = fitted.set_column(place, "reason", [[reason]])
        of = stored(fitted)
        errors = [holdout_errors(of, *day) for day in rows]
        return {
            "first_market_date": self.days[0].day,
            "last_market_date": self.days[-1].day,
            "first_run_at": self._counted[0].first_run_at if self._counted else None,
            "holdout_first_run_at": held_from,
            "last_run_at": self._counted[-1].last_run_at if self._counted else None,
            "unexplained_interval_count": unexplained,
            # by further regressors that lack, and with rare constraints
            "dropped_interval_count": count - _intervals(train) - _intervals(holdout),
            "holdout_errors": _mean_errors(errors),
            "fitted": fitted,
        }

    def _sums(self, condition: str, without: list[date] = ()) -> pa.Table:
        days = "".join(f" and market_date <> date '{day}'" for day in without)
        rows = self._grams.filter(f"interval_count > 0 and {condition}{days}")
        # in the order of days, so that the same data give the same fit to the last digit
        rows = rows.project(", ".join(["market_date", *GRAM_COLUMNS.names])).order("market_date")
        return rows.to_arrow_table().drop_columns("market_date").cast(GRAM_COLUMNS)

    def _rows(self, day: date, condition: str = "true") -> tuple:
        span = f"market_date = date '{day}' and {condition}"
        prices = self._targets.filter(f"is_explained and {span}").to_arrow_table()
        extra = None if self._extra is None else self._extra.filter(span).to_arrow_table()
        return self._mu.filter(span).to_arrow_table(), prices, extra

    def _rare(self, cut: date, least_intervals: int) -> tuple[set[str], list[date]]:
        """Constraints that bound seldom until a day, and the days before it on which they did."""
        bound = self._grams.filter(f"market_date <= date '{cut}'")
        bound = bound.project(f"market_date, {BOUND}").filter("bound > 0")
        few = bound.aggregate("constraint_key, sum(bound) as bound, list(market_date) as days")
        rows = few.filter(f"bound < {least_intervals}").project("constraint_key, days").fetchall()
        return {key for key, _ in rows}, sorted({d for _, days in rows for d in days if d < cut})


def _conditions(held_from: datetime | None) -> tuple[str, str]:
    """Of the intervals before the hold-out, and of its own."""
    if held_from is None:
        return "true", "false"
    return tuple(f"run_at {sign} timestamptz '{held_from.isoformat()}'" for sign in ("<", ">="))


def _intervals(sums: pa.Table) -> int:
    return pc.sum(sums["interval_count"]).as_py() or 0


def _mean_errors(days: list[pa.Table]) -> list[dict]:
    """Absolute errors over all days, weighted by their intervals."""
    if not days:
        return []
    all_days = pa.concat_tables(days)
    count = pc.cast(all_days["interval_count"], pa.float64())
    for name in ("mae", "baseline_mae"):
        at = all_days.schema.get_field_index(name)
        all_days = all_days.set_column(at, name, pc.multiply(all_days[name], count))
    sums = all_days.group_by("location_key", use_threads=False).aggregate(
        [(name, "sum") for name in MAE_COLUMNS.names[1:]]
    )
    return [
        {
            "location_key": row["location_key"],
            "interval_count": row["interval_count_sum"],
            "mae": row["mae_sum"] / row["interval_count_sum"],
            "baseline_mae": row["baseline_mae_sum"] / row["interval_count_sum"],
        }
        for row in sums.sort_by("location_key").to_pylist()
    ]
