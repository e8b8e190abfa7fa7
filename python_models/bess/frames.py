"""Tables to arrays and back: the only place of this package that knows a column's name."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

import jax.numpy as jnp
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from python_models.bess.soc import Cell, Fit, Losses, State, Steps, fit_losses, rebuild

STEP_SECONDS = 900
GAP_SECONDS = 86_400  # after as long without telemetry of anybody a state is known no more
DAYS_TO_FIT = 3
MONTH = 31  # days, the window of a fit
BATTERIES_AT_ONCE = 128  # bounds memory; arrays have one shape, so that jax compiles once

FIT_COLUMNS = pa.schema(
    [
        ("resource", pa.string()),
        ("capacity_mwh", pa.float64()),
        ("power_mw", pa.float64()),
        ("stored_per_mwh", pa.float64()),
        ("drawn_per_mwh", pa.float64()),
        ("drain_mw", pa.float64()),
        ("resistive_share", pa.float64()),
        ("round_trip_efficiency", pa.float64()),
        ("stored_per_mwh_se", pa.float64()),
        ("drawn_per_mwh_se", pa.float64()),
        ("drain_mw_se", pa.float64()),
        ("resistive_share_se", pa.float64()),
        ("round_trip_se", pa.float64()),
        ("day_sd_mwh", pa.float64()),
        ("step_sd_mwh", pa.float64()),
        ("step_count", pa.int64()),
        ("rebuilt_error_mwh", pa.float64()),
        ("balance_error_mwh", pa.float64()),
        ("is_plausible", pa.bool_()),
    ]
)
STATE_COLUMNS = pa.schema(
    [
        ("iso", pa.string()),
        ("resource", pa.string()),
        ("market_date", pa.date32()),
        ("interval_start", pa.timestamp("us", "UTC")),
        ("capacity_mwh", pa.float64()),
        ("run_id", pa.string()),
        ("evidence_code", pa.string()),
        ("low_mwh", pa.float64()),
        ("high_mwh", pa.float64()),
        ("variance_mwh2", pa.float64()),
    ]
)


def is_due(month: date, days: int, fitted_days: int, is_changed: bool) -> bool:
    """Whether losses are to be fitted to a month of which `days` are there.

    A fit for each new day would cost more than the rest of its build: there is one for the first
    three days, one each time that they have doubled, one when the month is whole, and one when days
    that the last fit rests on were computed anew. fitted_days: how many that one had, 0 for none.
    """
    is_whole = days == monthrange(month.year, month.month)[1]
    return (
        days >= max(DAYS_TO_FIT, 2 * fitted_days) or (is_whole and days > fitted_days) or is_changed
    )


def fit_table(quarters: pa.Table) -> pa.Table:
    """Losses of every battery, one row each (`FIT_COLUMNS`).

    quarters: one row per battery and quarter hour: resource, interval_start, day_number (of the
    market day), step_charged_mwh, step_discharged_mwh, step_squared_mw2h, step_hours,
    is_step_known, soc_mwh, and the battery's own capacity_mwh and power_mw in each row.
    `rebuilt_error_mwh` is the mean distance of the state rebuilt from the first one alone to the
    telemetered ones, `balance_error_mwh` what is left of the balance of the whole window.
    """
    parts = [
        _fit_block(block)
        for _, rows in _segments(quarters, gap_seconds=None)
        for block in _blocks(rows)
    ]
    return pa.concat_tables(parts) if parts else FIT_COLUMNS.empty_table()


def _fit_block(rows: pa.Table) -> pa.Table:
    grid = _Grid(rows, least_days=MONTH)
    capacity, power = grid.of_battery("capacity_mwh"), grid.of_battery("power_mw")
    steps = grid.steps()
    soc = grid.values("soc_mwh", np.nan)
    after = np.vstack([soc[1:], np.full((1, soc.shape[1]), np.nan)])
    soc = np.vstack([soc, after[-1:]])
    day = np.maximum.accumulate(grid.values("day_number", -1.0).max(axis=1)).astype(int)
    fit = fit_losses(steps, jnp.asarray(soc), capacity, power, jnp.asarray(day))
    error, balance = _open_loop(steps, fit, capacity, power, soc)
    se = np.asarray(fit.standard_errors)
    columns = [
        grid.names,
        capacity,
        power,
        *fit.losses[:4],
        fit.losses.round_trip,
        *se.T,
        fit.round_trip_se,
        fit.losses.day_sd_mwh,
        fit.step_sd_mwh,
        fit.steps,
        error,
        balance,
        fit.is_plausible,
    ]
    arrays = [
        pa.array(np.asarray(column)[: grid.count], field.type)
        for column, field in zip(columns, FIT_COLUMNS, strict=True)
    ]
    return _null_for_nan(pa.table(arrays, schema=FIT_COLUMNS))


def _open_loop(
    steps: Steps, fit: Fit, capacity: np.ndarray, power: np.ndarray, soc: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and last distance of the rebuilt state to the telemetered one, from the first one on."""
    there = ~np.isnan(soc)
    first = np.argmax(there, axis=0)
    start = np.nan_to_num(soc[first, np.arange(soc.shape[1])])
    started = np.arange(len(soc) - 1)[:, None] >= first
    # nothing moves before the first reading, nor where power is not known
    moving = jnp.asarray(started) & steps.known
    cell = Cell(fit.losses, capacity)
    state = rebuild(
        Steps(*(jnp.where(moving, v, 0.0) for v in steps[:4]), jnp.ones_like(moving)),
        cell,
        cell,
        power,
        State(jnp.asarray(start), jnp.asarray(start), jnp.zeros_like(start)),
    )
    distance = np.where(there, np.asarray(state.low_mwh) - soc, np.nan)
    last = len(soc) - 1 - np.argmax(there[::-1], axis=0)
    with np.errstate(invalid="ignore"):
        mean = np.nansum(np.abs(distance), axis=0) / np.maximum(there.sum(axis=0), 1)
    fitted = ~np.isnan(np.asarray(fit.losses.drain_mw))
    balance = distance[last, np.arange(soc.shape[1])]
    return np.where(fitted, mean, np.nan), np.where(fitted, balance, np.nan)


