"""What the tests of a build look at (docs/decisions/0007_tests_of_a_build.md)."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import duckdb
import pytest

pytestmark = pytest.mark.slow

FACT, VIEW, STAGING, UNITED = (
    "fct_load_intervals_revisions",
    "fct_load_intervals",
    "stg_ercot__actual_load_by_weather_zone",
    "int_loads__unioned",
)


def now() -> str:
    return datetime.now(UTC).isoformat()


def test_a_failing_row_fails_every_build_until_it_is_mended(warehouse):
    before = now()
    warehouse.land("ercot_np6_345_cd")
    warehouse.build(f"+{VIEW}")
    warehouse.sql(f"insert into marts.{FACT} from marts.{FACT} limit 1")

    # nothing new lands: these builds compute no row
    for _ in range(2):
        build = warehouse.dbt("build", FACT, tests_since=before)
        assert len(build.failures) == 1 and f"unique_grain_{FACT}" in build.failures[0]
    assert len(warehouse.dbt("build", VIEW, tests_since=before).failures) == 2  # grain and overlap
    for select in (FACT, VIEW):
        assert warehouse.dbt("build", select).failures, "without the variable, all rows are tested"
        assert warehouse.dbt("test", select, tests_since=now()).failures, "so they are by dbt test"
        assert not warehouse.dbt("build", select, tests_since=now()).failures


def test_landed_rows_are_tested_by_the_instant_at_which_they_landed(warehouse):
    before = now()
    warehouse.land("ercot_np6_345_cd")
    with closing(duckdb.connect(str(warehouse.settings.data / "raw.duckdb"))) as raw:
        raw.execute("insert into ercot.np6_345_cd from ercot.np6_345_cd limit 1")
    warehouse.build(f"+{UNITED}")
    for instant, found in ((before, 1), (now(), 0)):
        for select in (STAGING, UNITED):
            build = warehouse.dbt("build", select, tests_since=instant)
            assert build.ok and len(build.warnings) == found, build
