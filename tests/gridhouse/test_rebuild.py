"""`gridhouse rebuild`: asked days are computed again, and nothing else is."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

import synthetic
from tests.gridhouse.conftest import DAY, FEED, Command

pytestmark = [pytest.mark.slow, pytest.mark.ci]

FACT, ROLLUP = "fct_price_intervals_revisions", "rpt_price_daily"
DAYS = [DAY + timedelta(n) for n in range(3)]


def sql(data: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(data / "gridhouse.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return connection.execute(query).fetchall()


def contents(data: Path, table: str) -> list[tuple]:
    return sql(
        data, f"select columns(c -> not starts_with(c, '_')) from marts.{table} order by all"
    )


def test_a_window_is_computed_again_and_the_other_days_stay(
    gridhouse: Command, prepared_data: Path, tmp_path: Path
) -> None:
    options = {"operators": ["ercot"], "feeds": [FEED], "points": 3}
    synthetic.write(tmp_path / "files", 5, DAYS[0], DAYS[-1] + timedelta(1), **options)
    gridhouse("extract", "--from", str(tmp_path / "files"))
    gridhouse("build", "--select", f"+{ROLLUP}")
    right, rolled = contents(prepared_data, FACT), contents(prepared_data, ROLLUP)
    assert {row[0] for row in sql(prepared_data, f"select market_date from marts.{ROLLUP}")} == {
        *DAYS
    }

    # wrong prices on all days, and on the second one a row that nothing gives
    sql(prepared_data, f"update marts.{FACT} set price = price + 1")
    sql(
        prepared_data,
        f"insert into marts.{FACT} by name select * replace ('GHOST' as location) "
        f"from marts.{FACT} where market_date = '{DAYS[1]}' limit 1",
    )
    # the rollup was made of the wrong prices: that it now differs from the right ones fails nothing
    sql(prepared_data, f"update marts.{ROLLUP} set min_price = min_price + 1")
    rolled_wrong = contents(prepared_data, ROLLUP)
    wrong = set(contents(prepared_data, FACT))
    window = ["--from", str(DAYS[1]), "--to", str(DAYS[2])]
    said = gridhouse("rebuild", FACT, *window).stdout
    assert ROLLUP in said and "--downstream" in said
    found = contents(prepared_data, FACT)
    of_first_day = {row for row in found if row in wrong}
    assert len(of_first_day) == len(right) / 3 and "GHOST" not in str(found)
    assert set(found) - of_first_day <= set(right)
    assert contents(prepared_data, ROLLUP) == rolled_wrong  # nothing was built below

    sql(prepared_data, f"update marts.{ROLLUP} set average_price = 0")
    window = ["--from", str(DAYS[0]), "--to", str(DAYS[0])]
    done = json.loads(gridhouse("rebuild", FACT, *window, "--downstream", "--json").stdout)
    assert done["ok"] and {FACT, ROLLUP} <= set(done["models"]) and done["behind"] == []
    assert contents(prepared_data, FACT) == right and contents(prepared_data, ROLLUP) == rolled


def test_what_is_not_built_by_days_is_refused(gridhouse: Command, prepared_data: Path) -> None:
    day = ["--from", "2026-06-15", "--to", "2026-06-15"]
    for model, words in {
        "dim_feed": "whole each time",
        "fct_files": "--full-refresh",
        "fct_price_intervals": "whole each time",  # a view
        "records": "rpt_records is not built by market days",  # the name of its table
        "fct_nothing": "there is no model fct_nothing",
    }.items():
        assert words in gridhouse("rebuild", model, *day, code=2).stderr
    assert "holds nothing yet" in gridhouse("rebuild", ROLLUP, *day, code=2).stderr
    assert "--from and --to" in gridhouse("rebuild", ROLLUP, code=2).stderr
