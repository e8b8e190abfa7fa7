"""Prices of a set of shadow prices, by hand; what is said where nothing is known."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_models.scenario.frames import (
    SCENARIO_COLUMNS,
    Binding,
    ScenarioOptions,
    scenario_table,
    to_document,
)
from python_models.scenario.scenario import (
    Shock,
    ShockError,
    apply_shocks,
    chance_above,
    congestion_shares,
    drivers,
    parse_shock,
    predict,
    quantiles,
)

A, B, C = ("A", "BASE CASE"), ("B", "DOUBLE"), ("C", "DOUBLE")
WEST, NORTH = ("HB_WEST", "HUB"), ("HB_NORTH", "HUB")
# 19 residuals from -9 to 9 $/MWh
ERRORS = np.arange(-9.0, 10.0)


def rows(names: str, *values) -> pa.Table:
    return pa.table(
        {n: list(v) for n, v in zip(names.split(), zip(*values, strict=True), strict=True)}
    )


MU = rows("constraint_name contingency_name shadow_price", (*A, 20.0), (*B, 5.0), (*C, 75.0))
COEFFICIENTS = rows(
    "constraint_name contingency_name location location_type beta",
    (*A, *WEST, 0.5),
    (*A, *NORTH, -0.1),
    (*B, *WEST, -0.4),
    ("D", "X1", *WEST, 0.2),
    ("D", "X2", *WEST, 0.2),
    ("E", None, *WEST, 0.2),
)
INTERCEPTS = rows("location location_type intercept", (*WEST, 1.0), (*NORTH, -2.0))
RESIDUALS = rows(
    "location location_type residual", *((*WEST, e) for e in ERRORS), (*NORTH, 0.0), (*NORTH, None)
)
NO_MU = MU.slice(0, 0)


def scenario(mu=MU, system_lambda=30.0, **options) -> dict:
    table = scenario_table(
        mu, COEFFICIENTS, INTERCEPTS, RESIDUALS, system_lambda, ScenarioOptions(**options)
    )
    assert table.schema == SCENARIO_COLUMNS and table.num_rows == 1
    return table.to_pylist()[0]


def node(row: dict, place: tuple[str, str]) -> dict:
    return next(n for n in row["nodes"] if (n["location"], n["location_type"]) == place)


def event(row: dict, start: str) -> list[dict]:
    return [e for e in row["events"] if e["event"].startswith(start)]


def test_prices_and_drivers_by_hand():
    row = scenario()
    assert (row["status"], row["reason"]) == ("OK", None)
    west, north = node(row, WEST), node(row, NORTH)
    # 30 - 20 x 0.5 + 5 x 0.4 + 1; 30 + 20 x 0.1 - 2
    assert west["price"] == pytest.approx(23.0)
    assert west["congestion"] == pytest.approx(-8.0)
    assert north["price"] == pytest.approx(30.0)
    lines = [
        (d["location"], d["rank"], d["constraint_name"], d["contribution"]) for d in row["drivers"]
    ]
    assert lines == [
        ("HB_NORTH", 1, "A", pytest.approx(2.0)),
        ("HB_WEST", 1, "A", pytest.approx(-10.0)),
        ("HB_WEST", 2, "B", pytest.approx(2.0)),
    ]


def test_what_no_coefficient_covers_is_told():
    row = scenario()
    assert row["uncovered_mu"] == pytest.approx(0.75)
    told = {
        c["constraint_name"]: (c["is_covered"], c["congestion_share"]) for c in row["constraints"]
    }
    # |contributions|: A 10 + 2, B 2
    assert told == {
        "A": (True, pytest.approx(12 / 14)),
        "B": (True, pytest.approx(2 / 14)),
        "C": (False, None),
    }


def test_chances_and_quantiles_are_those_of_the_residuals():
    west = node(scenario(levels=(0.0, 0.5, 0.75, 1.0)), WEST)
    # 23 + e > 25 for 3..9: 7 of 19
    assert west["chance_above"] == pytest.approx(7.5 / 20)
    assert [q["price"] for q in west["quantiles"]] == pytest.approx([14, 23, 27.5, 32])
    assert west["residual_count"] == 19


def test_a_node_with_few_residuals_has_a_price_and_no_chances():
    row = scenario()
    north = node(row, NORTH)
    assert north["price"] == pytest.approx(30.0)
    assert (north["chance_above"], north["quantiles"], north["residual_count"]) == (None, [], 1)
    assert not event(row, "HB_NORTH")


def test_a_node_that_is_not_fitted_is_said_to_be_so():
    row = scenario(locations=(("NOWHERE", "RN"), WEST))
    unknown = node(row, ("NOWHERE", "RN"))
    assert not unknown["is_fitted"]
    assert all(unknown[k] is None for k in ("price", "congestion", "intercept", "chance_above"))
    assert node(row, WEST)["price"] == pytest.approx(23.0)
    assert row["status"] == "OK"
    alone = scenario(locations=(("NOWHERE", "RN"),))
    assert alone["status"] == "NO_NODES" and alone["quotes"] == []


def test_nothing_binds():
    row = scenario(NO_MU)
    assert row["status"] == "NO_CONSTRAINTS"
    assert node(row, WEST)["price"] == pytest.approx(31.0)
    assert (row["uncovered_mu"], row["drivers"], row["constraints"]) == (0.0, [], [])
    assert not event(row, "share of congestion")
    # 31 + e > 25 for -5..9: 15 of 19
    assert event(row, "HB_WEST")[0]["probability"] == pytest.approx(15.5 / 20)


def test_shocks_by_hand():
    # A 30, B 10, C 0, D|X1 50
    row = scenario(shocks=("A=+10", "B=x2", "C|DOUBLE=0", "D|X1=50"))
    assert node(row, WEST)["price"] == pytest.approx(30 - 15 + 4 - 10 + 1)
    assert row["uncovered_mu"] == 0.0
    levels = [
        (c["constraint_name"], c["published_shadow_price"], c["shadow_price"])
        for c in row["constraints"]
    ]
    assert levels == [("A", 20.0, 30.0), ("B", 5.0, 10.0), ("C", 75.0, 0.0), ("D", None, 50.0)]
    assert row["shocks"] == ["A=+10", "B=x2", "C|DOUBLE=0", "D|X1=50"]


@pytest.mark.parametrize(
    ("text", "shock"),
    [
        ("A=+10", Shock("A", None, "ADD", 10.0)),
        ("A=-2.5", Shock("A", None, "ADD", -2.5)),
        ("A=10", Shock("A", None, "SET", 10.0)),
        (" A | X = x1.5 ", Shock("A", "X", "SCALE", 1.5)),
        ("6345__B=C=x.5", Shock("6345__B=C", None, "SCALE", 0.5)),
    ],
)
def test_shocks_are_read(text, shock):
    assert parse_shock(text) == shock


NAMES = [("A|B", "X|1"), ("A", "B"), ("C|D|E", "X"), ("|F", None)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A|B=1", ("A|B", None)),  # a name goes before a pair
        ("A|B|X|1=1", ("A|B", "X|1")),
        ("A | B=1", ("A", "B")),
        ("C|D|E=1", ("C|D|E", None)),
        ("C|D|E | X=1", ("C|D|E", "X")),
        ("C|D|E|Y=1", ("C|D|E", "Y")),
        ("|F=1", ("|F", None)),
        ("G|H|I=1", ("G", "H|I")),
    ],
)
def test_names_with_a_bar_are_read_by_what_is_known(text, names):
    assert parse_shock(text, NAMES)[:2] == names


def test_a_constraint_whose_name_has_a_bar_is_shocked():
    mu = rows("constraint_name contingency_name shadow_price", (*A, 20.0), ("P|Q =5", "X|Y", 7.0))
    levels = {
        text: scenario(mu, shocks=(text,))["constraints"][1]["shadow_price"]
        for text in ("P|Q =5=+1", "P|Q =5|X|Y=x2", "A|BASE CASE=1")
    }
    assert levels == {"P|Q =5=+1": 8.0, "P|Q =5|X|Y=x2": 14.0, "A|BASE CASE=1": 7.0}


def test_numbers_that_cannot_be_held_are_refused():
    nines, limit = "9" * 400, "9" * 308
    with pytest.raises(ShockError, match="shock on A has 400 digits"):
        parse_shock(f"A={nines}")
    for shocks in [
        (f"A={limit}", f"B={limit}"),
        (f"A={limit}", "A=x10"),
        (f"A={limit}", "A=x9") * 2,
    ]:
        with pytest.raises(ValueError, match="too high to be added up"):
            scenario(shocks=shocks)
    with pytest.raises(ValueError, match=r"the answer: quotes: \w+ is -?(nan|inf)"):
        scenario(liquidity=1e308)


@pytest.mark.parametrize("liquidity", [1e-6, 1e12])
def test_quotes_at_the_ends_of_liquidity_are_in_order(liquidity):
    for quote in scenario(liquidity=liquidity)["quotes"]:
        assert 0 <= quote["bid"] <= quote["price"] + 1e-12
        assert quote["price"] <= quote["ask"] + 1e-12 and quote["ask"] <= 1 + 1e-12


@pytest.mark.parametrize("text", ["A", "A=", "=10", "A=ten", "A=x-1", "A=*2", "A=+nan", "|X=1", ""])
def test_what_is_no_shock_is_said(text):
    with pytest.raises(ShockError, match=r"is no shock: write|names no constraint"):
        parse_shock(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("AA=10", "AA is in neither.*did you mean A"),
        ("D=10", r"2 contingencies: write D\|CONTINGENCY with one of X1, X2"),
        ("D|X1=x2", r"D\|X1 does not bind.*nothing to scale"),
        ("A|OTHER=1", r"A\|OTHER is in neither"),
    ],
)
def test_shocks_that_name_nothing_are_errors(text, message):
    with pytest.raises(ShockError, match=message):
        scenario(shocks=(text,))


def test_a_shock_changes_each_contingency_of_the_snapshot_and_stops_at_zero():
    before = {("A", "X"): 1.0, ("A", "Y"): 5.0, ("B", "X"): 7.0}
    after = apply_shocks(before, [Shock("A", None, "ADD", -2.0)], ())
    assert after == {("A", "X"): 0.0, ("A", "Y"): 3.0, ("B", "X"): 7.0}
    assert before["A", "X"] == 1.0


def test_events_and_quotes_by_hand():
    row = scenario()
    yes, no = event(row, "HB_WEST HUB > 25")
    assert (yes["kind"], yes["outcome"], no["outcome"]) == ("PRICE_ABOVE", "YES", "NO")
    assert [yes["probability"], no["probability"]] == pytest.approx([0.375, 0.625])
    share = event(row, "share of congestion")
    assert [e["outcome"] for e in share] == ["A|BASE CASE", "B|DOUBLE"]
    assert sum(e["probability"] for e in share) == pytest.approx(1)
    quote = next(
        q for q in row["quotes"] if q["event"] == "HB_WEST HUB > 25" and q["shares"] == 100.0
    )
    # b = 100: 100 ln(0.375 e + 0.625) / 100 and -100 ln(0.375 / e + 0.625) / 100
    assert quote["ask"] == pytest.approx(np.log(0.375 * np.e + 0.625))
    assert quote["bid"] == pytest.approx(-np.log(0.375 / np.e + 0.625))
    assert quote["worst_loss"] == pytest.approx(-100 * np.log(0.375))
    assert all(0 < q["bid"] < q["price"] < q["ask"] < 1 for q in row["quotes"])


def test_given_that_a_constraint_binds():
    row = scenario(bindings=(Binding(*A, probability=0.4, shadow_price=40.0),))
    lines = {
        (e["outcome"], e["parent_outcome"]): e
        for e in event(row, "HB_WEST HUB > 25 by A|BASE CASE")
    }
    # 13 + e > 25: none of 19; 33 + e > 25 for -7..9: 17
    assert lines["YES", "YES"]["conditional_probability"] == pytest.approx(0.5 / 20)
    assert lines["YES", "NO"]["conditional_probability"] == pytest.approx(17.5 / 20)
    assert lines["YES", "NO"]["joint_probability"] == pytest.approx(0.6 * 0.875)
    assert lines["YES", "YES"]["probability"] == pytest.approx(0.4 * 0.025 + 0.6 * 0.875)
    assert sum(e["joint_probability"] for e in lines.values()) == pytest.approx(1)
    # the snapshot's own shadow price where none is given
    own = scenario(bindings=(Binding(*A, probability=0.4),))
    assert event(own, "HB_WEST HUB > 25 by")[0]["conditional_probability"] == pytest.approx(0.375)


@pytest.mark.parametrize(
    ("binding", "message"),
    [
        (Binding("D", "X1", 0.5), r"D\|X1 does not bind.*give its shadow_price"),
        (Binding(*C, 0.5), r"C\|DOUBLE has no coefficients"),
        (Binding(*A, 1.2), "between 0 and 1"),
    ],
)
def test_bindings_that_say_nothing_are_errors(binding, message):
    with pytest.raises(ValueError, match=message):
        scenario(bindings=(binding,))


def test_rows_that_repeat_or_lack_a_number_are_errors():
    twice = pa.concat_tables([MU, MU.slice(0, 1)])
    with pytest.raises(ValueError, match=r"mu: A \| BASE CASE is there twice"):
        scenario(twice)
    without = rows("constraint_name contingency_name shadow_price", (*A, 1.0), (*B, None))
    with pytest.raises(ValueError, match=r"mu: B \| DOUBLE: shadow_price is None"):
        scenario(without)
    with pytest.raises(ValueError, match="system lambda is nan"):
        scenario(system_lambda=float("nan"))


def test_the_document_holds_together_what_belongs_together():
    document = to_document(scenario(bindings=(Binding(*A, probability=0.4),)))
    json.dumps(document, allow_nan=False)
    west = next(n for n in document["nodes"] if n["location"] == "HB_WEST")
    assert [d["constraint_name"] for d in west["drivers"]] == ["A", "B"]
    assert {e["event"] for e in west["events"]} == {
        "HB_WEST HUB > 25",
        "HB_WEST HUB > 25 by A|BASE CASE binds",
    }
    assert {e["kind"] for e in document["events"]} == {"SHARE_OF_CONGESTION", "BINDS"}


prices_of_constraints = st.lists(st.floats(0, 5000), min_size=0, max_size=5)


@given(prices_of_constraints, st.integers(0, 4), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_laws_of_a_prediction(mu, nodes, random):
    beta = np.array([[random.uniform(-1, 1) for _ in mu] for _ in range(nodes)])
    beta = beta.reshape(nodes, len(mu))
    found = predict(30.0, np.array(mu), beta, np.zeros(nodes))
    assert found.price - 30.0 == pytest.approx(found.contribution.sum(axis=1))
    shares = congestion_shares(found.contribution)
    assert shares.sum() == pytest.approx(1 if np.abs(found.contribution).sum() > 0 else 0)
    for row, places in zip(found.contribution, drivers(found.contribution, 2), strict=True):
        assert len(places) == min(2, np.count_nonzero(row))
        rest = np.delete(np.abs(row), places)
        assert not len(rest) or not len(places) or rest.max() <= np.abs(row[places]).min()


def test_chances_without_residuals():
    nothing = np.array([])
    assert chance_above(30.0, nothing, 25.0) == 0.5
    assert np.isnan(quantiles(30.0, nothing, [0.5, 0.9])).all()


def test_residuals_are_not_taken_for_normal_ones():
    """One error in fifty of 1,000 $/MWh: a normal one of their sd would have 0.4 above 50."""
    residuals = np.r_[np.zeros(49), 1000.0] - 20.0
    assert chance_above(20.0, residuals, 50.0) == pytest.approx(1.5 / 51)