def state_tables(quarters: pa.Table, start: pa.Table) -> Iterator[pa.Table]:
    """The rebuilt state at the start of each quarter hour of `quarters` (`STATE_COLUMNS`).

    quarters: like `fit_table`, without soc_mwh and day_number, with the columns that are handed
    through and, in each row, two structs of what the battery is at least and at most, `lowest` and
    `highest`: stored_per_mwh, drawn_per_mwh, resistive_share, and per MW of power drain_share,
    day_sd_hours and duration_hours. start: states that are known already; the one at the first
    quarter hour is where a battery begins, else that is anything from empty to full.
    """
    known = {
        (r["resource"], r["interval_start"]): (r["low_mwh"], r["high_mwh"], r["variance_mwh2"])
        for r in start.to_pylist()
    }
    for first_at, rows in _segments(quarters, GAP_SECONDS):
        for block in _blocks(rows):
            yield _state_block(block, first_at, known)


def _state_block(rows: pa.Table, first_at: int, known: dict) -> pa.Table:
    grid = _Grid(rows)
    power = grid.of_battery("power_mw")
    lowest, highest = grid.cell("lowest", power), grid.cell("highest", power)
    low, high, variance = np.zeros_like(power), highest.capacity_mwh.copy(), np.zeros_like(power)
    at = pa.scalar(first_at * 1_000_000, pa.timestamp("us", "UTC")).as_py()
    for n, name in enumerate(grid.names[: grid.count]):
        if (name, at) in known:
            low[n], high[n], variance[n] = known[name, at]
    start = State(*(jnp.asarray(v) for v in (low, high, variance)))
    state = rebuild(grid.steps(), lowest, highest, power, start)
    values = [np.asarray(v)[grid.slot, grid.battery] for v in state]
    handed = rows.select(STATE_COLUMNS.names[: -len(values)])
    return pa.table([*handed.columns, *values], names=STATE_COLUMNS.names).cast(STATE_COLUMNS)


