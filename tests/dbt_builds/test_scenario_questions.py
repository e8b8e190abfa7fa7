"""Questions of `gridhouse scenario` through dbt: none of them may keep a build from going well."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from gridhouse import scenario
from tests.dbt_builds.conftest import Warehouse
from tests.dbt_builds.test_ptdf_fits import DAY, MODELS, land_market

pytestmark = [pytest.mark.slow, pytest.mark.ci]

SCENARIO = "path:models/methods/scenario"
LATE = "2026-07-01 23:00:00"  # from then on no energy price has landed
PLAIN = {
    "request_id": "plain",
    "nodes": ["HB_WEST"],
    "topk": 3,
    "shocks": [],
    "at": None,
    "threshold": 25.0,
    "liquidity": 100.0,
}
ODD = [
    ("no run yet", {"at": "1999-01-01T00:00:00+00:00"}, "REJECTED", "no run whose energy price"),
    ("no instant", {"at": "yesterday"}, "FAILED", "ConversionException: "),
    ("no lambda then", {"at": f"{LATE}-05:30"}, "OK", "later run(s) are passed over"),
    ("points are a number", {"nodes": 7}, "FAILED", "TypeError: "),
    ("no points", {"nodes": []}, "FAILED", "ParserException: "),
    ("no such point", {"nodes": ["it's"]}, "NO_NODES", "none of the chosen"),
    ("not a shock", {"shocks": ["LINE"]}, "REJECTED", "is no shock"),
    ("a shock is a number", {"shocks": [7]}, "FAILED", "AttributeError: "),
    ("no text", {"shocks": ["\udcff=1"]}, "REJECTED", "? is in neither"),
    ("no number", {"topk": "three"}, "FAILED", "TypeError: "),
    ("plain", {}, "OK", "later run(s) are passed over"),
]


def add_question(warehouse: Warehouse, request_id: str, question: str) -> None:
    """As a build leaves it that broke off before it was answered."""
    with duckdb.connect(str(warehouse.settings.data / "gridhouse.duckdb")) as connection:
        connection.execute(
            "insert into intermediate.int_scenario__requests values (?, ?, now())",
            [request_id, question],
        )


@pytest.fixture(scope="module")
def market(seeded: Path, tmp_path_factory, manifest) -> Warehouse:
    """A day of a small market whose last energy prices have not landed, fitted."""
    folder = tmp_path_factory.mktemp("market")
    made = Warehouse(shutil.copytree(seeded, folder / "data"), folder / "files", manifest)
    land_market(made, DAY, 1)
    with duckdb.connect(str(folder / "data" / "raw.duckdb")) as raw:
        raw.execute(f"delete from ercot.np6_322_cd where sced_timestamp >= timestamp '{LATE}'")
    made.build(*MODELS)
    return made


def test_no_question_keeps_a_build_from_going_well(market: Warehouse) -> None:
    for request_id, odd, _, _ in ODD:
        add_question(market, request_id, json.dumps(PLAIN | {"request_id": request_id} | odd))
    add_question(market, "no JSON", "{")
    add_question(market, "no fields", "{}")
    market.build(SCENARIO)
    answers = {
        request_id: (status, reason or "")
        for request_id, status, reason in market.sql(
            "select request_id, status, reason from marts.scenario_runs"
        )
    }
    assert len(answers) == len(ODD) + 2
    for request_id, _, status, reason in ODD:
        assert answers[request_id][0] == status, (request_id, answers[request_id])
        assert reason in answers[request_id][1], (request_id, answers[request_id])
    assert answers["no JSON"][0] == "REJECTED" and "property name" in answers["no JSON"][1]
    assert answers["no fields"] == ("FAILED", "KeyError: 'at'")
    market.build(SCENARIO)
    assert market.sql("select count(*) from marts.scenario_runs") == [(len(answers),)]


def test_the_newest_run_is_the_one_of_which_all_has_landed(market: Warehouse) -> None:
    ((last,), (lacking,), (bound,)) = market.sql(
        "select max(run_at) from features.lmp_target where energy_price is not null union all "
        "select max(run_at) from features.lmp_target where energy_price is null union all "
        "select max(run_at) from features.sced_mu where is_binding"
    )
    assert last < bound <= lacking, "constraints bind in a run without an energy price"
    answer = ask(market)
    assert answer["run_at"] == last
    (later,) = market.sql(f"select count(*) from features.sced_runs where run_at > '{last}'")
    assert answer["reason"].startswith(f"{later[0]} later run(s) are passed over")
    assert ask(market, at=lacking)["run_at"] == last
    assert "document" not in answer
    # nothing is later than a run that is asked for
    assert ask(market, at=last)["reason"] is None


def test_what_keeps_a_question_from_being_answered_is_told(market: Warehouse) -> None:
    with pytest.raises(scenario.NoAnswer, match="no run whose energy price, prices and shadow"):
        ask(market, at=datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(scenario.ScenarioFailed, match="TypeError: "):
        ask(market, topk="three")
    market.build(SCENARIO)


def test_a_build_that_is_run_again_asks_once(market: Warehouse) -> None:
    question = json.dumps(PLAIN | {"request_id": "again"}).encode().hex()
    for _ in range(2):
        assert market.dbt("run", SCENARIO, scenario=question).failures == []
    kept = market.sql("select count(*) from marts.scenario_runs where request_id = 'again'")
    assert kept == [(1,)]


def ask(warehouse: Warehouse, **options) -> dict:
    ((location,), *_) = warehouse.sql("select location from ref.estimated_ptdf_intercepts")
    asked = {name: PLAIN[name] for name in ("topk", "shocks", "at", "threshold", "liquidity")}
    return scenario.ask(warehouse.settings, [location], **asked | options)
