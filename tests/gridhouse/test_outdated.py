"""A build that meets a table of another version says which columns differ, and what to do."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from gridhouse import dbt
from gridhouse.outdated import other_columns


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "gridhouse.duckdb"
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute("create schema ref")
        connection.execute("create table ref.fuel_techs (fuel_tech text, colour text)")
    return path


def node(*columns: str, table: str = "fuel_techs", materialized: str = "seed") -> SimpleNamespace:
    return SimpleNamespace(
        resource_type="seed",
        schema="ref",
        name="all_techs",
        alias=table,
        columns=dict.fromkeys(columns),
        config=SimpleNamespace(materialized=materialized),
    )


def test_columns_that_differ_are_named(warehouse):
    said = other_columns(node("fuel_tech", "is_storage"), warehouse)
    assert "(without is_storage; with colour)" in said
    assert "CHANGELOG.md" in said
    assert "gridhouse build --full-refresh --select all_techs+" in said


@pytest.mark.parametrize(
    "other",
    [
        node("colour", "Fuel_Tech"),
        node(),
        node("fuel_tech", table="never_built"),
        node("fuel_tech", materialized="table"),  # each build makes it anew
    ],
)
def test_nothing_is_said_of_tables_that_are_as_they_should(other, warehouse):
    assert other_columns(other, warehouse) is None


def test_nothing_is_said_without_a_warehouse(tmp_path):
    assert other_columns(node("fuel_tech"), tmp_path / "none.duckdb") is None


def test_a_failed_build_says_it_beside_what_dbt_says(warehouse):
    def failed(of):
        return SimpleNamespace(node=of, status="error", message="Error when sniffing file")

    results = [failed(node("fuel_tech")), failed(node("fuel_tech", "colour"))]
    result = SimpleNamespace(success=False, exception=None, result=SimpleNamespace(results=results))
    done = dbt._summary(result, 1.0, warehouse.parent, None, warehouse)
    ours, theirs = done.failures
    assert "Error when sniffing file (log: " in ours and "of another version (with colour)" in ours
    assert "sniffing" in theirs and "version" not in theirs