class _Grid:
    """Rows of up to `BATTERIES_AT_ONCE` batteries as arrays `[steps, batteries]`.

    Slots of time without a row are steps that are not known, of a quarter hour.
    """

    def __init__(self, rows: pa.Table, least_days: int = 1):
        seconds = pc.cast(rows["interval_start"], pa.int64()).to_numpy() // 1_000_000
        self.rows = rows
        self.slot = (seconds - seconds.min()) // STEP_SECONDS
        encoded = pc.dictionary_encode(rows["resource"].cast(pa.string())).combine_chunks()
        self.battery = encoded.indices.to_numpy()
        names = encoded.dictionary.to_pylist()
        self.count = len(names)
        self.names = names + [None] * (BATTERIES_AT_ONCE - len(names))
        # whole days, so that windows of like length share one compilation
        days = max(-(-int(self.slot.max() + 1) // 96), least_days)
        self.shape = (days * 96, BATTERIES_AT_ONCE)

    def values(self, name: str, missing: float) -> np.ndarray:
        out = np.full(self.shape, missing)
        column = pc.cast(self.rows[name], pa.float64())
        out[self.slot, self.battery] = pc.fill_null(column, missing).to_numpy()
        return out

    def of_battery(self, name: str, field: str | None = None) -> np.ndarray:
        """A column (or a field of a column of structs) that is the same in all rows of a battery,
        `[batteries]`; 1 for no battery."""
        column = self.rows[name] if field is None else pc.struct_field(self.rows[name], field)
        out = np.ones(BATTERIES_AT_ONCE)
        out[self.battery] = column.to_numpy()
        return out

    def cell(self, name: str, power: np.ndarray) -> Cell:
        """What a battery of this power is by the struct in a column."""
        losses = Losses(
            stored_per_mwh=self.of_battery(name, "stored_per_mwh"),
            drawn_per_mwh=self.of_battery(name, "drawn_per_mwh"),
            drain_mw=self.of_battery(name, "drain_share") * power,
            resistive_share=self.of_battery(name, "resistive_share"),
            day_sd_mwh=self.of_battery(name, "day_sd_hours") * power,
        )
        return Cell(losses, self.of_battery(name, "duration_hours") * power)

    def steps(self) -> Steps:
        known = self.values("is_step_known", 0.0) > 0
        return Steps(
            charged_mwh=jnp.asarray(self.values("step_charged_mwh", 0.0)),
            discharged_mwh=jnp.asarray(self.values("step_discharged_mwh", 0.0)),
            hours=jnp.asarray(self.values("step_hours", STEP_SECONDS / 3600)),
            squared_mw2h=jnp.asarray(self.values("step_squared_mw2h", 0.0)),
            known=jnp.asarray(known),
        )


def _segments(quarters: pa.Table, gap_seconds: int | None) -> Iterator[tuple[int, pa.Table]]:
    """(first second, rows) of each stretch of time without a gap; one for no `gap_seconds`."""
    if not quarters.num_rows:
        return
    seconds = pc.cast(quarters["interval_start"], pa.int64()).to_numpy() // 1_000_000
    times = np.unique(seconds)
    breaks = np.flatnonzero(np.diff(times) > gap_seconds) + 1 if gap_seconds else []
    for stretch in np.split(times, breaks):
        mask = (seconds >= stretch[0]) & (seconds <= stretch[-1])
        yield int(stretch[0]), quarters.filter(pa.array(mask))


def _blocks(rows: pa.Table) -> Iterator[pa.Table]:
    names = pc.unique(rows["resource"].cast(pa.string())).sort()
    for first in range(0, len(names), BATTERIES_AT_ONCE):
        some = names.slice(first, BATTERIES_AT_ONCE)
        yield rows.filter(pc.is_in(rows["resource"].cast(pa.string()), some))


def _null_for_nan(table: pa.Table) -> pa.Table:
    columns = [
        pc.if_else(pc.is_nan(c), pa.scalar(None, c.type), c) if pa.types.is_floating(c.type) else c
        for c in table.columns
    ]
    return pa.table(columns, schema=table.schema)
