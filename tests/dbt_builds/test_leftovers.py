"""Tables that models in Python leave behind are dropped, and nothing else is."""

from __future__ import annotations

import pytest

from tests.dbt_builds.conftest import Warehouse

pytestmark = [pytest.mark.slow, pytest.mark.ci]

STAMP = "20260101000000000000"
LEFT = f'main."int_ptdf__fit__dbt_tmp{STAMP}"'  # of a process that was killed
TARGET = "intermediate.int_scenario__runs"
# the operator's own: other names, schemas and kinds
KEPT = {
    f"main.mine__dbt_tmp{STAMP}": "table",
    "main.int_ptdf__fit__dbt_tmp": "table",
    "main.int_ptdf__fit__dbt_tmp2026": "table",
    f"main.my_int_ptdf__fit__dbt_tmp{STAMP}": "table",
    f"marts.int_ptdf__fit__dbt_tmp{STAMP}": "table",
    f"main.int_ptdf__day_grams__dbt_tmp{STAMP}": "view",
}


def relations(warehouse: Warehouse) -> set[str]:
    """Tables and views that have the mark of a temporary table in their name."""
    found = warehouse.sql(
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_name like '%dbt_tmp%'"
    )
    return {name for (name,) in found}


def test_builds_leave_no_tables_behind(warehouse: Warehouse) -> None:
    python = [node.name for node in warehouse.manifest.nodes.values() if node.language == "python"]
    warehouse.build()
    for name, kind in KEPT.items():
        warehouse.sql(f"create {kind} {name} as select 1 as one")
    warehouse.sql(f"create table {LEFT} as select 1 as one")

    warehouse.build(*python)  # every one of them, its rows beside those that are there
    assert relations(warehouse) == set(KEPT)
    assert {row for name in KEPT for row in warehouse.sql(f"from {name}")} == {(1,)}


def test_a_build_that_fails_leaves_none_either(warehouse: Warehouse) -> None:
    warehouse.build("+int_scenario__runs")
    warehouse.sql(f"create table {LEFT} as select 1 as one")
    warehouse.sql(f"alter table {TARGET} rename status to no_status")
    built = warehouse.dbt("run", "int_scenario__runs")
    assert built.failures
    assert relations(warehouse) == set()
