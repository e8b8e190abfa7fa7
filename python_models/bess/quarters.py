"""Telemetry of dispatch runs to quarter hours, by arrays `[runs, resources]` of one market day.

A value holds from its run to the next run that anybody has in the day's files, the last one to
midnight, but for no longer than `LONGEST_HOLD`; a resource without a row in a run contributes
nothing for that stretch (ERCOT's 60-day disclosures, `docs/methods/bess.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Array = np.ndarray
QUARTER = 900
LONGEST_HOLD = 1800  # seconds; runs come every five minutes, now and then after seventeen
LATER, EARLIER = ("y", "yes", "true", "t", "1"), ("n", "no", "false", "f", "0")
ZONE = ZoneInfo("America/Chicago")
SERVICES = ("regup_mw", "regdn_mw", "rrspfr_mw", "rrsffr_mw", "rrsufr_mw", "ecrs_mw", "nspin_mw")
LINEAGE = ("_published_at", "_fetched_at", "_loaded_at", "_file_id", "_row_number")
LINEAGE_OF = {"published_at": "_published_at", "file_id": "_file_id"}
READINGS = ("output_mw", "base_point_mw", "hsl_mw", "soc_mwh", "maximum_soc_mwh", "minimum_soc_mwh")
TELEMETRY = (
    *("iso", "market_date", "side", "resource", "run_local_at", "repeated_hour_flag"),
    *READINGS,
    *SERVICES,
    *LINEAGE,
)

_INSTANT = pa.timestamp("us", "UTC")
QUARTER_COLUMNS = pa.schema(
    [
        ("iso", pa.string()),
        ("side", pa.string()),
        ("resource", pa.string()),
        ("market_date", pa.date32()),
        ("interval_start", _INSTANT),
        ("interval_end", _INSTANT),
        ("run_count", pa.int32()),
        ("covered_seconds", pa.int32()),
        ("discharged_mwh", pa.float64()),
        ("charged_mwh", pa.float64()),
        ("base_point_mwh", pa.float64()),
        ("energy_bound_mwh", pa.float64()),
        ("hsl_mw", pa.float64()),
        ("first_soc_mwh", pa.float64()),
        ("step_charged_mwh", pa.float64()),
        ("step_discharged_mwh", pa.float64()),
        ("step_squared_mw2h", pa.float64()),
        ("step_hours", pa.float64()),
        ("is_step_known", pa.bool_()),
        ("maximum_soc_mwh", pa.float64()),
        ("minimum_soc_mwh", pa.float64()),
        *[(service, pa.float64()) for service in SERVICES],
        ("published_at", _INSTANT),
        ("_loaded_at", _INSTANT),
        ("file_id", pa.string()),
    ]
)


def day_quarters(telemetry: pa.Table, sites: Sequence[str] = ()) -> pa.Table:
    """The quarter hours (`QUARTER_COLUMNS`) of one market day of one operator.

    telemetry: one row per side, resource, run and published file (`TELEMETRY`), at least one; MW
    positive when delivered, MWh. Of a run that was published again the last publication holds. A
    run whose clock time does not occur, or does not say which of two it is, is left out. sites:
    where batteries are known to be, beside those of the day's own telemetry.
    """
    of_day = {name: telemetry[name][0].as_py() for name in ("iso", "market_date")}
    of_day["_loaded_at"] = pc.max(telemetry["_loaded_at"]).as_py()
    telemetry = _with_instants(telemetry)
    if not telemetry.num_rows:
        return QUARTER_COLUMNS.empty_table()
    names = sorted(pc.unique(telemetry["side"]).to_pylist())
    by_side = [telemetry.filter(pc.equal(telemetry["side"], name)) for name in names[1:]]
    if by_side:
        telemetry = telemetry.filter(pc.equal(telemetry["side"], names[0]))
    sides = dict(zip(names, map(_last_publication, [telemetry, *by_side]), strict=True))
    runs = np.concatenate([rows["run_at"].to_numpy() for rows in sides.values()])
    clock = _Clock(runs, of_day["market_date"])
    if "LOAD" in sides:
        sides["LOAD"] = _loads_of_sites(sides["LOAD"], sides.get("GEN"), sites)
    parts = [_side_quarters(rows, clock) for rows in sides.values() if rows.num_rows]
    if not parts:
        return QUARTER_COLUMNS.empty_table()
    whole = pa.concat_tables(parts)
    for name, value in of_day.items():
        same = pa.repeat(pa.scalar(value, QUARTER_COLUMNS.field(name).type), len(whole))
        whole = whole.append_column(name, same)
    return whole.select(QUARTER_COLUMNS.names).cast(QUARTER_COLUMNS)


class _Clock:
    """How the runs of a day fill its quarter hours.

    A part is what one run fills of one quarter hour: `run` it is of, `seconds` it lasts, and
    `step_hours`, the whole length of the run where it ends here, else 0. `first`: of each quarter
    hour its first part. is_followed: of each run, whether the next one takes over from it.
    """

    def __init__(self, run_at: Array, day: date):
        self.runs = np.unique(run_at)
        midnight = datetime.combine(day + timedelta(days=1), time(), ZONE)
        following = np.append(self.runs[1:], int(midnight.timestamp()))
        ends = np.minimum(following, self.runs + LONGEST_HOLD)
        self.is_followed = ends == following
        marks = np.arange(self.runs[0] // QUARTER + 1, -(-ends[-1] // QUARTER)) * QUARTER
        starts = np.union1d(self.runs, marks)
        run = np.searchsorted(self.runs, starts, side="right") - 1
        part_ends = np.minimum(np.append(starts[1:], ends[-1]), ends[run])
        is_held = part_ends > starts  # not the quarter hours of a gap
        starts, part_ends, self.run = starts[is_held], part_ends[is_held], run[is_held]
        self.seconds = (part_ends - starts).astype(float)
        is_run_end = part_ends == ends[self.run]
        self.step_hours = is_run_end * (ends - self.runs)[self.run] / 3600
        quarters, self.first = np.unique(starts // QUARTER, return_index=True)
        self.starts = quarters * QUARTER

    def total(self, values: Array, weights: Array) -> Array:
        """Sum over the parts of each quarter hour, `[quarters, resources]`, of `values` `[runs,
        resources]` times `weights` `[parts]`; NaN where there is no value at all, elsewhere such a
        run counts for nothing."""
        of_part = values[self.run]
        is_lacking = np.isnan(of_part) | (weights == 0)[:, None]
        of_part[is_lacking] = 0.0
        summed = np.add.reduceat(of_part * weights[:, None], self.first, axis=0)
        summed[np.logical_and.reduceat(is_lacking, self.first, axis=0)] = np.nan
        return summed

    def count(self, values: Array, weights: Array) -> Array:
        """The same of values that are never lacking, 0 for none."""
        return np.add.reduceat(values[self.run] * weights[:, None], self.first, axis=0)

    def greatest(self, values: Array) -> Array:
        """Over the runs that reach into each quarter hour, `[quarters, resources]`, NaN if none."""
        return np.fmax.reduceat(values[self.run], self.first, axis=0)

    def at_start(self, values: Array) -> Array:
        """The value of the run that is in force first; one that is read later was not so then."""
        return values[self.run[self.first]]


class _Side(NamedTuple):
    """Rows of one side of a day, placed into `[runs, resources]`."""

    names: pa.Array
    place: tuple[Array, Array]
    is_there: Array

    def values(self, column: pa.ChunkedArray | Array) -> Array:
        out = np.full(self.is_there.shape, np.nan)
        out[self.place] = column
        return out


def _side_quarters(rows: pa.Table, clock: _Clock) -> pa.Table:
    encoded = rows["resource"].combine_chunks().dictionary_encode()
    place = (np.searchsorted(clock.runs, rows["run_at"].to_numpy()), encoded.indices.to_numpy())
    is_there = np.zeros((len(clock.runs), len(encoded.dictionary)))
    is_there[place] = 1
    side = _Side(encoded.dictionary, place, is_there)
    of = {name: side.values(rows[name]) for name in (*READINGS, *SERVICES)}

    hours, steps, ends_here = clock.seconds / 3600, clock.step_hours, clock.step_hours > 0
    held_seconds = np.add.reduceat(clock.seconds, clock.first)[:, None]
    after = _following(of["output_mw"], clock)
    taken, delivered, squared = _ramps(of["output_mw"], after)
    # a row without a reading says nothing of the energy
    covered = clock.count(~np.isnan(of["output_mw"]), clock.seconds)
    columns = {
        "run_count": clock.count(is_there, np.ones(len(clock.run))),
        "covered_seconds": covered,
        "discharged_mwh": clock.total(np.maximum(of["output_mw"], 0), hours),
        "charged_mwh": clock.total(np.maximum(-of["output_mw"], 0), hours),
        "base_point_mwh": clock.total(of["base_point_mw"], hours),
        "energy_bound_mwh": _energy_bound(of, after, covered, clock),
        "hsl_mw": clock.greatest(of["hsl_mw"]),
        "first_soc_mwh": clock.at_start(of["soc_mwh"]),
        "step_charged_mwh": clock.total(taken, steps),
        "step_discharged_mwh": clock.total(delivered, steps),
        "step_squared_mw2h": clock.total(squared, steps),
        "step_hours": clock.count(is_there, steps),
        "maximum_soc_mwh": clock.greatest(of["maximum_soc_mwh"]),
        "minimum_soc_mwh": -clock.greatest(-of["minimum_soc_mwh"]),
        **{s: clock.total(of[s], clock.seconds) / held_seconds for s in SERVICES},
    }
    cells = np.nonzero(columns["run_count"])
    starts = clock.starts[cells[0]]
    arrays = {
        "side": pa.repeat(rows["side"][0], len(starts)),
        "resource": side.names.take(pa.array(cells[1])),
        "interval_start": _instants(starts),
        "interval_end": _instants(starts + QUARTER),
    }
    for name, values in columns.items():
        arrays[name] = pa.array(values[cells], from_pandas=True)
    step_count = clock.count(is_there, ends_here)
    known_count = clock.count(is_there * ~np.isnan(after), ends_here)
    arrays["is_step_known"] = pa.array(
        (known_count == step_count)[cells], mask=(step_count == 0)[cells]
    )
    for name, source in LINEAGE_OF.items():
        ordered, ranks = _ranked(rows[source])
        newest = clock.greatest(side.values(ranks))[cells]
        arrays[name] = ordered.take(pa.array(newest, from_pandas=True).cast(pa.int64()))
    return pa.table(arrays)


def _following(values: Array, clock: _Clock) -> Array:
    """The reading that takes over from each one, `[runs, resources]`; NaN where there is none.

    The last reading of a day holds to midnight.
    """
    after = np.vstack([values[1:], values[-1:]])
    after[~clock.is_followed] = np.nan
    return after


def _ramps(output: Array, after: Array) -> tuple[Array, Array, Array]:
    """Mean power taken and delivered and mean square of it from each reading to the one after it,
    straight from one to the other; `[runs, resources]`.

    Where power runs through zero both sides have a triangle of the ramp.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        span = 2 * np.abs(output - after)
        above, below = np.maximum(output, after) ** 2 / span, np.minimum(output, after) ** 2 / span
    crosses, mean = output * after < 0, (output + after) / 2
    delivered = np.where(crosses, above, np.maximum(mean, 0))
    taken = np.where(crosses, below, np.maximum(-mean, 0))
    return taken, delivered, (output**2 + output * after + after**2) / 3


