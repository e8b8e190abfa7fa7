"""Tables to arrays and back: the only place of this package that knows a column's name."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import jax
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from python_models.assimilation import market
from python_models.assimilation.diagnostics import has_diverged
from python_models.assimilation.market import Estimate, Level, Series

LAPSED_SECONDS = 3600  # `forecast_mw` is what was known one hour before its interval
# Nobody waits for the few actuals that come so much later than 98 per cent of the training's.
LATE_SECONDS = 86400
BASES = ("operator", "climatology")
_INSTANT = pa.timestamp("us", "UTC")

OBSERVATION_COLUMNS = pa.schema(
    [
        ("zone", pa.string()),
        ("quantity", pa.string()),
        ("interval_start", _INSTANT),
        ("interval_hours", pa.float64()),
        ("forecast_mw", pa.float64()),
        ("actual_mw", pa.float64()),
        ("capacity_mw", pa.float64()),
        ("published_at", _INSTANT),
    ]
)
OPERATOR_COLUMNS = pa.schema(
    [
        ("zone", pa.string()),
        ("quantity", pa.string()),
        ("issued_at", _INSTANT),
        ("interval_start", _INSTANT),
        ("forecast_mw", pa.float64()),
    ]
)
STATE_COLUMNS = pa.schema(
    [
        ("zone", pa.string()),
        ("quantity", pa.string()),
        ("interval_start", _INSTANT),
        ("mean_mw", pa.float64()),
        ("sd_mw", pa.float64()),
        ("q05", pa.float64()),
        ("q95", pa.float64()),
        ("forecast_mw", pa.float64()),
        ("anomaly_mw", pa.float64()),
        ("method", pa.string()),
        ("base", pa.string()),
        ("is_in_sample", pa.bool_()),
    ]
)
INNOVATION_COLUMNS = pa.schema(
    [
        ("zone", pa.string()),
        ("quantity", pa.string()),
        ("interval_start", _INSTANT),
        ("innovation_mw", pa.float64()),
        ("innovation_sd_mw", pa.float64()),
        ("standardised", pa.float64()),
        ("is_outlier", pa.bool_()),
    ]
)
FORECAST_COLUMNS = pa.schema(
    [
        ("zone", pa.string()),
        ("quantity", pa.string()),
        ("issued_at", _INSTANT),
        ("horizon_hours", pa.float64()),
        ("interval_start", _INSTANT),
        ("mean_mw", pa.float64()),
        ("sd_mw", pa.float64()),
        ("q05", pa.float64()),
        ("q25", pa.float64()),
        ("q75", pa.float64()),
        ("q95", pa.float64()),
        ("forecast_mw", pa.float64()),
        ("base", pa.string()),
    ]
)
SCORE_COLUMNS = pa.schema(
    [
        ("zone", pa.string()),
        ("quantity", pa.string()),
        ("horizon_hours", pa.float64()),
        ("method", pa.string()),
        ("row_count", pa.int64()),
        ("rmse_mw", pa.float64()),
        ("bias_mw", pa.float64()),
        ("crps_mw", pa.float64()),
        ("spread_over_error", pa.float64()),
        ("coverage_50", pa.float64()),
        ("coverage_90", pa.float64()),
    ]
)
PARAMETER_FIELDS = [
    ("zone", pa.string()),
    ("quantity", pa.string()),
    ("base", pa.string()),
    ("method", pa.string()),
    ("phi", pa.float64()),
    ("bias", pa.float64()),
    ("sd", pa.float64()),
    ("error_sd_mw", pa.float64()),
    ("value_count", pa.int64()),
    ("is_fit", pa.bool_()),
    ("has_diverged", pa.bool_()),
    ("training_from", _INSTANT),
    ("training_until", _INSTANT),
    ("is_in_sample", pa.bool_()),
]
RUN_COLUMNS = pa.schema(
    [
        ("methods", pa.list_(pa.string())),
        ("device", pa.string()),
        ("members", pa.int64()),
        ("seed", pa.int64()),
        ("observation_count", pa.int64()),
        ("missing_actual_count", pa.int64()),
        ("missing_forecast_count", pa.int64()),
        ("unused_forecast_count", pa.int64()),
        ("state_count", pa.int64()),
        ("forecast_count", pa.int64()),
        ("has_diverged", pa.bool_()),
        ("is_in_sample", pa.bool_()),
        ("parameters", pa.list_(pa.struct(PARAMETER_FIELDS))),
    ]
)


@dataclass(frozen=True)
class Options:
    """How to assimilate.

    horizons_hours: a forecast's horizon is from its issue to the end of what is forecast.
    actual_error_mw: standard deviation of an actual's error, by quantity; that of its rounding for
    those without. issue_hours: forecasts are issued at multiples of it. bounded: quantities between
    0 and the capacity. training_share: first part of a quantity's time, `least_training_days` at
    least, that parameters are learnt from; where nothing would be left to score, all of it. device:
    platform of jax, as "cpu" or "gpu"; its default if none is named.
    """

    members: int = 100
    seed: int = 0
    horizons_hours: tuple[float, ...] = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    actual_error_mw: Mapping[str, float] = dataclasses.field(default_factory=dict)
    issue_hours: float = 1.0
    bounded: tuple[str, ...] = ("WIND", "SOLAR")
    training_share: float = 0.3
    least_training_days: float = 7.0
    device: str | None = None

    def __post_init__(self) -> None:
        if self.members < 10:
            raise ValueError(f"members is {self.members}: an ensemble needs at least 10")
        if not self.horizons_hours or min(self.horizons_hours) <= 0:
            raise ValueError(f"horizons_hours is {self.horizons_hours}: give some above zero")
        if self.issue_hours <= 0:
            raise ValueError(f"issue_hours is {self.issue_hours}: give one above zero")
        if min(self.actual_error_mw.values(), default=1) <= 0:
            raise ValueError(f"actual_error_mw is {self.actual_error_mw}: give some above zero")
        if not 0 < self.training_share < 1:
            raise ValueError(f"training_share is {self.training_share}: it lies between 0 and 1")

    def method(self, quantity: str) -> str:
        return "etkf" if quantity.upper() in self.bounded else "kalman"


class Assimilated(NamedTuple):
    """Tables by the schemas above: `STATE_COLUMNS`, `INNOVATION_COLUMNS`, `FORECAST_COLUMNS`,
    `SCORE_COLUMNS`, and one row of `RUN_COLUMNS`."""

    states: pa.Table
    innovations: pa.Table
    forecasts: pa.Table
    scores: pa.Table
    run: pa.Table


def assimilate_tables(
    observations: pa.Table, forecasts: pa.Table, options: Options | None = None
) -> Assimilated:
    """States of all zones and quantities, their innovations, forecasts and how these did.

    observations: `OBSERVATION_COLUMNS`, one row per zone, quantity and interval, in any order;
    `forecast_mw` is what the operator had forecast by one hour before, null where it had not;
    `published_at` when the actual was, null for at once. forecasts: `OPERATOR_COLUMNS`, one row per
    forecast that the operator issued. A forecast of ours uses what was published by its own
    `issued_at`, which is at most the newest `published_at` or `issued_at` that came in: the state
    after the last interval up to which all actuals were, the newest forecast of the operator, and
    climatology (`base`) where there was none. Parameters are learnt from the first part of the time
    and forecasts made from its end on. An interval without a row is one without an actual; one that
    begins after all publications has no state. Scores compare the same intervals for each
    method. A zone with too little history to say how far it strays has no sd and no quantiles.
    Raises ValueError for rows twice, off the grid of intervals, or not finite.
    """
    options = options or Options()
    observations = _checked(observations, OBSERVATION_COLUMNS, "observations")
    forecasts = _checked(forecasts, OPERATOR_COLUMNS, "forecasts")
    device = _device(options.device)
    latest = _latest(observations, forecasts)
    has_begun = pa.array(_seconds(observations["interval_start"]) < latest)
    observations = observations.filter(has_begun)
    parts: list[_Quantity] = []
    with jax.default_device(device):
        for quantity in sorted(pc.unique(observations["quantity"]).to_pylist()):
            rows = observations.filter(pc.equal(observations["quantity"], quantity))
            issued = forecasts.filter(pc.equal(forecasts["quantity"], quantity))
            parts.append(_Quantity(quantity, rows, issued, latest, options))

        def joined(schema: pa.Schema, tables: list[pa.Table]) -> pa.Table:
            return pa.concat_tables([schema.empty_table(), *tables]).combine_chunks()

        states = joined(STATE_COLUMNS, [p.states() for p in parts])
        innovations = joined(INNOVATION_COLUMNS, [p.innovations() for p in parts])
        ours = joined(FORECAST_COLUMNS, [p.forecasts() for p in parts])
        scores = joined(SCORE_COLUMNS, [p.scores() for p in parts])
        parameters = [row for p in parts for row in p.parameters()]
    used = sum(p.used_forecasts for p in parts)
    run = {
        "methods": sorted({p.method for p in parts}),
        "device": f"{device.platform}: {device.device_kind}",
        "members": options.members,
        "seed": options.seed,
        "observation_count": observations.num_rows,
        "missing_actual_count": observations["actual_mw"].null_count,
        "missing_forecast_count": observations["forecast_mw"].null_count,
        "unused_forecast_count": forecasts.num_rows - used,
        "state_count": states.num_rows,
        "forecast_count": ours.num_rows,
        "has_diverged": any(p["has_diverged"] for p in parameters),
        "is_in_sample": any(p.is_in_sample for p in parts),
        "parameters": parameters,
    }
    return Assimilated(
        states, innovations, ours, scores, pa.Table.from_pylist([run], schema=RUN_COLUMNS)
    )


def _device(name: str | None) -> jax.Device:
    if name is None:
        return jax.devices()[0]
    there = sorted({d.platform for d in jax.devices()} | {"cpu"})
    try:
        return jax.devices(name)[0]
    except RuntimeError as error:
        raise ValueError(
            f"no device {name!r} here, only {', '.join(there)}: name one of these or none"
        ) from error


def _checked(table: pa.Table, schema: pa.Schema, name: str) -> pa.Table:
    """The columns of the schema in its types; NaN is missing."""
    absent = [n for n in schema.names if n not in table.column_names]
    if absent:
        raise ValueError(f"{name} has no column {', '.join(absent)}: add it (null where unknown)")
    table = table.select(schema.names).cast(schema)
    for field in schema:
        column = table[field.name]
        if pa.types.is_floating(field.type) and field.name != "interval_hours":
            column = pc.if_else(pc.is_nan(column), pa.scalar(None, field.type), column)
            wrong = pc.is_inf(column)
            table = table.set_column(table.column_names.index(field.name), field, column)
        else:
            wrong = pc.is_null(column) if field.name != "published_at" else pa.array([False])
        row = pc.index(pc.fill_null(wrong, False), True).as_py()
        if row >= 0:
            value = column[row].as_py()
            raise ValueError(f"{name} row {row + 1}, column {field.name}: {value} is not allowed")
    return table


def _seconds(column: pa.ChunkedArray) -> np.ndarray:
    """Seconds of an instant, rounded up: what came within a second was not there at its start."""
    return -(-pc.cast(column, pa.int64()).to_numpy() // 1_000_000)


def _published(rows: pa.Table) -> np.ndarray:
    """Microsecond from which on each row's actual is known: its interval has to have ended."""
    end = pc.cast(rows["interval_start"], pa.int64()).to_numpy()
    end = end + np.round(rows["interval_hours"].to_numpy() * 3600e6).astype(np.int64)
    return np.maximum(end, pc.fill_null(pc.cast(rows["published_at"], pa.int64()), 0).to_numpy())


