"""Facilities of the WEM whose output lands after the prices of its day."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.dbt_builds.conftest import Warehouse

pytestmark = [pytest.mark.slow, pytest.mark.ci]

FACT = "marts.fct_resource_intervals"
MODELS = ("fct_price_intervals_revisions", "int_resources__part_versions", "fct_resource_intervals")
OLD = (
    "Trading Date,Interval Number,Trading Interval,Participant Code,Facility Code,"
    "Energy Generated (MWh),EOI Quantity (MW),Extracted At"
)


def land(warehouse: Warehouse, folder: Path, name: str, text: str) -> None:
    folder.mkdir()
    (folder / name).write_text(text)
    warehouse.land_folder(folder)


def price() -> tuple[str, str]:
    rows = [{"tradingInterval": "2026-06-15T08:00:00+08:00", "referenceTradingPrice": 90.0}]
    document = {"data": {"tradingDay": "2026-06-15", "referenceTradingPrices": rows}}
    return "ReferenceTradingPrice_2026-06-15.json", json.dumps(document)


def solution() -> tuple[str, str]:
    at = "2026-06-15T08:00:00+08:00"
    solved = {
        "dispatchInterval": at,
        "prices": {"energy": 88.0},
        "schedule": [],
        "facilityScheduleDetails": [{"facilityCode": "YANDIN_WF1", "initialMw": 120.0}],
    }
    document = {"data": {"primaryDispatchInterval": at, "solutionData": [solved]}}
    return "ReferenceDispatchSolution_202606150800.json", json.dumps(document)


def scada() -> tuple[str, str]:
    rows = [
        {"dispatchInterval": f"2026-06-15T08:0{n}:00+08:00", "code": "YANDIN_WF1", "quantity": mwh}
        for n, mwh in ((0, 11.0), (5, 12.5))
    ]
    document = {"data": {"facilityScadaDispatchIntervals": rows}}
    return "SCADA_2026-06-15.json", json.dumps(document)


def half_hours() -> tuple[str, str]:
    line = '"2013-12-01",1,"2013-12-01 08:00:00","SYNPART","ALBANY_WF1",4.5,,"2013-12-09 00:00:00"'
    return "facility-scada-2013-12.csv", f"{OLD}\n{line}\n"


def test_output_that_lands_after_its_prices_is_built(warehouse, tmp_path):
    land(warehouse, tmp_path / "price", *price())
    warehouse.build("+fct_resource_intervals")
    columns = "source, output_mw, energy_mwh, market_value"
    found = f"select {columns} from {FACT} order by interval_start"
    assert warehouse.sql(found) == []

    # as of the dispatch solution: 120 MW for five minutes at 90 AUD
    land(warehouse, tmp_path / "solution", *solution())
    warehouse.build(*MODELS)
    assert warehouse.sql(found) == [("WEM_DISPATCH", 120.0, 10.0, 900.0)]

    land(warehouse, tmp_path / "scada", *scada())
    warehouse.build(*MODELS)
    metered = [("WEM_SCADA", 132.0, 11.0, 990.0), ("WEM_SCADA", 150.0, 12.5, 1125.0)]
    assert warehouse.sql(found) == metered

    land(warehouse, tmp_path / "half_hours", *half_hours())
    warehouse.build(*MODELS)
    assert warehouse.sql(found) == [("WEM_SCADA", 9.0, 4.5, None), *metered]

    stepwise = warehouse.sql(f"select * exclude (_built_at) from {FACT} order by all")
    warehouse.build(*MODELS, whole=True)
    assert warehouse.sql(f"select * exclude (_built_at) from {FACT} order by all") == stepwise
