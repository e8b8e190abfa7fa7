"""The unit tests of the models (tests/dbt/unit): here, not in every build of a warehouse."""

from __future__ import annotations

import pytest

from gridhouse import dbt

pytestmark = [pytest.mark.slow, pytest.mark.ci]

TESTED = "fct_interval_completeness"  # a model with two unit tests and one data test


def test_the_unit_tests_pass_and_no_build_runs_them(warehouse):
    built = warehouse.dbt("run", "+test_type:unit,resource_type:model")
    assert built.failures == []
    done = warehouse.dbt("test", "test_type:unit")
    assert done.failures == []
    assert done.tests == len(warehouse.manifest.unit_tests) > 0
    assert done.tests > warehouse.dbt("test", f"{TESTED},test_type:unit").tests == 2
    assert warehouse.dbt("build", TESTED).tests == 3
    assert dbt.build(warehouse.settings, select=[TESTED]).tests == 1
