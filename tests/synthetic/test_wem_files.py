"""The synthetic WEM: files of both markets, whose energies, prices and demand agree."""

from __future__ import annotations

import csv
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest

import synthetic

LAST, FIRST = date(2023, 9, 30), date(2023, 10, 1)
NEW = Path("wem/public/market-data/wemde")
OLD = Path("wem/public/public-data/datafiles")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("wem")
    synthetic.write(made, 7, LAST, date(2023, 10, 3), operators=["wem"])
    return made


def scada(folder: Path, day: date) -> list[dict]:
    path = folder / NEW / f"facilityScada/previous/FacilityScada_{day:%Y%m%d}.zip"
    with zipfile.ZipFile(path) as archive:
        (name,) = archive.namelist()
        return json.loads(archive.read(name))["data"]["facilityScadaDispatchIntervals"]


def test_each_market_has_its_files(folder):
    names = sorted(p.name for p in folder.rglob("*") if p.is_file())
    assert names == [
        "FacilityScada_20231001.zip",
        "FacilityScada_20231002.zip",
        "OperationalDemandAndWithdrawal_2023-10-01.json",
        "OperationalDemandAndWithdrawal_2023-10-02.json",
        "ReferenceTradingPrice_2023-10-02.json",
        "ReferenceTradingPrice_20231001.zip",
        "ReferenceTradingPrice_20231002.zip",
        "SCADA_2023-10-02.json",
        "balancing-summary-2023.csv",
        "facility-scada-2023-09.csv",
    ]


def test_energies_add_up_to_the_demand(folder):
    path = folder / NEW / "operationalDemandWithdrawal/dailyFiles"
    document = json.loads((path / f"OperationalDemandAndWithdrawal_{FIRST}.json").read_text())
    demand = {r["dispatchInterval"]: r["operationalDemand"] for r in document["data"]["data"]}
    generated = dict.fromkeys(demand, 0.0)
    for row in scada(folder, FIRST):
        generated[row["dispatchInterval"]] += 12 * row["quantity"]
    assert len(demand) == 288
    for start, mw in demand.items():
        assert generated[start] == pytest.approx(mw, abs=12 * 0.003)
    assert min(r["quantity"] for r in scada(folder, FIRST)) < 0  # the battery, or the sun at night


def test_the_old_files_are_of_half_hours_from_eight_to_eight(folder):
    with (folder / OLD / "balancing-summary/balancing-summary-2023.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 48 and rows[0]["Trading Interval"] == "2023-09-30 08:00:00"
    assert rows[-1]["Trading Interval"] == "2023-10-01 07:30:00"
    assert rows[0]["Extracted At"] and not any(r["Extracted At"] for r in rows[1:])
    with (folder / OLD / "facility-scada/facility-scada-2023-09.csv").open() as file:
        energy = dict.fromkeys((r["Trading Interval"] for r in rows), 0.0)
        for row in csv.DictReader(file):
            energy[row["Trading Interval"]] += float(row["Energy Generated (MWh)"])
    for row in rows:
        scheduled, other, total = (
            float(row[f"{kind} Generation (MW)"])
            for kind in ("Scheduled", "Non-Scheduled", "Total")
        )
        assert total == pytest.approx(scheduled + other, abs=1e-6)
        assert 2 * energy[row["Trading Interval"]] == pytest.approx(total, abs=0.02)


def test_a_price_of_nothing_is_a_price(folder):
    path = folder / NEW / "referenceTradingPrice/current/ReferenceTradingPrice_2023-10-02.json"
    prices = json.loads(path.read_text())["data"]["referenceTradingPrices"]
    assert len(prices) == 48 and prices[10]["referenceTradingPrice"] == 0


def test_the_same_arguments_give_the_same_bytes(folder, tmp_path):
    synthetic.write(tmp_path, 7, LAST, date(2023, 10, 3), operators=["wem"])
    for path in (p for p in folder.rglob("*") if p.is_file()):
        assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes()
