"""A view takes the place of what had its name, or leaves it as it was."""

from __future__ import annotations

import duckdb
import pytest

from tests.dbt_builds.conftest import Warehouse

pytestmark = [pytest.mark.slow, pytest.mark.ci]

NAME = "stg_bom__observations"
KIND = f"select table_type from information_schema.tables where table_name = '{NAME}'"


def broken(warehouse: Warehouse, there: str, here: str) -> None:
    """Rename a column that the view reads, so that it cannot be made."""
    with duckdb.connect(str(warehouse.settings.data / "raw.duckdb")) as connection:
        connection.execute(f"alter table bom.observations rename {there} to {here}")


@pytest.mark.parametrize(("kind", "shown"), [("table", "BASE TABLE"), ("view", "VIEW")])
def test_what_was_there_stays_until_the_view_can_be_made(
    warehouse: Warehouse, kind: str, shown: str
) -> None:
    warehouse.sql("create schema staging")
    warehouse.sql(f"create {kind} staging.{NAME} as select 42 as answer")
    broken(warehouse, "air_temp", "another")
    assert warehouse.dbt("run", NAME).failures
    assert warehouse.sql(KIND) == [(shown,)]
    assert warehouse.sql(f"from staging.{NAME}") == [(42,)]

    broken(warehouse, "another", "air_temp")
    warehouse.build(NAME)
    assert warehouse.sql(KIND) == [("VIEW",)]
    with duckdb.connect(str(warehouse.settings.data / "gridhouse.duckdb")) as connection:
        connection.execute(f"attach '{warehouse.settings.data}/raw.duckdb' as raw (read_only)")
        assert connection.execute(f"select count(*) from staging.{NAME}").fetchall() == [(0,)]
