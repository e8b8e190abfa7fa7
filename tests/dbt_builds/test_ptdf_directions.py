"""A limit that binds in both directions is not compared with a truth that knows but one."""

from __future__ import annotations

import duckdb
import pytest

from tests.dbt_builds.conftest import Warehouse
from tests.dbt_builds.test_ptdf_fits import DAY, land_market

pytestmark = [pytest.mark.slow, pytest.mark.ci]


def test_the_truth_leaves_out_what_has_both_directions(warehouse: Warehouse) -> None:
    land_market(warehouse, DAY, 1)
    with duckdb.connect(str(warehouse.settings.data / "raw.duckdb")) as raw:
        ((turned,),) = raw.execute(
            "select constraint_name from ercot.np6_86_cd where shadow_price > 0 "
            "and from_station <> to_station group by all order by count(*) desc, 1 limit 1"
        ).fetchall()
        raw.execute(
            "update ercot.np6_86_cd set from_station = to_station, to_station = from_station "
            "where constraint_name = ? and minute(sced_timestamp) % 2 = 1",
            [turned],
        )
    truth = str(next(warehouse.files.rglob("ptdf_rows")).parent)
    built = warehouse.dbt("run", "+rpt_ptdf_truth", truth=truth)
    assert built.failures == []
    groups: dict[str, set[tuple[str, str]]] = {}
    directions: dict[tuple[str, str], int] = {}
    for name, contingency, group in warehouse.sql(
        "select constraint_name, contingency_name, group_name "
        "from ref.estimated_ptdf_constraint_offsets_staged"
    ):
        groups.setdefault(group, set()).add((name, contingency))
        directions[name, contingency] = directions.get((name, contingency), 0) + 1
    assert {name for (name, _), count in directions.items() if count > 1} == {turned}
    told = [g for g, members in groups.items() if all(directions[m] == 1 for m in members)]
    assert 0 < len(told) < len(groups)
    compared = warehouse.sql(
        "select group_count, factor_count from marts.rpt_ptdf_truth "
        "where least_bound_interval_count = 1"
    )
    ((points,),) = warehouse.sql("select count(*) from ref.estimated_ptdf_node_rmse_staged")
    assert compared == [(len(told), len(told) * points)]
