"""Tables to arrays and back: the only place of this package that knows a column's name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from python_models.flows.emissions import Emissions, Reason, consumption_mix, simple

MINUTES = 5
LENGTH = 8192  # 28 days of five minutes are a little less
COLUMNS = pa.schema(
    [
        ("market_date", pa.date32()),
        ("interval_start", pa.timestamp("us", "UTC")),
        ("interval_end", pa.timestamp("us", "UTC")),
        ("location", pa.string()),
        ("generation_mwh", pa.float64()),
        ("generation_emissions_t", pa.float64()),
        ("imports_mwh", pa.float64()),
        ("exports_mwh", pa.float64()),
        ("generation_intensity", pa.float64()),
        ("imports_emissions_t", pa.float64()),
        ("exports_emissions_t", pa.float64()),
        ("unknown_generation", pa.string()),
        ("mix_intensity", pa.float64()),
        ("imports_emissions_mix_t", pa.float64()),
        ("exports_emissions_mix_t", pa.float64()),
        ("unknown_mix", pa.string()),
    ]
)


class Border(NamedTuple):
    """Two regions between which a flow is expected, from the first day to the last."""

    from_location: str
    to_location: str
    valid_from: date
    valid_to: date


def flow_emissions(generation: pa.Table, flows: pa.Table, borders: list[Border]) -> pa.Table:
    """What flows carried, a row per five minutes and region that generates or has a flow.

    generation: market_date, interval_start, location, generation_mwh, generation_emissions_t; null
    is unknown, as is a region without a row. flows: market_date, interval_start, from_location,
    to_location, energy_mwh, each border from both sides with opposite signs; null is unknown, and
    so is a border that is expected and has no row. Where none is expected nothing flows.
    """
    if not generation.num_rows + flows.num_rows:
        return COLUMNS.empty_table()
    ends = [end for border in borders for end in border[:2]]
    sides = [flows["from_location"], flows["to_location"], generation["location"]]
    regions = np.array(sorted({*ends, *(v for side in sides for v in pc.unique(side).to_pylist())}))
    starts, at = np.unique(
        np.concatenate([_micros(generation), _micros(flows)]), return_inverse=True
    )
    of_generation, of_flow = at[: generation.num_rows], at[generation.num_rows :]
    days = np.zeros(len(starts), "datetime64[D]")
    days[of_generation] = _column(generation, "market_date")
    days[of_flow] = _column(flows, "market_date")

    place = (of_generation, _places(generation, "location", regions))
    generated = np.full((len(starts), len(regions)), np.nan)
    emitted = generated.copy()
    generated[place] = _column(generation, "generation_mwh")
    emitted[place] = _column(generation, "generation_emissions_t")

    side = (
        of_flow,
        _places(flows, "from_location", regions),
        _places(flows, "to_location", regions),
    )
    energy = np.zeros((len(starts), len(regions), len(regions)))
    for border in borders:
        expected = (days >= np.datetime64(border.valid_from)) & (
            days <= np.datetime64(border.valid_to)
        )
        one, other = np.searchsorted(regions, border[:2])
        energy[expected, one, other] = energy[expected, other, one] = np.nan
    energy[side] = np.maximum(_column(flows, "energy_mwh"), 0)  # NaN stays

    has_row = ~np.isnan(generated)
    has_row[place] = True
    has_row[side[:2]] = True
    return _table(
        starts, days, regions, has_row, generated, emitted, energy,
        _solved(simple, energy, generated, emitted),
        _solved(consumption_mix, energy, generated, emitted),
    )  # fmt: skip


def _solved(method: Callable[..., Emissions], *arrays: np.ndarray) -> Emissions:
    """Each length is compiled anew, so arrays are filled up to multiples of one."""
    count = len(arrays[0])
    more = -count % LENGTH
    filled = [np.pad(a, [(0, more), *[(0, 0)] * (a.ndim - 1)]) for a in arrays]
    return Emissions(*(np.asarray(part)[:count] for part in method(*filled)))


def _table(
    starts: np.ndarray, days: np.ndarray, regions: np.ndarray, has_row: np.ndarray,
    generated: np.ndarray, emitted: np.ndarray, energy: np.ndarray,
    own: Emissions, mix: Emissions,
) -> pa.Table:  # fmt: skip
    when, where = np.nonzero(has_row)
    words = np.array([None if r == Reason.KNOWN else r.name for r in Reason], object)

    def figure(values: np.ndarray) -> pa.Array:
        return pa.array(np.asarray(values)[when, where], from_pandas=True)  # NaN is null

    def reason(of: Emissions) -> pa.Array:
        return pa.array(words[np.asarray(of.reason)[when, where]], pa.string())

    columns = [
        pa.array(days[when]),
        pa.array(starts[when], pa.timestamp("us", "UTC")),
        pa.array(starts[when] + MINUTES * 60_000_000, pa.timestamp("us", "UTC")),
        pa.array(regions[where]),
        figure(generated), figure(emitted), figure(energy.sum(-2)), figure(energy.sum(-1)),
        figure(own.intensity), figure(own.imported), figure(own.exported), reason(own),
        figure(mix.intensity), figure(mix.imported), figure(mix.exported), reason(mix),
    ]  # fmt: skip
    return pa.table(columns, schema=COLUMNS)


def _micros(table: pa.Table) -> np.ndarray:
    return pc.cast(table["interval_start"], pa.int64()).to_numpy()


def _places(table: pa.Table, column: str, regions: np.ndarray) -> np.ndarray:
    return np.searchsorted(
        regions, table[column].cast(pa.string()).to_numpy().astype(regions.dtype)
    )


def _column(table: pa.Table, name: str) -> np.ndarray:
    return table[name].to_numpy()
