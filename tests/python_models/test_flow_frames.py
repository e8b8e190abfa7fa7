"""The tables of flow emissions: unknowns, borders with dates, and what has a row."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from python_models.flows.frames import COLUMNS, Border, flow_emissions

DAY, ALWAYS = date(2025, 12, 27), (date(1900, 1, 1), date(9999, 12, 31))
BORDERS = [
    Border("VIC1", "SA1", *ALWAYS),
    Border("QLD1", "NSW1", *ALWAYS),
    Border("TAS1", "VIC1", *ALWAYS),
    Border("VIC1", "NSW1", *ALWAYS),
    Border("NSW1", "SA1", date(2026, 11, 4), ALWAYS[1]),
]
UNITS = {"QLD1": (500, 325), "NSW1": (600, 330), "VIC1": (300, 180), "SA1": (100, 15),
         "TAS1": (80, 4)}  # fmt: skip
FLOWS = {("VIC1", "SA1"): 22, ("QLD1", "NSW1"): 55, ("TAS1", "VIC1"): 11, ("VIC1", "NSW1"): 27.5}


def solved(units=UNITS, flows=FLOWS, day=DAY):
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    generation = pa.table(
        {
            "market_date": pa.array([day] * len(units), pa.date32()),
            "interval_start": pa.array([start] * len(units), pa.timestamp("us", "UTC")),
            "location": pa.array(list(units), pa.string()),
            "generation_mwh": pa.array([v[0] for v in units.values()], pa.float64()),
            "generation_emissions_t": pa.array([v[1] for v in units.values()], pa.float64()),
        }
    )
    sides = [(*pair, value) for pair, value in flows.items()]
    sides += [(b, a, None if value is None else -value) for a, b, value in sides]
    both = pa.table(
        {
            "market_date": pa.array([day] * len(sides), pa.date32()),
            "interval_start": pa.array([start] * len(sides), pa.timestamp("us", "UTC")),
            "from_location": pa.array([s[0] for s in sides], pa.string()),
            "to_location": pa.array([s[1] for s in sides], pa.string()),
            "energy_mwh": pa.array([s[2] for s in sides], pa.float64()),
        }
    )
    table = flow_emissions(generation, both, BORDERS)
    assert table.schema == COLUMNS
    return {row["location"]: row for row in table.to_pylist()}


def test_the_published_table():
    found = solved()
    assert list(found) == ["NSW1", "QLD1", "SA1", "TAS1", "VIC1"]
    columns = ["imports_mwh", "exports_mwh", "imports_emissions_t", "exports_emissions_t",
               "imports_emissions_mix_t", "exports_emissions_mix_t"]  # fmt: skip
    figures = {r: [round(row[c], 2) for c in columns] for r, row in found.items()}
    assert figures == {
        "NSW1": [82.5, 0, 52.25, 0, 51.72, 0],
        "QLD1": [0, 55, 0, 35.75, 0, 35.75],
        "SA1": [22, 0, 13.2, 0, 12.77, 0],
        "TAS1": [0, 11, 0, 0.55, 0, 0.55],
        "VIC1": [11, 49.5, 0.55, 29.7, 0.55, 28.74],
    }
    assert found["VIC1"]["market_date"] == DAY
    assert found["VIC1"]["interval_end"] == datetime(2025, 12, 27, 0, 5, tzinfo=UTC)
    assert {row["unknown_mix"] for row in found.values()} == {None}


def test_a_border_without_a_row_is_unknown_once_it_is_expected():
    later = date(2026, 11, 4)
    found = solved(day=later)
    assert [found[r]["unknown_mix"] for r in ("NSW1", "SA1", "VIC1")] == [
        "UNKNOWN_FLOW", "UNKNOWN_FLOW", None,
    ]  # fmt: skip
    assert found["SA1"]["imports_mwh"] is None and found["VIC1"]["exports_mwh"] == 49.5
    with_loop = solved(flows={**FLOWS, ("SA1", "NSW1"): 5}, day=later)
    assert with_loop["SA1"]["exports_mwh"] == 5
    mix = (15 + 22 * 180.55 / 311) / 122
    assert with_loop["SA1"]["mix_intensity"] == pytest.approx(mix)


def test_a_flow_that_is_unknown_and_a_region_without_units():
    found = solved(flows={**FLOWS, ("VIC1", "SA1"): None})
    assert found["SA1"]["imports_mwh"] is None and found["VIC1"]["exports_emissions_t"] is None
    assert found["VIC1"]["unknown_mix"] == "UNKNOWN_FLOW"
    found = solved({r: v for r, v in UNITS.items() if r != "TAS1"})
    assert found["TAS1"]["exports_mwh"] == 11 and found["TAS1"]["generation_mwh"] is None
    assert found["TAS1"]["unknown_generation"] == "UNKNOWN_GENERATION"
    assert found["VIC1"]["imports_emissions_t"] is None
    assert found["VIC1"]["unknown_mix"] == "UNKNOWN_SENDER"
    assert found["QLD1"]["exports_emissions_mix_t"] == pytest.approx(35.75)
    found = solved({**UNITS, "QLD1": (500, None)})
    assert found["QLD1"]["generation_mwh"] == 500
    assert found["QLD1"]["unknown_mix"] == "UNKNOWN_GENERATION"


def test_nothing_gives_an_empty_table():
    assert solved({}, {}) == {}
