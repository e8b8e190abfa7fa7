"""Prices whose components OASIS gave a CSV each; a warehouse copied under another name."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from gridhouse import dbt

pytestmark = pytest.mark.slow

HEADER = (
    "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,OPR_INTERVAL,NODE_ID_XML,NODE_ID,NODE,"
    "MARKET_RUN_ID,LMP_TYPE,XML_DATA_ITEM,PNODE_RESMRID,GRP_TYPE,POS,MW,GROUP\n"
)
PRICE = (
    "select price, energy_price, congestion_price, loss_price, revision "
    "from {}marts.fct_price_intervals"
)


def component(folder: Path, kind: str, price: float) -> None:
    """One hour of one node: 2026-01-31 00:00 on the Pacific clock."""
    folder.mkdir(exist_ok=True)
    (folder / f"20260131_20260131_PRC_LMP_DAM_{kind}_v12.csv").write_text(
        f"{HEADER}2026-01-31T08:00:00-00:00,2026-01-31T09:00:00-00:00,2026-01-31,1,0,TH_A,TH_A,TH_A,"
        f"DAM,{kind},LMP_PRC,TH_A,ALL,0,{price},1\n"
    )


def test_components_that_land_one_after_the_other_are_one_price(warehouse, tmp_path):
    component(tmp_path / "first", "LMP", 30.0)
    warehouse.land_folder(tmp_path / "first")
    warehouse.build("+fct_price_intervals")
    assert warehouse.sql(PRICE.format("")) == [(30.0, None, None, None, 1)]
    for kind, price in (("MCE", 33.0), ("MCC", -2.0), ("MCL", -1.0)):
        component(tmp_path / "second", kind, price)
    warehouse.land_folder(tmp_path / "second")
    warehouse.build("+fct_price_intervals")
    assert warehouse.sql(PRICE.format("")) == [(30.0, 33.0, -2.0, -1.0, 1)]
    for kind, price in (("LMP", 50.0), ("MCE", 53.0), ("MCC", -2.5), ("MCL", -0.5)):
        component(tmp_path / "correction", kind, price)
    warehouse.land_folder(tmp_path / "correction")
    warehouse.build("+fct_price_intervals")
    assert warehouse.sql(PRICE.format("")) == [(50.0, 53.0, -2.5, -0.5, 2)]

    copy = tmp_path / "published.duckdb"
    shutil.copyfile(dbt.warehouse_path(warehouse.settings), copy)
    with duckdb.connect(str(copy), read_only=True) as renamed:
        assert len(renamed.execute(PRICE.format("")).fetchall()) == 1
    with duckdb.connect() as other:
        other.execute(f"attach '{copy}' as elsewhere (read_only)")
        assert len(other.execute(PRICE.format("elsewhere.")).fetchall()) == 1