def _energy_bound(of: dict[str, Array], after: Array, covered: Array, clock: _Clock) -> Array:
    """How far, in MWh, the net energy of a quarter hour can be from what was held, `[quarters,
    resources]`: if power stays between a reading and the one after it, and where one of both is
    lacking, within the greatest power of the day."""
    output = of["output_mw"]
    limit = np.fmax.reduce(np.vstack([of["hsl_mw"], np.abs(output)]), axis=0)
    off = np.where(np.isnan(after), limit + np.abs(output), np.abs(after - output))
    off = np.where(np.isnan(output), 0.0, off)
    lacking = (QUARTER - covered) * limit
    return (clock.count(off, clock.seconds) + lacking) / 3600


def _ranked(column: pa.ChunkedArray) -> tuple[pa.Array, Array]:
    """The values that occur, in order, and each row's place among them, NaN for null."""
    encoded = column.combine_chunks().dictionary_encode()
    order = pc.array_sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order))
    rank[order] = np.arange(len(order))
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    is_null = np.isnan(codes)
    ranks = np.full(len(codes), np.nan)
    ranks[~is_null] = rank[codes[~is_null].astype(int)]
    return encoded.dictionary.take(pa.array(order)), ranks


def _last_publication(rows: pa.Table) -> pa.Table:
    """Of a day with several files what holds, a later row after the one that it replaces.

    A file with the day's runs replaces the day (the corrections of December 2025 are such files: a
    battery that they lack has no row). One with less than half of them replaces its own rows alone.
    """
    if pc.count_distinct(rows["_file_id"]).as_py() == 1:
        return rows
    known_at = pc.coalesce(rows["_published_at"], rows["_fetched_at"])
    rows = rows.append_column("_known_at", known_at)
    order = ("_known_at", "_loaded_at", "_file_id", "_row_number")
    rows = rows.sort_by([(name, "ascending") for name in order])
    _, first, file = np.unique(rows["_file_id"].to_numpy(), return_index=True, return_inverse=True)
    runs = np.array(
        [len(np.unique(rows["run_at"].to_numpy()[file == n])) for n in range(len(first))]
    )
    whole_from = first[runs * 2 >= runs.max()].max()
    return rows.slice(whole_from).drop_columns("_known_at")


