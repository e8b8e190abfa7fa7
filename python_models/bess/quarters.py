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
from scipy.sparse import csr_array

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
        ("award_seconds", pa.int32()),
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

    A part is what one run fills of one quarter hour. Weights of runs, sparse `[quarters, runs]`:
    `parts` 1 for each, `seconds` its length, `step_hours` the whole length of the run where it ends
    there, `steps` 1 for that. is_followed: of each run, whether the next one takes over from it.
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
        quarters, self.first, quarter = np.unique(
            starts // QUARTER, return_index=True, return_inverse=True
        )
        self.starts = quarters * QUARTER
        lengths = (ends - self.runs)[self.run] / 3600
        self.parts, self.seconds, self.step_hours = (
            csr_array((weight, (quarter, self.run)), shape=(len(quarters), len(self.runs)))
            for weight in (
                np.ones(len(starts)),
                (part_ends - starts).astype(float),
                np.where(part_ends == ends[self.run], lengths, 0.0),
            )
        )
        self.step_hours.eliminate_zeros()
        self.steps = self.step_hours.astype(bool).astype(float)

    def greatest(self, values: Array) -> Array:
        """Over the runs that reach into each quarter hour, `[quarters, resources]`, NaN if none."""
        return np.fmax.reduceat(values[self.run], self.first, axis=0)

    def at_start(self, values: Array) -> Array:
        """The value of the run that is in force first; one that is read later was not so then."""
        return values[self.run[self.first]]


def _total(weights: csr_array, values: Array) -> tuple[Array, Array]:
    """Sums `[quarters, resources]` of `values` `[runs, resources]` times `weights`, and of the
    weights alone, over the runs that have a value; the sum is NaN where none has."""
    is_there = ~np.isnan(values)
    weight = weights @ is_there.astype(float)
    total = weights @ np.where(is_there, values, 0.0)
    total[weight == 0] = np.nan
    return total, weight


class _Side(NamedTuple):
    """Rows of one side of a day: their places in an array `[runs, resources]`."""

    names: pa.Array
    place: Array
    shape: tuple[int, int]

    def values(self, column: pa.ChunkedArray | Array | float) -> Array:
        out = np.full(self.shape, np.nan)
        out.put(self.place, column)
        return out


def _placed(rows: pa.Table, clock: _Clock) -> _Side:
    encoded = rows["resource"].combine_chunks().dictionary_encode()
    shape = (len(clock.runs), len(encoded.dictionary))
    run = np.searchsorted(clock.runs, rows["run_at"].to_numpy())
    return _Side(encoded.dictionary, run * shape[1] + encoded.indices.to_numpy(), shape)


def _side_quarters(rows: pa.Table, clock: _Clock) -> pa.Table:
    side = _placed(rows, clock)
    if np.bincount(side.place).max() > 1 and pc.count_distinct(rows["_file_id"]).as_py() == 1:
        rows = rows.sort_by("_row_number")  # of a row that its file has twice the last one holds
        side = _placed(rows, clock)
    is_there = np.nan_to_num(side.values(1.0))
    of = {name: side.values(rows[name]) for name in (*READINGS, *SERVICES)}

    output = of["output_mw"]
    after = _following(output, clock)
    # a row without a reading says nothing of the energy, one without an award nothing of that
    delivered, covered = _total(clock.seconds, np.maximum(output, 0))
    taken, _ = _total(clock.seconds, np.maximum(-output, 0))
    base_point, _ = _total(clock.seconds, of["base_point_mw"])
    awards = {name: _total(clock.seconds, of[name]) for name in SERVICES}
    steps = [_total(clock.step_hours, values)[0] for values in _ramps(output, after)]
    with np.errstate(invalid="ignore"):
        columns = {
            "run_count": clock.parts @ is_there,
            "covered_seconds": covered,
            "award_seconds": clock.seconds @ is_there,
            "discharged_mwh": delivered / 3600,
            "charged_mwh": taken / 3600,
            "base_point_mwh": base_point / 3600,
            "energy_bound_mwh": _energy_bound(of, after, covered, clock),
            "hsl_mw": clock.greatest(of["hsl_mw"]),
            "first_soc_mwh": clock.at_start(of["soc_mwh"]),
            "step_charged_mwh": steps[0],
            "step_discharged_mwh": steps[1],
            "step_squared_mw2h": steps[2],
            "step_hours": clock.step_hours @ is_there,
            "maximum_soc_mwh": clock.greatest(of["maximum_soc_mwh"]),
            "minimum_soc_mwh": -clock.greatest(-of["minimum_soc_mwh"]),
            **{name: total / seconds for name, (total, seconds) in awards.items()},
        }
    cells = np.flatnonzero(columns["run_count"])
    quarter, resource = np.divmod(cells, len(side.names))
    starts = clock.starts[quarter]
    arrays = {
        "side": pa.repeat(rows["side"][0], len(starts)),
        "resource": side.names.take(pa.array(resource)),
        "interval_start": _instants(starts),
        "interval_end": _instants(starts + QUARTER),
    }
    for name, values in columns.items():
        arrays[name] = pa.array(np.take(values, cells), from_pandas=True)
    step_count = clock.steps @ is_there
    known_count = clock.steps @ (is_there * ~np.isnan(after))
    arrays["is_step_known"] = pa.array(
        np.take(known_count == step_count, cells), mask=np.take(step_count == 0, cells)
    )
    for name, source in LINEAGE_OF.items():
        arrays[name] = _newest(rows[source], side, clock, cells)
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
    return (clock.seconds @ off + lacking) / 3600


def _newest(column: pa.ChunkedArray, side: _Side, clock: _Clock, cells: Array) -> pa.Array:
    """The greatest value among the runs that reach into each quarter hour, of those in `cells`."""
    values = pc.unique(column)
    if len(values) == 1:
        return pa.repeat(values[0], len(cells))
    ordered = values.drop_null().sort()
    rank = pc.index_in(column, ordered).cast(pa.float64()).to_numpy()
    newest = np.take(clock.greatest(side.values(rank)), cells)
    return ordered.take(pa.array(newest, from_pandas=True).cast(pa.int64()))


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
    flags = rows["repeated_hour_flag"].combine_chunks().dictionary_encode("encode")
    word = pc.utf8_lower(pc.utf8_trim_whitespace(flags.dictionary))
    is_later, is_earlier = (
        pc.is_in(word, pa.array(words)).to_numpy(False) for words in (LATER, EARLIER)
    )
    clock = pc.cast(rows["run_local_at"], pa.int64()).combine_chunks().dictionary_encode()
    flag, local = flags.indices.to_numpy(), clock.indices.to_numpy()
    keys, place = np.unique(flag * len(clock.dictionary) + local, return_inverse=True)
    seconds = clock.dictionary.to_numpy() // 1_000_000
    instants = np.array(
        [
            _instant(int(seconds[n]), is_later[k], is_earlier[k])
            for k, n in zip(*np.divmod(keys, len(seconds)), strict=True)
        ]
    )
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
