"""Which load is a battery's, where its number and its awards do not agree."""

from __future__ import annotations

import pytest

from tests.dbt_builds.disclosures import write
from tests.dbt_builds.test_bess_lines import gen, load

pytestmark = pytest.mark.slow

REGULATED = {"regdown_awarded": 1, "regdown_mcpc": 2}


def test_regulation_says_more_than_a_number(warehouse, tmp_path):
    batteries = ["ONE_BES1", "TWO_BES1", "TWO_BES2", "SHORT_BES1", "SHORT_BES2", "MANY_BES1"]
    batteries += ["CALM_BES1"]
    rows = [gen(1, resource=name) for name in batteries]
    write(tmp_path, "np3_966_er__gen_resources", "31-MAR-25", rows)
    loads = [
        # one battery, one load with regulation: the load with its number is none
        load(1, "ONE_LD1"),
        load(1, "ONE_LD2", **REGULATED),
        # as many with regulation as batteries: numbers tell which
        load(1, "TWO_LD1", **REGULATED),
        load(1, "TWO_LD2", **REGULATED),
        load(1, "TWO_LD3"),
        # fewer: the second battery may well have a load without an award
        load(1, "SHORT_LD1", **REGULATED),
        load(1, "SHORT_LD2"),
        # two for one battery, neither with its number: which, cannot be told
        load(1, "MANY_LD1"),
        load(1, "MANY_LD2", **REGULATED),
        load(1, "MANY_LD3", **REGULATED),
        # nobody: the number is all there is
        load(1, "CALM_LD1"),
        load(1, "CALM_LD2", regdown_awarded=0, regdown_mcpc=2),
    ]
    write(tmp_path, "np3_966_er__load_resources", "31-MAR-25", loads)
    warehouse.land_folder(tmp_path)
    warehouse.build("+int_bess__pairs")
    number = "SITE_AND_NUMBER"
    assert warehouse.sql(
        "select resource, load_resource, evidence_code from intermediate.int_bess__pairs order by 1"
    ) == [
        ("CALM_BES1", "CALM_LD1", number),
        ("MANY_BES1", None, "NONE"),
        ("ONE_BES1", "ONE_LD2", "SITE_AND_REGULATION"),
        ("SHORT_BES1", "SHORT_LD1", number),
        ("SHORT_BES2", "SHORT_LD2", number),
        ("TWO_BES1", "TWO_LD1", number),
        ("TWO_BES2", "TWO_LD2", number),
    ]
