"""A corrected seed computes the days again of the tables that rest on it, and of no others."""

from __future__ import annotations

import ast
from datetime import date, timedelta

import pytest

from tests.dbt_builds.conftest import DAY, Warehouse

pytestmark = [pytest.mark.slow, pytest.mark.ci]

RESTING = ["fct_border_intervals", "fct_flow_emission_intervals"]  # one in SQL, one in Python
NOT_RESTING = "fct_price_intervals_revisions"
MODELS = [f"+{name}" for name in [*RESTING, NOT_RESTING]]


def builds(warehouse: Warehouse, table: str) -> dict[date, object]:
    return dict(
        warehouse.sql(f"select market_date, max(_built_at) from marts.{table} group by all")
    )


def flows(warehouse: Warehouse) -> list[tuple]:
    return warehouse.sql(
        "select distinct market_date, expected_interface_count, flow_mw is not null "
        "from marts.fct_border_intervals where from_location = 'NSW1' and to_location = 'QLD1' "
        "order by all"
    )


def test_days_of_a_former_seed_are_computed_again(warehouse: Warehouse) -> None:
    days = [DAY, DAY + timedelta(1)]
    for day in days:
        warehouse.land("nem_dispatchis", day)
        warehouse.land("nem_dispatch_scada", day)
    # as if the seed had been loaded without one of the border's interconnectors, and so built
    warehouse.sql("""
        delete from ref.interconnectors where interface = 'N-Q-MNSP1';
        update ref.seed_versions set checksum = 'former' where seed = 'interconnectors';
    """)
    warehouse.build(*MODELS)
    before = {table: builds(warehouse, table) for table in [*RESTING, NOT_RESTING]}
    assert all(set(built) == set(days) for built in before.values())
    assert flows(warehouse) == [(day, 1, True) for day in days]
    warehouse.build(*MODELS)
    assert {table: builds(warehouse, table) for table in before} == before  # nothing is new

    assert warehouse.dbt("seed").ok  # the corrected one
    warehouse.build(*MODELS)
    after = {table: builds(warehouse, table) for table in before}
    for table in RESTING:
        assert all(after[table][day] > before[table][day] for day in days), table
    assert after[NOT_RESTING] == before[NOT_RESTING]
    assert flows(warehouse) == [(day, 2, True) for day in days]

    assert warehouse.dbt("seed").ok  # the same again is no news
    warehouse.build(*MODELS)
    assert {table: builds(warehouse, table) for table in before} == after


def test_python_models_name_the_seeds_that_they_read(manifest) -> None:
    """A macro finds the seeds of a model in SQL; one in Python must have them in `SEEDS`."""
    nodes = manifest.nodes

    def read(node) -> set[str]:
        parents = [nodes[name] for name in node.depends_on.nodes if name in nodes]
        seeds = {parent.name for parent in parents if parent.resource_type == "seed"}
        # an incremental model passes on itself what changed
        views = [p for p in parents if p.config.materialized not in ("seed", "incremental")]
        return seeds.union(*map(read, views))

    incremental = [
        node
        for node in nodes.values()
        if node.resource_type == "model"
        and node.language == "python"
        and node.config.materialized == "incremental"
    ]
    wrong = {
        node.name: (sorted(named), sorted(read(node)))
        for node in incremental
        for named in [set(named_seeds(node.raw_code))]
        if named != read(node)
    }
    assert {"fct_flow_emission_intervals"} < {node.name for node in incremental}
    assert not wrong, f"(SEEDS, seeds read): {wrong}"


def named_seeds(code: str) -> tuple[str, ...]:
    """The constant `SEEDS` of a model in Python; nothing where there is none."""
    for statement in ast.parse(code).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "SEEDS":
            return ast.literal_eval(statement.value)
    return ()