def _loads_of_sites(loads: pa.Table, generation: pa.Table | None, sites: Sequence[str]) -> pa.Table:
    """Loads of the sites of batteries alone: the others are no batteries, and they are many."""
    known = pa.array(sites, pa.string())
    if generation is not None:
        known = pa.concat_arrays([known, pc.unique(_site(generation["resource"]))])
    site = _site(loads["resource"])
    return loads.filter(pc.and_(pc.is_in(site, known), pc.not_equal(site, "")))


def _site(resource: pa.ChunkedArray) -> pa.ChunkedArray:
    """The name without its last part."""
    return pc.struct_field(pc.extract_regex(resource, "^(?P<site>.*)_[^_]*$"), "site")


def _with_instants(rows: pa.Table) -> pa.Table:
    """With `run_at` in seconds of UTC, which macro `local_to_utc` says in SQL: worked out once per
    run here, since each look-up in the time-zone library costs more than all else in a row."""
    flag = pc.utf8_lower(pc.utf8_trim_whitespace(rows["repeated_hour_flag"]))
    is_later, is_earlier = (
        pc.fill_null(pc.is_in(flag, pa.array(words)), False).to_numpy()
        for words in (LATER, EARLIER)
    )
    local = pc.cast(rows["run_local_at"], pa.int64()).to_numpy() // 1_000_000
    keys, place = np.unique(local * 4 + is_later * 2 + is_earlier, return_inverse=True)
    instants = np.array([_instant(key // 4, key & 2, key & 1) for key in keys.tolist()])
    rows = rows.append_column("run_at", pa.array(instants[place]))
    return rows if instants.min() >= 0 else rows.filter(pc.greater_equal(rows["run_at"], 0))


def _instant(local: int, is_later: int, is_earlier: int) -> int:
    """Seconds of UTC of a clock time in seconds; -1 for none."""
    clock = datetime.fromtimestamp(local, UTC).replace(tzinfo=ZONE)
    first, second = clock, clock.replace(fold=1)
    if first.utcoffset() < second.utcoffset():  # skipped in spring
        return -1
    if first.utcoffset() == second.utcoffset() or is_earlier:
        return int(first.timestamp())
    return int(second.timestamp()) if is_later else -1


def _instants(seconds: Array) -> pa.Array:
    return pa.array(seconds * 1_000_000, pa.int64()).cast(_INSTANT)
