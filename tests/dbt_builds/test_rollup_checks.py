"""Whatever figure of a rollup is damaged is found: by the command and by the test of builds."""

from __future__ import annotations

from datetime import date

import pytest

from gridhouse import verify

pytestmark = [pytest.mark.slow, pytest.mark.ci]

DAY = date(2026, 6, 15)
TEST = "assert_rollups_equal_their_intervals"
ROLLUPS = ("rpt_resource", "rpt_fuel", "rpt_region")
# The build's test takes a second each time: one figure of each table.
BUILT = {
    "rpt_resource_daily": "emissions_energy_mwh",
    "rpt_fuel_daily": "held_count",
    "rpt_region_daily": "imports_value",
}


def test_every_figure_that_is_damaged_is_found(warehouse):
    for feed in ("nem_dispatchis", "nem_tradingis", "nem_dispatch_scada", "nem_rooftop_actual"):
        warehouse.land(feed, DAY, (10, 12))
    warehouse.build(*(f"+{rollup}_monthly" for rollup in ROLLUPS))

    def off(model: str | None = None) -> dict[str, set[str]]:
        found = {}
        for check in verify.rollups(warehouse.settings, model, None, None):
            assert check.days, check
            if check.off:
                found.setdefault(check.rollup, set()).add(check.measure)
        return found

    def passes() -> bool:
        return warehouse.dbt("test", TEST).ok

    assert off() == {} and passes()  # the rollup of curtailments is not built yet
    for rollup in ROLLUPS:
        table = f"{rollup}_daily"
        measures = {c.measure for c in verify.rollups(warehouse.settings, table, None, None)}
        assert len(measures) >= 7
        for measure in sorted(measures):
            where = f"rowid = (select min(rowid) from marts.{table})"
            ((kept,),) = warehouse.sql(f"select {measure} from marts.{table} where {where}")
            warehouse.sql(
                f"update marts.{table} set {measure} = coalesce({measure}, 0) + 1 where {where}"
            )
            found = off(table)
            assert found == {table: {measure}}, (table, measure, found)
            if BUILT[table] == measure:
                assert not passes()
                assert measure in off(f"{rollup}_monthly")[f"{rollup}_monthly"]
            kept = "null" if kept is None else kept
            warehouse.sql(f"update marts.{table} set {measure} = {kept} where {where}")
    assert off() == {} and passes()

    warehouse.build("+rpt_unit_curtailment_daily")
    warehouse.sql(
        "insert into marts.fct_unit_curtailment_intervals by name "
        "select 'NEM' as iso, 'W' as resource, date '2026-06-15' as market_date, "
        "timestamptz '2026-06-15 02:00:00+00' as interval_start, 5 as interval_minutes, "
        "true as is_capped, 12 as curtailment_mw, 1 as curtailment_mwh, now() as _built_at"
    )
    warehouse.build("rpt_unit_curtailment_daily", whole=True)
    assert off() == {} and passes()
    warehouse.sql("update marts.rpt_unit_curtailment_daily set curtailment_mwh = 2")
    assert off() == {"rpt_unit_curtailment_daily": {"curtailment_mwh"}} and not passes()
