"""Views and columns, as a program that opens the warehouse later finds them."""

from __future__ import annotations

import duckdb
import pytest

from gridhouse import dbt

pytestmark = [pytest.mark.slow, pytest.mark.ci]

# What these read more than once is small: seeds, corrections, rows of a day and resource.
# So are the register of units and the groups of records.
SMALL = {
    "fct_bess_exceptions",
    "int_bess__assigned_losses",
    "int_bess__untelemetered_quarters",
    "int_constraints__sced_corrections",
    "int_constraints__unioned",
    "int_records__members",
    "int_resources__dated",
    "int_resources__emission_factors",
    "int_resources__listed",
    "int_resources__seeded",
    "int_resources__unioned",
    "int_resources__units",
}


def test_views_reach_the_days_that_are_asked_for_and_columns_are_described(warehouse):
    warehouse.build()
    with duckdb.connect(str(dbt.warehouse_path(warehouse.settings)), read_only=True) as reader:
        reader.execute(f"attach '{warehouse.settings.data}/raw.duckdb' as raw (read_only)")
        # finds equal parts of a query, of what the reader asks for alone
        reader.execute("set disabled_optimizers = 'common_subplan'")
        views = reader.sql(
            "select schema_name, view_name from duckdb_views() where not internal"
        ).fetchall()
        columns = reader.sql(
            "select schema_name, table_name, list(column_name) from duckdb_columns() "
            "where database_name = current_database() group by all"
        ).fetchall()
        plans = {v: str(reader.sql(f"explain from {s}.{v}").fetchall()) for s, v in views}
    assert len(plans) > 100
    # a CTE that is made whole first hides the tables from what the reader asks for; DuckDB forgets
    # `not materialized` when it writes a view
    assert {view for view, plan in plans.items() if "CTE_SCAN" in plan} == SMALL

    there = {(schema, table): set(names) for schema, table, names in columns}
    described = {
        node.name: there[node.schema, node.alias] ^ {name.lower() for name in node.columns}
        for node in warehouse.manifest.nodes.values()
        if node.resource_type in ("model", "seed") and (node.schema, node.alias) in there
    }
    assert len(described) > 400
    assert {name: other for name, other in described.items() if other} == {}
