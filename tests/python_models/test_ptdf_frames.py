"""Tables of a day to one row of sums, and rows of many days to one row of results."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_array

from python_models.ptdf.fit import FITTED, NO_HOLDOUT, NO_PRICES, Options, fit
from python_models.ptdf.frames import (
    FIT_COLUMNS,
    GRAM_COLUMNS,
    day_gram,
    fit_table,
    gram_from_rows,
    holdout_errors,
    repeated_rows,
    stored,
)
from python_models.ptdf.gram import accumulate
from tests.python_models.ptdf_draw import PER_DAY, coefficients, draw

START = datetime(2026, 1, 1, tzinfo=UTC)
STAMP = pa.timestamp("us", "UTC")
OPTIONS = Options(tolerance=1e-9)


def at(interval: int) -> datetime:
    return START + timedelta(hours=int(interval))


def mu_table(rows) -> pa.Table:
    """rows: (interval, constraint, shadow price)."""
    instants, keys, values = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "run_at": pa.array([at(i) for i in instants], STAMP),
            "constraint_key": pa.array(keys, pa.string()),
            "shadow_price": pa.array(values, pa.float64()),
        }
    )


def price_table(rows) -> pa.Table:
    """rows: (interval, location, price)."""
    table = mu_table(rows)
    return table.rename_columns(["run_at", "location_key", "congestion_price"])


def extra_table(rows) -> pa.Table:
    return mu_table(rows).rename_columns(["run_at", "extra_name", "value"])


def constraint(k: int) -> str:
    return f"LINE_{k:02}|OUTAGE"


def node(n: int) -> str:
    return f"NODE_{n:02}"


def tables(truth, day: int) -> tuple[pa.Table, pa.Table]:
    """The tables of a day of a draw, in no order; a constraint that does not bind has no row."""
    rng = np.random.default_rng(day)
    rows = range(day * PER_DAY, (day + 1) * PER_DAY)
    mu = [(t, constraint(k), truth.mu[t, k]) for t in rows for k in np.flatnonzero(truth.mu[t])]
    prices = [(t, node(n), truth.y[t, n]) for t in rows for n in range(truth.y.shape[1])]
    return tuple(
        table.take(rng.permutation(table.num_rows)) for table in (mu_table(mu), price_table(prices))
    )


def market(days: int, cut: int):
    truth = draw(31, days, 15, 8, noise=0.3, twins=3)
    grams = [day_gram(*tables(truth, day)) for day in range(days)]
    return truth, pa.concat_tables(grams[:cut]), pa.concat_tables(grams[cut:])


def test_a_day_by_hand():
    mu = mu_table([(0, "b", 2.0), (0, "a", 3.0), (2, "b", 1.0), (9, "a", 5.0)])
    prices = price_table([(2, "X", 7.0), (0, "Y", 4.0), (0, "X", -1.0), (2, "Y", 1.0)])
    (row,) = day_gram(mu, prices).to_pylist()
    # interval 9 has no price, interval 1 neither
    assert row["interval_count"] == 2 and row["dropped_interval_count"] == 0
    assert (row["constraint_keys"], row["location_keys"]) == (["a", "b"], ["X", "Y"])
    assert row["xx"] == [9, 6, 6, 5] and row["sum_x"] == [3, 3] and row["bound"] == [1, 2]
    assert row["xy"] == [-3, 12, -2 + 7, 8 + 1]
    assert (row["sum_y"], row["yy"]) == ([6, 5], [50, 17])
    assert row["pattern"] == [0, 0] and row["rows"] == [2] and row["present"] == [2, 2]
    assert (row["entry_interval"], row["entry_column"]) == ([0, 0, 1], [0, 1, 1])
    assert row["entry_value"] == [3, 2, 1]


def test_intervals_of_the_same_prices_are_told_from_others():
    """Whatever the day; shadow prices that differ do not matter, and gaps are like values."""
    first = price_table([(0, "X", 7.0), (0, "Y", 4.0), (1, "X", 7.0), (1, "Y", 4.5)])
    second = price_table([(30, "Y", 4.0), (30, "X", 7.0), (31, "X", 7.0), (31, "Y", None)])
    mus = mu_table([(0, "a", 3.0)]), mu_table([(30, "b", 2.0), (31, "b", 1.0)])
    rows = pa.concat_tables([day_gram(mus[0], first), day_gram(mus[1], second)])
    repeats = repeated_rows(rows, gram_from_rows(rows))
    assert sorted(repeats.count.tolist()) == [1, 1, 2]
    sums = dict(zip(map(tuple, repeats.sum_x.toarray().tolist()), repeats.count, strict=True))
    assert sums == {(3, 2): 2, (0, 0): 1, (0, 1): 1}
    none = repeated_rows(rows.slice(0, 0), gram_from_rows(rows))
    assert none.sum_x.shape == (0, 2) and not len(none.count)


def test_days_add_up_to_the_arrays():
    truth, train, _ = market(30, 27)
    sums = gram_from_rows(train.take(np.random.default_rng(0).permutation(27)))
    rows = slice(0, 27 * PER_DAY)
    expected = accumulate(csr_array(truth.mu[rows]), truth.y[rows])
    seen = [sums.columns.index(c) for c in sums.columns]
    used = [int(c[5:7]) for c in sums.columns]
    assert sums.locations == [node(n) for n in range(8)] and seen == list(range(len(seen)))
    assert sums.gram.xx[0] == pytest.approx(expected.xx[0][np.ix_(used, used)])
    assert sums.gram.xy == pytest.approx(expected.xy[used])
    assert sums.gram.count.tolist() == expected.count.tolist()
    assert sums.gram.bound == pytest.approx(expected.bound[used])


def test_a_fit_of_tables_is_that_of_arrays():
    truth, train, later = market(60, 54)
    table = fit_table(train, later, OPTIONS)
    assert table.schema.equals(FIT_COLUMNS) and table.num_rows == 1
    (row,) = table.to_pylist()
    cut = 54 * PER_DAY
    used = np.flatnonzero(truth.mu[:cut].any(axis=0))
    x = truth.mu[:, used]
    grams = [accumulate(csr_array(x[s]), truth.y[s]) for s in (slice(cut), slice(cut, None))]
    expected = fit(*grams, OPTIONS)
    found = {(r["constraint_key"], r["location_key"]): r for r in coefficients(row)}
    assert len(found) == expected.beta.size
    for k, name in enumerate(used):
        for n in range(8):
            r = found[constraint(name), node(n)]
            assert r["beta"] == pytest.approx(expected.beta[k, n], abs=1e-6)
            assert r["beta_debiased"] == pytest.approx(expected.debiased[k, n], abs=1e-6)
            # the days' own errors only ever widen
            assert r["standard_error"] >= expected.standard_error[k, n] - 1e-9
            # Student's quantile of days is greater
            assert r["high"] - r["low"] >= 2 * 1.96 * r["standard_error"] - 1e-12
            assert r["high"] + r["low"] == pytest.approx(2 * r["beta_debiased"])
    assert row["status"] == FITTED and row["metadata"]["promote"]
    assert row["metadata"]["holdout_rmse"] == pytest.approx(expected.pooled_rmse, rel=1e-6)
    assert row["metadata"]["train_interval_count"] == cut
    locations = {r["location_key"]: r for r in row["locations"]}
    for n in range(8):
        r = locations[node(n)]
        assert r["intercept"] == pytest.approx(expected.intercept[n], abs=1e-6)
        assert r["train_rmse"] == pytest.approx(expected.train_rmse[n], rel=1e-6)
        assert r["baseline_rmse"] == pytest.approx(expected.baseline_rmse[n], rel=1e-6)
    offsets = {r["constraint_key"]: r for r in row["constraint_offsets"]}
    for k, name in enumerate(used):
        group = constraint(used[expected.group == expected.group[k]][0])
        assert offsets[constraint(name)]["group_name"] == group
        assert offsets[constraint(name)]["mean_mu"] == pytest.approx(x[:cut, k].mean())
        assert offsets[constraint(name)]["bound_interval_count"] == (x[:cut, k] > 0).sum()
    assert len(row["penalties"]) == 10


def test_mean_absolute_errors_are_those_of_what_is_stored():
    truth, train, later = market(60, 59)
    table = fit_table(train, later, OPTIONS)
    found = holdout_errors(stored(table), *tables(truth, 59)).to_pylist()
    (row,) = table.to_pylist()
    rows = slice(59 * PER_DAY, 60 * PER_DAY)
    for n, r in enumerate(found):
        beta = {
            c["constraint_key"]: c["beta"]
            for c in coefficients(row)
            if c["location_key"] == node(n)
        }
        b = np.array([beta.get(constraint(k), 0.0) for k in range(15)])
        place = row["locations"][n]
        rest = truth.y[rows, n] - place["intercept"] + truth.mu[rows] @ b
        assert r["location_key"] == node(n) and r["interval_count"] == PER_DAY
        assert r["mae"] == pytest.approx(np.abs(rest).mean())
        assert place["holdout_rmse"] == pytest.approx(np.sqrt((rest**2).mean()), rel=1e-6)
        mean = truth.y[: 59 * PER_DAY, n].mean()
        assert r["baseline_mae"] == pytest.approx(np.abs(truth.y[rows, n] - mean).mean())


def test_regressors_besides_the_constraints():
    truth = draw(32, 40, 6, 3, noise=0.1)
    z = 3 + np.random.default_rng(0).random(len(truth.mu))
    y = truth.y + 2.5 * z[:, None]
    rows = []
    for day in range(40):
        mu, _ = tables(truth, day)
        span = range(day * PER_DAY, (day + 1) * PER_DAY)
        prices = price_table([(t, node(n), y[t, n]) for t in span for n in range(3)])
        # the first interval lacks its value
        extra = extra_table([(t, "adder", z[t]) for t in span if t])
        rows.append(day_gram(mu, prices, extra))
    assert rows[0]["dropped_interval_count"].to_pylist() == [1]
    assert rows[0]["interval_count"].to_pylist() == [PER_DAY - 1]
    table = fit_table(pa.concat_tables(rows[:36]), pa.concat_tables(rows[36:]), OPTIONS)
    (row,) = table.to_pylist()
    gammas = {r["location_key"]: r["coefficient"] for r in row["extra_coefficients"]}
    assert gammas == pytest.approx({node(n): 2.5 for n in range(3)}, abs=0.1)
    assert not {r["constraint_key"] for r in coefficients(row)} & {"adder"}
    mu, _ = tables(truth, 39)
    span = range(39 * PER_DAY, 40 * PER_DAY)
    prices = price_table([(t, node(n), y[t, n]) for t in span for n in range(3)])
    found = holdout_errors(
        stored(table), mu, prices, extra_table([(t, "adder", z[t]) for t in span])
    )
    assert all(r["mae"] < 0.12 for r in found.to_pylist())
    with pytest.raises(ValueError, match="row 1 lacks the regressors adder"):
        gram_from_rows(pa.concat_tables([rows[0], day_gram(mu, prices)]))


def test_constraints_never_seen_in_training_are_counted():
    prices = [(t, "X", float(t % 3)) for t in range(24)]
    seen = [(t, "old", 1.0 + t) for t in range(0, 24, 4)]
    train = day_gram(mu_table(seen), price_table(prices))
    later = day_gram(mu_table([*seen, (1, "new", 9.0), (4, "new", 9.0)]), price_table(prices))
    (row,) = fit_table(train, later).to_pylist()
    assert row["metadata"]["unseen_share"] == pytest.approx(2 / 24)
    assert {r["constraint_key"] for r in row["constraint_offsets"]} == {"old"}


def test_excluded_constraints_take_their_intervals_along():
    mu = mu_table([(0, "a", 3.0), (0, "rare", 2.0), (2, "a", 1.0)])
    prices = price_table([(t, "X", float(t)) for t in range(3)])
    (row,) = day_gram(mu, prices, excluded={"rare"}).to_pylist()
    assert row["constraint_keys"] == ["a"] and row["dropped_interval_count"] == 1
    assert row["interval_count"] == 2 and row["xx"] == [1] and row["yy"] == [5]


def test_prices_that_are_missing_are_not_zero():
    prices = price_table([(0, "X", 1.0), (1, "X", None), (1, "Y", 5.0), (2, "X", 3.0)])
    (row,) = day_gram(mu_table([(0, "a", 1.0), (1, "a", 2.0)]), prices).to_pylist()
    assert row["present"] == [2, 1] and row["interval_count"] == 3
    assert row["sum_y"] == [4, 5] and row["xy"] == [1, 10]
    assert len(row["rows"]) == 3 and row["rows"][0] == 3


def test_nothing_is_a_result():
    empty = day_gram(mu_table([]), price_table([]))
    assert empty.num_rows == 0 and empty.schema.equals(GRAM_COLUMNS)
    (row,) = fit_table(empty, empty).to_pylist()
    assert row["status"] == NO_PRICES and row["coefficients"] == [] and row["locations"] == []
    assert row["metadata"]["promote"] is False and row["metadata"]["holdout_rmse"] is None
    assert row["metadata"]["unseen_share"] is None
    # prices, but nothing binds, and no hold-out
    prices = price_table([(t, "X", float(t)) for t in range(5)])
    (row,) = fit_table(day_gram(mu_table([]), prices), empty).to_pylist()
    assert row["coefficients"] == [] and row["locations"][0]["intercept"] == 2
    (row,) = fit_table(day_gram(mu_table([(1, "a", 2.0)]), prices), empty).to_pylist()
    assert row["status"] == NO_HOLDOUT and len(row["coefficients"]) == 1


@pytest.mark.parametrize(
    ("mu", "prices", "message"),
    [
        ([(0, "a", 1.0), (0, "a", 2.0)], [(0, "X", 1.0)], "mu has several rows of a at 2026-01-01"),
        ([], [(0, "X", 1.0), (0, "X", 1.0)], "prices has several rows of X"),
        ([(0, "a", None)], [(0, "X", 1.0)], "mu, row 0, shadow_price is nan"),
        ([(0, None, 1.0)], [(0, "X", 1.0)], "mu has a row without constraint_key"),
    ],
)
def test_errors_name_the_row(mu, prices, message):
    with pytest.raises(ValueError, match=message):
        day_gram(mu_table(mu), price_table(prices))