def _latest(observations: pa.Table, forecasts: pa.Table) -> float:
    """The last whole second that something was published by; of nothing all time to come.

    At most a day after the newest actual or forecast: what is published later is late, and tells
    nothing of the time between.
    """
    actuals = observations.filter(pc.is_valid(observations["actual_mw"]))
    published, issued = (
        _published(actuals) / 1_000_000,
        pc.cast(forecasts["issued_at"], pa.int64()).to_numpy() / 1_000_000,
    )
    if not len(published) + len(issued):
        return np.inf
    ended = _seconds(actuals["interval_start"]) + 3600 * actuals["interval_hours"].to_numpy()
    newest = max(np.concatenate([ended, issued]))
    return max(np.concatenate([published, issued]).clip(max=newest + LATE_SECONDS)) // 1


def _instants(seconds: np.ndarray) -> pa.Array:
    return pa.array(seconds * 1_000_000, pa.int64()).cast(_INSTANT)


class _Quantity:
    """All that is found out about one quantity; arrays are `[T, N]` or `[T, H, N]`."""

    def __init__(
        self, name: str, rows: pa.Table, issued: pa.Table, latest: float, options: Options
    ):
        self.name, self.options = name, options
        self.method = options.method(name)
        self.zones = sorted(pc.unique(rows["zone"]).to_pylist())
        self._lay_out(rows, latest)
        self.steps = tuple(self._steps(hours) for hours in options.horizons_hours)
        self.actual = self._values(rows, "actual_mw")
        self._split()
        self._wait(rows)
        self.is_issued = self._is_issued(latest)
        capacity = self._capacity(rows) if self.method == "etkf" else None
        self.capacity = capacity
        self._know(rows, issued)
        self.estimates = {}
        key = jax.random.fold_in(jax.random.key(options.seed), sum(name.encode()))
        for base, (now, ahead) in self.bases.items():
            found = market.estimate(
                key,
                Series(now, self.in_time, capacity),
                ahead,
                self.training,
                self.steps,
                options.members,
                self._error_sd(),
                self.seen,
            )
            self.estimates[base] = jax.tree.map(np.asarray, found)

    def _lay_out(self, rows: pa.Table, latest: float) -> None:
        """Regular intervals from the first row to the last one that has begun."""
        hours = pc.unique(rows["interval_hours"]).to_pylist()
        if len(hours) > 1 or not 0 < hours[0] <= 24:
            raise ValueError(
                f"{self.name} has interval_hours {sorted(hours)}: give all of its rows one length, "
                "above 0 and at most 24"
            )
        self.hours = hours[0]
        self.length = round(hours[0] * 3600)
        start = _seconds(rows["interval_start"])
        self.first = int(start.min())
        off = np.flatnonzero((start - self.first) % self.length)
        if len(off):
            at = rows["interval_start"][int(off[0])].as_py()
            raise ValueError(
                f"{self.name}: an interval starts at {at}, which is no multiple of {self.hours} "
                "hours after the first one: make intervals regular"
            )
        self.slot = (start - self.first) // self.length
        self.place = pc.index_in(rows["zone"], pa.array(self.zones)).to_numpy()
        self.count = int(self.slot.max()) + 1
        if np.isfinite(latest):
            self.count = int(-(-(latest - self.first) // self.length))
        cell = self.slot * len(self.zones) + self.place
        _, first, number = np.unique(cell, return_index=True, return_counts=True)
        if (number > 1).any():
            row = rows.slice(int(first[np.argmax(number > 1)]), 1).to_pylist()[0]
            raise ValueError(
                f"{self.name} of zone {row['zone']} has several rows at {row['interval_start']}: "
                "give one"
            )
        self.starts = self.first + np.arange(self.count) * self.length
        self.issued = self.starts + self.length

    def _steps(self, hours: float) -> int:
        steps = hours * 3600 / self.length
        if abs(steps - round(steps)) > 1e-6:
            raise ValueError(f"{self.name}: horizon {hours} h is no multiple of {self.hours} h")
        return round(steps)

    def _values(self, rows: pa.Table, column: str) -> np.ndarray:
        out = np.full((self.count, len(self.zones)), np.nan)
        out[self.slot, self.place] = pc.fill_null(rows[column], np.nan).to_numpy()
        return out

    def _split(self) -> None:
        """Which intervals parameters are learnt from."""
        least = round(self.options.least_training_days * 86400 / self.length)
        until = max(round(self.count * self.options.training_share), least)
        self.is_in_sample = until >= self.count
        self.until = self.count if self.is_in_sample else until
        self.training = np.arange(self.count) < self.until

    def _wait(self, rows: pa.Table) -> None:
        """What is known at the end of each interval, and when forecasts are issued.

        in_time: actuals without those that nobody waits for. complete: `[T]`, the last interval up
        to which all of them are known, -1 for none. seen: the last with an actual of these.
        """
        known = np.full(self.actual.shape, -np.inf)
        known[self.slot, self.place] = -(-_published(rows) // 1_000_000)
        delay = np.where(np.isnan(self.actual), np.nan, known - self.issued[:, None])
        some = delay[self.training][~np.isnan(delay[self.training])]
        limit = np.quantile(some, 0.98) + LATE_SECONDS if len(some) else np.inf
        self.in_time = np.where(delay > limit, np.nan, self.actual)
        there = ~np.isnan(self.in_time)
        known = np.maximum.accumulate(np.where(there, known, -np.inf).max(axis=1))
        each = np.arange(self.count)
        self.complete = np.searchsorted(known, self.issued, side="right") - 1
        self.complete = np.minimum(self.complete, each)
        last = np.maximum.accumulate(np.where(there.any(axis=1) | ~there.any(), each, -1))
        self.seen = np.where(self.complete < 0, -1, last[np.maximum(self.complete, 0)])

    def _is_issued(self, latest: float) -> np.ndarray:
        """Once an actual after the training is known, and as far as anything was published."""
        every = round(self.options.issue_hours * 3600)
        is_after = self.complete >= (0 if self.is_in_sample else self.until)
        return is_after & (self.issued % every == 0) & (self.issued <= latest)

    def _error_sd(self) -> float:
        told = self.options.actual_error_mw.get(self.name)
        return market.rounding_sd(self.in_time[self.training]) if told is None else told

    def _capacity(self, rows: pa.Table) -> np.ndarray:
        """The last one known; before any, a tenth more than the most of the training and since.

        What comes later is not looked at, so a forecast does not know of plants to come.
        """
        held = market.hold_last(self._values(rows, "capacity_mw"))
        both = np.stack([self.in_time, self._values(rows, "forecast_mw")])
        most = np.maximum(np.nan_to_num(both), 0).max(axis=0)
        most = np.maximum(np.maximum.accumulate(most), most[self.training].max(axis=0))
        return np.where(np.isnan(held), 1.1 * most, held)

    def _capacity_known(self) -> np.ndarray | None:
        """The one that forecasts of each issue know of."""
        return None if self.capacity is None else self.capacity[np.maximum(self.seen, 0)]

    def _know(self, rows: pa.Table, issued: pa.Table) -> None:
        """What the operator forecast, as known one hour before and at each issue."""
        known = _Issued(issued, self)
        self.used_forecasts = known.count
        now = self._values(rows, "forecast_mw")
        late = known.at(self.starts[:, None], self.starts + self.length - LAPSED_SECONDS)
        now = np.where(np.isnan(now), late[:, 0], now)
        targets = self.starts[:, None] + np.array(self.steps) * self.length
        ahead = known.at(targets, self.issued)
        of_then = market.look_ahead(now, self.steps)
        lapsed = np.array(self.options.horizons_hours) * 3600 <= LAPSED_SECONDS
        ahead = np.where(np.isnan(ahead) & lapsed[:, None], of_then, ahead)
        self.operator = now, ahead
        self.bases = {BASES[0]: (now, ahead)}
        if np.isnan(now).any() or np.isnan(ahead[self.is_issued]).any():
            more = self.starts[-1] + (1 + np.arange(max(self.steps))) * self.length
            hour = np.concatenate([self.starts, more]) // 3600 % 24
            usual = market.climatology(self.in_time, hour, self.training)
            usual_ahead = np.stack([usual[step : step + self.count] for step in self.steps], axis=1)
            self.bases[BASES[1]] = usual[: self.count], usual_ahead

    def _chosen(self, shape: str) -> np.ndarray:
        """Which base is used, by number; the operator's where there is one."""
        mine = self.operator[0 if shape == "now" else 1]
        return np.where(np.isnan(mine), 1, 0) if len(self.bases) > 1 else np.zeros(mine.shape, int)

    def _pick(self, shape: str, values: list[np.ndarray]) -> np.ndarray:
        return np.choose(self._chosen(shape), values) if len(values) > 1 else values[0]

    def _levels(self, shape: str) -> tuple[Level, np.ndarray]:
        """Levels of the state now, or ahead of each issue, and the bases that they stand on."""
        found, bases = [], []
        for base, estimate in self.estimates.items():
            at, is_fit = self.bases[base][0 if shape == "now" else 1], estimate.parameters.is_fit
            if shape == "now":
                series = Series(at, self.actual, self.capacity)
                level = market.state_of(estimate.parameters, estimate.path, series)
            else:
                capacity = self._capacity_known()
                level = market.level_of(
                    estimate.ahead_mean,
                    estimate.ahead_sd,
                    at,
                    None if capacity is None else capacity[:, None, :],
                    estimate.ahead_error_sd_mw,
                )
            # a mean needs no history
            level = Level(
                np.asarray(level.mean_mw),
                *(np.where(is_fit, v, np.nan) for v in (level.sd_mw, level.quantiles_mw)),
            )
            found.append(level)
            bases.append(at)
        chosen = [self._pick(shape, [f[n] for f in found]) for n in range(2)]
        quantiles = np.stack(
            [self._pick(shape, [f.quantiles_mw[n] for f in found]) for n in range(4)]
        )
        return Level(*chosen, quantiles), self._pick(shape, bases)

    def states(self) -> pa.Table:
        level, base = self._levels("now")
        slots, zones = np.indices(base.shape).reshape(2, -1)
        columns = [
            pa.array(self.zones).take(pa.array(zones)),
            pa.repeat(self.name, len(zones)),
            _instants(self.starts[slots]),
            level.mean_mw,
            level.sd_mw,
            level.quantiles_mw[0],
            level.quantiles_mw[3],
            self.operator[0],
            level.mean_mw - base,
            pa.repeat(self.method, len(zones)),
            pa.array(BASES).take(pa.array(self._chosen("now").ravel())),
            self.training[slots],
        ]
        return _table(columns, STATE_COLUMNS)

    def innovations(self) -> pa.Table:
        paths = [e.path for e in self.estimates.values()]
        value = self._pick("now", [p.innovation_mw for p in paths])
        sd = self._pick("now", [p.innovation_sd_mw for p in paths])
        there = ~np.isnan(value)
        slots, zones = np.nonzero(there)
        value, sd = value[there], sd[there]
        columns = [
            pa.array(self.zones).take(pa.array(zones)),
            pa.repeat(self.name, len(zones)),
            _instants(self.starts[slots]),
            value,
            sd,
            value / sd,
            np.abs(value / sd) > market.OUTLIER,
        ]
        return _table(columns, INNOVATION_COLUMNS)

    def forecasts(self) -> pa.Table:
        level, base = self._levels("ahead")
        use = self.is_issued[:, None, None] & ~np.isnan(base)
        slots, horizons, zones = np.nonzero(use)
        steps = np.array(self.steps)[horizons]
        columns = [
            pa.array(self.zones).take(pa.array(zones)),
            pa.repeat(self.name, len(zones)),
            _instants(self.issued[slots]),
            np.array(self.options.horizons_hours)[horizons],
            _instants(self.starts[slots] + steps * self.length),
            level.mean_mw[use],
            level.sd_mw[use],
            *(q[use] for q in level.quantiles_mw),
            self.operator[1][use],
            pa.array(BASES).take(pa.array(self._chosen("ahead")[use])),
        ]
        return _table(columns, FORECAST_COLUMNS)

    def _as_seen(self, values: np.ndarray) -> np.ndarray:
        """The last value that is known at the end of each interval, `[T, N]`."""
        held = market.hold_last(values)[np.maximum(self.seen, 0)]
        return np.where(self.seen[:, None] < 0, np.nan, held)

    def scores(self) -> pa.Table:
        """Of each horizon, over the intervals that all methods had a forecast for."""
        truths = market.look_ahead(self.actual, self.steps)
        last = self._as_seen(self.in_time)
        gap = self._as_seen(self.in_time - self.operator[0])
        parts = []
        for n, hours in enumerate(self.options.horizons_hours):
            truth, operator = truths[:, n], self.operator[1][:, n]
            points = {
                "operator": operator,
                "persistence": last,
                "anomaly_persistence": operator + gap,
            }
            chosen = self._chosen("ahead")[:, n]
            mean, sd, base, error = (
                np.choose(chosen, values) if len(values) > 1 else values[0]
                for values in (
                    [e.ahead_mean[:, n] for e in self.estimates.values()],
                    [
                        np.where(e.parameters.is_fit, e.ahead_sd[:, n], np.nan)
                        for e in self.estimates.values()
                    ],
                    [b[1][:, n] for b in self.bases.values()],
                    [e.ahead_error_sd_mw[:, n] for e in self.estimates.values()],
                )
            )
            use = self.is_issued[:, None] & ~np.isnan(truth + mean + sd + base)
            for point in points.values():
                there = use & ~np.isnan(point)
                # a method that never had one cannot be compared, and does not stop the others
                use = np.where(there.any(axis=0), there, use)
            capacity = self._capacity_known()
            ours = market.score_levels(mean, sd, base, capacity, error, truth, use)
            found = {"assimilation": ours}
            for method, point in points.items():
                found[method] = market.score_points(point, truth, use & ~np.isnan(point))
            for method, score in found.items():
                columns = [
                    self.zones,
                    pa.repeat(self.name, len(self.zones)),
                    pa.repeat(hours, len(self.zones)),
                    pa.repeat(method, len(self.zones)),
                    np.asarray(score.count),
                    score.rmse,
                    score.bias,
                    score.crps,
                    np.asarray(score.spread) / np.where(score.rmse > 0, score.rmse, np.nan),
                    score.coverage_50,
                    score.coverage_90,
                ]
                parts.append(_table(columns, SCORE_COLUMNS))
        return pa.concat_tables(parts)

    def parameters(self) -> list[dict]:
        return [row for base, e in self.estimates.items() for row in self._of_base(base, e)]

    def _of_base(self, base: str, estimate: Estimate) -> list[dict]:
        found, path = estimate.parameters, estimate.path
        diverged = np.asarray(has_diverged(path.innovation_mw, path.innovation_sd_mw))
        # one that nothing rests on is no news, and where nothing lasts nothing is filtered
        in_use = (self._chosen("ahead") == BASES.index(base)) & ~np.isnan(self.bases[base][1])
        in_use = in_use[self.is_issued].any(axis=(0, 1)) & (np.asarray(found.sd) > 0)
        window = _instants(np.array([self.first, self.first + self.until * self.length]))
        return [
            {
                "zone": zone,
                "quantity": self.name,
                "base": base,
                "method": self.method,
                "phi": float(found.phi[n]),
                # a bias drawn to nothing may come as -0.0, by the order in which it was summed
                "bias": float(found.bias[n]) + 0.0,
                "sd": float(found.sd[n]),
                "error_sd_mw": float(found.error_sd_mw[n]),
                "value_count": int(found.count[n]),
                "is_fit": bool(found.is_fit[n]),
                "has_diverged": bool(diverged[n] & found.is_fit[n] & in_use[n]),
                "training_from": window[0].as_py(),
                "training_until": window[1].as_py(),
                "is_in_sample": self.is_in_sample,
            }
            for n, zone in enumerate(self.zones)
        ]


class _Issued:
    """The operator's forecasts of a quantity, to be asked what was known when."""

    def __init__(self, issued: pa.Table, grid: _Quantity):
        self.grid = grid
        self.slots = grid.count + max(grid.steps)
        since = _seconds(issued["interval_start"]) - grid.first
        place = pc.fill_null(pc.index_in(issued["zone"], pa.array(grid.zones)), -1).to_numpy()
        value = pc.fill_null(issued["forecast_mw"], np.nan).to_numpy()
        slot = since // grid.length
        use = (since % grid.length == 0) & (slot >= 0) & (slot < self.slots)
        use &= (place >= 0) & ~np.isnan(value)
        at = _seconds(issued["issued_at"])[use]
        self.count = int(use.sum())
        self.earliest = int(at.min()) if self.count else 0
        self.span = int(at.max()) - self.earliest + 1 if self.count else 1
        key = self._key(place[use].astype(np.int64), slot[use], at)
        order = np.argsort(key, kind="stable")
        self.key, self.value = key[order], value[use][order]

    def _key(self, place: np.ndarray, slot: np.ndarray, at: np.ndarray) -> np.ndarray:
        """One number that sorts by zone, interval forecast, then time of issue."""
        since = np.clip(at - self.earliest, -1, self.span - 1)
        return (place * self.slots + slot) * self.span + since

    def at(self, targets: np.ndarray, known_at: np.ndarray) -> np.ndarray:
        """`[T, H, N]`: the latest forecast of `targets`, `[T, H]`, issued by `known_at`, `[T]`."""
        zones = np.arange(len(self.grid.zones))
        if not self.count:
            return np.full((*targets.shape, len(zones)), np.nan)
        slot = ((targets - self.grid.first) // self.grid.length)[:, :, None]
        key = self._key(zones, slot, known_at[:, None, None])
        row = np.searchsorted(self.key, key, side="right") - 1
        wanted = zones * self.slots + slot
        there = (row >= 0) & (self.key[row] // self.span == wanted)
        return np.where(there, self.value[row], np.nan)


def _table(columns: list, schema: pa.Schema) -> pa.Table:
    """Columns in the order of the schema; NaN is null."""
    arrays = []
    for column, field in zip(columns, schema, strict=True):
        if not isinstance(column, pa.Array):
            floating = pa.types.is_floating(field.type)
            values = column if isinstance(column, list) else np.asarray(column).ravel()
            column = pa.array(values, field.type, from_pandas=floating)
        arrays.append(column.cast(field.type))
    return pa.table(arrays, schema=schema)
