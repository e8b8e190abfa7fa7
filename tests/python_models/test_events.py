"""Events that hang on each other: hand-worked chances, and what makes no market."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_models.scenario.events import (
    Event,
    EventError,
    price_above,
    price_events,
    share_of_congestion,
)

YES_NO = ("YES", "NO")
RAIN = Event("rain", YES_NO, (0.2, 0.8))
WET = Event("wet", YES_NO, parent="rain", conditional=((0.9, 0.1), (0.3, 0.7)))


def test_a_child_is_priced_through_its_parent():
    rain, wet = price_events([RAIN, WET])
    assert rain.probabilities == (0.2, 0.8) and rain.joint == ()
    assert wet.parent_outcomes == YES_NO
    assert wet.joint == (pytest.approx((0.18, 0.02)), pytest.approx((0.24, 0.56)))
    assert wet.probabilities == pytest.approx((0.42, 0.58))


def test_parents_come_first_whatever_the_order():
    slip = Event("slip", YES_NO, parent="wet", conditional=((0.5, 0.5), (0.0, 1.0)))
    priced = price_events([slip, WET, RAIN])
    assert [p.event.name for p in priced] == ["rain", "wet", "slip"]
    assert priced[-1].probabilities == pytest.approx((0.21, 0.79))


def test_the_two_kinds_of_the_market():
    above = price_above("HB_WEST", 0.3)
    assert (above.name, above.outcomes) == ("HB_WEST > 25", YES_NO)
    assert above.probabilities == pytest.approx((0.3, 0.7))
    assert price_above("HB_WEST", 0.3, 99.5).name == "HB_WEST > 99.5"
    share = share_of_congestion({"A": 0.75, "B": 0.25})
    assert (share.outcomes, share.probabilities) == (("A", "B"), (0.75, 0.25))
    assert [p.event for p in price_events([above, share])] == [above, share]
    assert price_events([]) == ()


def test_chances_stated_twice_must_agree():
    agreeing = Event("wet", YES_NO, (0.42, 0.58), "rain", WET.conditional)
    assert price_events([RAIN, agreeing])[1].probabilities == pytest.approx((0.42, 0.58))
    other = Event("wet", YES_NO, (0.5, 0.5), "rain", WET.conditional)
    with pytest.raises(EventError, match=r"'wet'.*stated as 0.5.*'rain' makes it 0.42"):
        price_events([RAIN, other])


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([RAIN, RAIN], "several events are called rain"),
        ([WET], "parent 'rain' is no event"),
        ([Event("a", YES_NO, (0.5, 0.6))], "'a'.*add up to 1.1"),
        ([Event("a", YES_NO, (1.5, -0.5))], "between 0 and 1"),
        ([Event("a", YES_NO, (float("nan"), 1.0))], "between 0 and 1"),
        ([Event("a", YES_NO, (1.0,))], "2 outcomes, give one for each"),
        ([Event("a", ("YES",), (1.0,))], "two or more"),
        ([Event("a", ("YES", "YES"), (0.5, 0.5))], "two or more different"),
        ([Event("a", YES_NO)], "needs `probabilities`"),
        ([Event("a", YES_NO, (0.5, 0.5), conditional=((1, 0), (0, 1)))], "without `parent`"),
        ([RAIN, Event("a", YES_NO, parent="rain")], "0 rows.*2 outcomes"),
        (
            [RAIN, Event("a", YES_NO, parent="rain", conditional=((0.9, 0.1), (0.5, 0.4)))],
            "given 'rain' is 'NO'.*add up to 0.9",
        ),
        (
            [
                Event(n, YES_NO, parent=p, conditional=((1, 0), (0, 1)))
                for n, p in ("ab", "bc", "ca")
            ],
            "a -> b -> c -> a",
        ),
        (
            [Event("a", YES_NO, parent="a", conditional=((1, 0), (0, 1)))],
            "circle: a -> a",
        ),
    ],
)
def test_what_makes_no_market_is_said(events, message):
    with pytest.raises(EventError, match=message):
        price_events(events)


chances = st.lists(st.floats(0.01, 1), min_size=3, max_size=3).map(
    lambda values: tuple(v / sum(values) for v in values)
)


@given(
    chances, st.lists(chances, min_size=3, max_size=3), st.lists(chances, min_size=3, max_size=3)
)
@settings(max_examples=50, deadline=None)
def test_marginals_add_up_along_a_chain(root, first, second):
    three = ("x", "y", "z")
    priced = price_events(
        [
            Event("a", three, root),
            Event("b", three, parent="a", conditional=tuple(first)),
            Event("c", three, parent="b", conditional=tuple(second)),
        ]
    )
    for before, after in pairwise(priced):
        assert sum(after.probabilities) == pytest.approx(1)
        # rows of the joint are the parent's chances, columns the child's
        assert [sum(row) for row in after.joint] == pytest.approx(before.probabilities)
        assert [sum(c) for c in zip(*after.joint, strict=True)] == pytest.approx(
            after.probabilities
        )
