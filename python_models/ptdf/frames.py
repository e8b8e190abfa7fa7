"""Tables to arrays and back: the only place of this package that knows a column's name.

`day_gram` turns a day into one row of sums, `fit_table` rows of many days into one row of results.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_array

from python_models.ptdf.fit import FITTED, Fit, Options, fit
from python_models.ptdf.gram import Gram, Part, accumulate, combine, places
from python_models.ptdf.inference import Repeats
from python_models.ptdf.rare import rows_where_bound
from python_models.ptdf.selection import unseen_share

_NAMES, _NUMBERS, _PLACES = pa.list_(pa.string()), pa.list_(pa.float64()), pa.list_(pa.int32())
# Lists of matrices are row by row: `xx` is [patterns, columns, columns], `xy` [columns, locations];
# columns are the constraints, then the further regressors (`gram.Gram` says what each holds).
GRAM_COLUMNS = pa.schema(
    [
        ("constraint_keys", _NAMES),
        ("extra_names", _NAMES),
        ("location_keys", _NAMES),
        ("interval_count", pa.int64()),
        ("dropped_interval_count", pa.int64()),
        ("pattern", _PLACES),
        ("present", _NUMBERS),
        ("rows", _NUMBERS),
        ("sum_x", _NUMBERS),
        ("xx", _NUMBERS),
        ("bound", _NUMBERS),
        ("sum_y", _NUMBERS),
        ("yy", _NUMBERS),
        ("xy", _NUMBERS),
        # what is not zero in the columns: number of the interval, of the column, and value
        ("entry_interval", _PLACES),
        ("entry_column", _PLACES),
        ("entry_value", _NUMBERS),
        # of each interval, equal where all prices are
        ("price_code", pa.list_(pa.int64())),
    ]
)
_F, _I, _S, _B = pa.float64(), pa.int64(), pa.string(), pa.bool_()
FIT_COLUMNS = pa.schema(
    [
        ("status", _S),
        ("reason", _S),
        (
            "metadata",
            pa.struct(
                [
                    ("train_interval_count", _I),
                    ("holdout_interval_count", _I),
                    ("seen_interval_count", _I),
                    ("location_count", _I),
                    ("fitted_location_count", _I),
                    ("constraint_count", _I),
                    ("group_count", _I),
                    ("l1_ratio", _F),
                    ("holdout_rmse", _F),
                    ("baseline_rmse", _F),
                    ("improvement", _F),
                    ("promote", _B),
                    ("is_penalty_pooled", _B),
                    ("is_best_at_edge", _B),
                    ("unseen_share", _F),
                    ("most_gap", _F),
                    ("converged_share", _F),
                ]
            ),
        ),
        (
            "penalties",
            pa.list_(
                pa.struct(
                    [
                        ("penalty_share", _F),
                        ("holdout_rmse", _F),
                        ("seen_rmse", _F),
                        ("mean_nonzero_count", _F),
                        ("most_gap", _F),
                        ("mean_iterations", _F),
                        ("most_iterations", _F),
                        ("converged_share", _F),
                    ]
                )
            ),
        ),
        (
            "coefficients",
            pa.list_(
                pa.struct(
                    [
                        # places in constraint_offsets and locations, from 1 on: there are
                        # millions of these, and names would take most of their room
                        ("constraint_place", pa.int32()),
                        ("location_place", pa.int32()),
                        ("beta", _F),
                        ("beta_debiased", _F),
                        ("standard_error", _F),
                        ("low", _F),
                        ("high", _F),
                        ("is_identified", _B),
                    ]
                )
            ),
        ),
        (
            "extra_coefficients",
            pa.list_(pa.struct([("extra_name", _S), ("location_key", _S), ("coefficient", _F)])),
        ),
        (
            "constraint_offsets",
            pa.list_(
                pa.struct(
                    [
                        ("constraint_key", _S),
                        ("mean_mu", _F),
                        ("bound_interval_count", _I),
                        ("group_name", _S),
                        ("group_size", _I),
                    ]
                )
            ),
        ),
        (
            "locations",
            pa.list_(
                pa.struct(
                    [
                        ("location_key", _S),
                        ("status", _S),
                        ("intercept", _F),
                        ("mean_price", _F),
                        ("penalty_share", _F),
                        ("train_interval_count", _I),
                        ("holdout_interval_count", _I),
                        ("train_rmse", _F),
                        ("holdout_rmse", _F),
                        ("baseline_rmse", _F),
                    ]
                )
            ),
        ),
    ]
)
MAE_COLUMNS = pa.schema(
    [("location_key", _S), ("interval_count", _I), ("mae", _F), ("baseline_mae", _F)]
)


class Sums(NamedTuple):
    """A Gram with the names of what is in it, and the parts that it is the sum of.

    columns: names of constraints, then of further regressors, of which there are `extra`.
    """

    gram: Gram
    columns: list[str]
    locations: list[str]
    extra: int
    parts: list[Part]


class _Day(NamedTuple):
    x: csr_array
    y: np.ndarray
    constraints: list[str]
    extras: list[str]
    locations: list[str]
    dropped: int


def day_gram(
    mu: pa.Table,
    prices: pa.Table,
    extra: pa.Table | None = None,
    excluded: Collection[str] = (),
) -> pa.Table:
    """One row of sums (`GRAM_COLUMNS`) over the intervals that have a price; none for no prices.

    mu: run_at, constraint_key, shadow_price; a constraint without a row was not binding. prices:
    run_at, location_key, congestion_price; null for missing. extra: run_at, extra_name, value; an
    interval that lacks one is dropped. excluded: constraints to leave out with every interval in
    which one of them binds. Raises ValueError for two values of one cell, for a shadow price that
    is null, and for numbers that are not finite.
    """
    day = _day(mu, prices, extra, excluded)
    if not len(day.y):
        return GRAM_COLUMNS.empty_table()
    gram = accumulate(day.x, day.y)
    entries = day.x.tocoo()
    lists = {
        "constraint_keys": day.constraints,
        "extra_names": day.extras,
        "location_keys": day.locations,
        "entry_interval": entries.coords[0],
        "entry_column": entries.coords[1],
        "entry_value": entries.data,
        "price_code": [_code(prices) for prices in day.y],
        **{name: np.ravel(value) for name, value in gram._asdict().items()},
    }
    scalars = {"interval_count": len(day.y), "dropped_interval_count": day.dropped}
    return pa.table(
        [
            pa.array([scalars[field.name]], field.type)
            if field.name in scalars
            else _one_list(lists[field.name], field.type)
            for field in GRAM_COLUMNS
        ],
        schema=GRAM_COLUMNS,
    )


def gram_from_rows(rows: pa.Table, least_share: float = 0.0, like: Sums | None = None) -> Sums:
    """The sum of rows of `day_gram`, in any order; names are sorted.

    Locations with less than `least_share` of the intervals are left without sums. like: take the
    names of that one, and leave out what it does not have.
    """
    days = [_Row(rows, n) for n in range(rows.num_rows)]
    if like is None:
        constraints = sorted({key for day in days for key in day.names("constraint_keys")})
        extras = sorted({key for day in days for key in day.names("extra_names")})
        columns = constraints + extras
        locations = sorted({key for day in days for key in day.names("location_keys")})
        extra = len(extras)
        for n, day in enumerate(days):
            lacking = set(extras) - set(day.names("extra_names"))
            if lacking:
                raise ValueError(
                    f"row {n} lacks the regressors {', '.join(sorted(lacking))}, which other rows "
                    "have: compute its sums anew with the same regressors"
                )
    else:
        columns, locations, extra = like.columns, like.locations, like.extra
    parts = [
        Part(
            day.gram(),
            places(day.names("constraint_keys") + day.names("extra_names"), columns),
            places(day.names("location_keys"), locations),
        )
        for day in days
    ]
    gram = combine(parts, len(columns), len(locations), least_share)
    return Sums(gram, columns, locations, extra, parts)


def repeated_rows(rows: pa.Table, like: Sums) -> Repeats:
    """The intervals of rows of `day_gram` by their prices, for the columns of their sum."""
    interval, column, value, codes = [], [], [], []
    for n in range(rows.num_rows):
        day = _Row(rows, n)
        names = day.names("constraint_keys") + day.names("extra_names")
        interval.append(sum(map(len, codes)) + day.array("entry_interval"))
        column.append(places(names, like.columns)[day.array("entry_column")])
        value.append(day.array("entry_value"))
        codes.append(day.array("price_code"))
    if not codes:
        return Repeats(csr_array((0, len(like.columns))), np.zeros(0, int))
    kinds, kind, count = np.unique(np.concatenate(codes), return_inverse=True, return_counts=True)
    at = kind[np.concatenate(interval)], np.concatenate(column)
    shape = len(kinds), len(like.columns)
    return Repeats(csr_array((np.concatenate(value), at), shape=shape), count)


def unseen_constraints(train_rows: pa.Table, holdout_rows: pa.Table) -> set[str]:
    """Constraints that bound in the hold-out and never in training, by rows of `day_gram`."""
    trained, held = (
        {key for n in range(rows.num_rows) for key in _Row(rows, n).names("constraint_keys")}
        for rows in (train_rows, holdout_rows)
    )
    return held - trained


def fit_table(
    train_rows: pa.Table,
    holdout_rows: pa.Table,
    options: Options | None = None,
    seen_rows: pa.Table | None = None,
) -> pa.Table:
    """One row of results (`FIT_COLUMNS`) from rows of `day_gram`.

    seen_rows: the hold-out without its `unseen_constraints` and the intervals in which they bound;
    the penalty is chosen by it.
    Standard errors allow for errors that hang together within a row (a day), and for the rounding
    of prices. Coefficients are those of fitted locations, without those that are zero and have no
    standard error.
    """
    options = options or Options()
    train = gram_from_rows(train_rows, options.least_share)
    holdout = gram_from_rows(holdout_rows, like=train)
    judge = None if seen_rows is None else gram_from_rows(seen_rows, like=train).gram
    repeats = repeated_rows(train_rows, train)
    found = fit(train.gram, holdout.gram, options, train.extra, train.parts, judge, repeats)
    seen = dict(zip(train.columns, found.bound > 0, strict=False))
    unseen, intervals = 0.0, 0
    for n in range(holdout_rows.num_rows):
        day = _Row(holdout_rows, n)
        count = int(day.value("interval_count"))
        is_seen = [seen.get(key, False) for key in day.names("constraint_keys")]
        is_seen += [True] * len(day.names("extra_names"))
        entries = day.array("entry_interval"), day.array("entry_column")
        unseen += count * unseen_share(*entries, np.array(is_seen, bool), count)
        intervals += count
    return _result(found, train, options, unseen / intervals if intervals else None, intervals)


class Stored(NamedTuple):
    """What a row of `fit_table` says of fitted locations.

    columns: constraints and further regressors, K of them. b: `[K, N]`, what each adds to a price.
    """

    columns: list[str]
    locations: list[str]
    b: np.ndarray
    intercept: np.ndarray
    mean_price: np.ndarray


def stored(fitted: pa.Table) -> Stored:
    """Read from the row of `fit_table`, so that what is tested is what is stored."""
    (locations,) = fitted["locations"].to_pylist()
    known = [n for n, r in enumerate(locations) if r["status"] == FITTED]
    (coefficients,), (gammas,), (offsets,) = (
        _structs(fitted, name)
        for name in ("coefficients", "extra_coefficients", "constraint_offsets")
    )
    extras = gammas.field("extra_name").unique().to_pylist()
    columns = offsets.field("constraint_key").to_pylist() + extras
    b = np.zeros((len(columns), len(locations)))
    constraint, location = (
        coefficients.field(name).to_numpy() - 1 for name in ("constraint_place", "location_place")
    )
    b[constraint, location] = -coefficients.field("beta").to_numpy(zero_copy_only=False)
    names = [r["location_key"] for r in locations]
    b[
        len(offsets) + _indices(gammas.field("extra_name"), extras),
        _indices(gammas.field("location_key"), names),
    ] = gammas.field("coefficient").to_numpy(zero_copy_only=False)
    b, known, names = b[:, known], [locations[n] for n in known], [names[n] for n in known]
    intercept, mean = (
        np.array([r[name] for r in known], float) for name in ("intercept", "mean_price")
    )
    return Stored(columns, names, b, intercept, mean)


def holdout_errors(
    of: Stored,
    mu: pa.Table,
    prices: pa.Table,
    extra: pa.Table | None = None,
) -> pa.Table:
    """Mean absolute errors (`MAE_COLUMNS`) over the intervals given, such as a day of the hold-out.

    Sum over days with interval_count as the weight. baseline_mae: of the mean price in training.
    Locations without a fit are left out.
    """
    day = _day(mu, prices, extra, ())
    column = places(day.constraints + day.extras, of.columns)
    place = places(day.locations, of.locations)
    there, known = np.flatnonzero(place >= 0), np.flatnonzero(column >= 0)
    place, y = place[there], day.y[:, there]
    missing = np.isnan(y)
    count = (~missing).sum(axis=0)
    said = of.intercept[place] + day.x[:, known] @ of.b[np.ix_(column[known], place)]
    distances = (y - said, y - of.mean_price[place])
    maes = [np.where(missing, 0, abs(d)).sum(axis=0) / np.maximum(count, 1) for d in distances]
    keep = count > 0
    return pa.table(
        [
            pa.array([day.locations[n] for n in there[keep]], _S),
            pa.array(count[keep], _I),
            *(pa.array(mae[keep], _F) for mae in maes),
        ],
        schema=MAE_COLUMNS,
    )


class _Row:
    """A row of `GRAM_COLUMNS`, read where it lies."""

    def __init__(self, rows: pa.Table, number: int):
        self.row = rows.slice(number, 1)

    def value(self, name: str):
        return self.row[name][0].as_py()

    def names(self, name: str) -> list[str]:
        return self.row[name][0].values.to_pylist()

    def array(self, name: str) -> np.ndarray:
        return self.row[name][0].values.to_numpy(zero_copy_only=False)

    def gram(self) -> Gram:
        columns = len(self.names("constraint_keys")) + len(self.names("extra_names"))
        targets = len(self.array("pattern"))
        values = {name: self.array(name) for name in Gram._fields}
        patterns = len(values["rows"])
        values["sum_x"] = values["sum_x"].reshape(patterns, columns)
        values["xx"] = values["xx"].reshape(patterns, columns, columns)
        values["xy"] = values["xy"].reshape(columns, targets)
        return Gram(**values)


def _day(mu: pa.Table, prices: pa.Table, extra: pa.Table | None, excluded: Collection[str]) -> _Day:
    runs, at = np.unique(_instants(prices, "prices"), return_inverse=True)
    locations, location = _codes(prices, "location_key", "prices")
    y = np.full((len(runs), len(locations)), np.nan)
    price = pc.cast(prices["congestion_price"], _F).to_numpy()  # null is NaN
    _fill(y, at, location, price, "prices", (runs, locations))
    constraints, constraint = _codes(mu, "constraint_key", "mu")
    shadow = pc.cast(mu["shadow_price"], _F).to_numpy()
    if not np.isfinite(shadow).all():
        row = int(np.flatnonzero(~np.isfinite(shadow))[0])
        raise ValueError(
            f"mu, row {row}, shadow_price is {shadow[row]} ({constraints[constraint[row]]}): "
            "leave out constraints that do not bind, and runs of which it is not known"
        )
    x = np.full((len(runs), len(constraints)), np.nan)
    run = _places_of(_instants(mu, "mu"), runs)
    here = run >= 0
    _fill(x, run[here], constraint[here], shadow[here], "mu", (runs, constraints))
    x = np.nan_to_num(x)
    keep = np.ones(len(runs), bool)
    gone = np.array([name in excluded for name in constraints], bool)
    if gone.any():
        keep &= ~rows_where_bound(csr_array(x), gone)
    extras: list[str] = []
    if extra is not None:
        extras, regressor = _codes(extra, "extra_name", "extra")
        z = np.full((len(runs), len(extras)), np.nan)
        run = _places_of(_instants(extra, "extra"), runs)
        here = run >= 0
        value = pc.cast(extra["value"], _F).to_numpy()
        _fill(z, run[here], regressor[here], value[here], "extra", (runs, extras))
        keep &= np.isfinite(z).all(axis=1)
        x = np.hstack([x[:, ~gone], z])
    else:
        x = x[:, ~gone]
    if not keep.all():
        x, y = x[keep], y[keep]
    names = [name for name, is_gone in zip(constraints, gone, strict=True) if not is_gone]
    return _Day(csr_array(x), y, names, extras, locations, int((~keep).sum()))


def _code(prices: np.ndarray) -> int:
    """A number of 64 bits that tells rows of prices apart."""
    digest = hashlib.blake2b(np.ascontiguousarray(prices).tobytes(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def _instants(table: pa.Table, name: str) -> np.ndarray:
    if table["run_at"].null_count:
        raise ValueError(f"{name} has a row without run_at: leave it out")
    return pc.cast(table["run_at"], pa.timestamp("us", "UTC")).cast(_I).to_numpy()


def _codes(table: pa.Table, column: str, name: str) -> tuple[list[str], np.ndarray]:
    """(names sorted, number of each row's name)."""
    if table[column].null_count:
        raise ValueError(f"{name} has a row without {column}: leave it out")
    words = pc.dictionary_encode(table[column].cast(_S)).combine_chunks()
    if isinstance(words, pa.ChunkedArray):
        words = words.chunk(0)
    keys = words.dictionary.to_pylist()
    order = sorted(range(len(keys)), key=keys.__getitem__)
    rank = np.empty(len(keys), int)
    rank[order] = np.arange(len(keys))
    return [keys[n] for n in order], rank[words.indices.to_numpy()]


def _places_of(values: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Where each value stands in a sorted array, -1 for nowhere."""
    if not len(among):
        return np.full(len(values), -1)
    at = np.minimum(np.searchsorted(among, values), len(among) - 1)
    return np.where(among[at] == values, at, -1)


def _fill(out, row, column, value, name, keys) -> None:
    flat = row * out.shape[1] + column
    if len(np.unique(flat)) < len(flat):
        kinds, counts = np.unique(flat, return_counts=True)
        first = int(kinds[counts > 1][0])
        runs, names = keys
        instant = pa.scalar(int(runs[first // out.shape[1]]), pa.timestamp("us", "UTC")).as_py()
        raise ValueError(
            f"{name} has several rows of {names[first % out.shape[1]]} at {instant}: "
            "keep the one that holds"
        )
    out.ravel()[flat] = value


def _one_list(values, kind: pa.ListType) -> pa.ListArray:
    """A column of one row, a list."""
    flat = pa.array(values, kind.value_type)
    return pa.ListArray.from_arrays(pa.array([0, len(flat)], pa.int32()), flat).cast(kind)


def _structs(table: pa.Table, column: str) -> list[pa.StructArray]:
    """The structs of each row's list."""
    return [row.values for row in table[column]]


def _indices(values: pa.Array, names: list[str]) -> np.ndarray:
    at = pc.index_in(values, value_set=pa.array(names, _S))
    return pc.fill_null(at, -1).to_numpy(zero_copy_only=False)


def _result(
    found: Fit, train: Sums, options: Options, unseen: float | None, holdout_intervals: int
) -> pa.Table:
    constraints = train.columns[: len(train.columns) - train.extra]
    extras = train.columns[len(constraints) :]
    first = np.unique(found.group, return_index=True)[1] if len(found.group) else found.group
    group_names = [constraints[n] for n in first]
    size = np.bincount(found.group, minlength=len(first))
    is_fitted = found.node_status == FITTED
    improvement = (
        1 - found.pooled_rmse / found.pooled_baseline if found.pooled_baseline > 0 else None
    )
    metadata = {
        "train_interval_count": int(train.gram.rows[0]),
        "holdout_interval_count": holdout_intervals,
        "seen_interval_count": round(holdout_intervals * (1 - (unseen or 0))),
        "location_count": len(train.locations),
        "fitted_location_count": int(is_fitted.sum()),
        "constraint_count": len(constraints),
        "group_count": len(first),
        "l1_ratio": options.l1_ratio,
        "holdout_rmse": _number(found.pooled_rmse),
        "baseline_rmse": _number(found.pooled_baseline),
        "improvement": improvement,
        "promote": found.promote,
        "is_penalty_pooled": found.is_pooled,
        "is_best_at_edge": found.is_at_edge,
        "unseen_share": unseen,
        "most_gap": float(found.penalties.gap.max(initial=0.0)),
        "converged_share": float(found.penalties.converged_share.min(initial=1.0)),
    }
    k, n = np.nonzero(is_fitted & ((found.beta != 0) | ~np.isnan(found.standard_error)))
    of_pairs = found.beta, found.debiased, found.standard_error, found.margin
    beta, debiased, error, margin = (values[k, n] for values in of_pairs)
    tables = {
        "penalties": list(found.penalties),
        "coefficients": [
            k + 1,
            n + 1,
            beta,
            debiased,
            error,
            debiased - margin,
            debiased + margin,
            found.is_identified[k, n],
        ],
        "extra_coefficients": [
            _take(extras, np.repeat(np.arange(len(extras)), is_fitted.sum())),
            _take(train.locations, np.tile(np.flatnonzero(is_fitted), len(extras))),
            found.gamma[:, is_fitted].ravel(),
        ],
        "constraint_offsets": [
            constraints,
            found.mean_mu,
            found.bound,
            _take(group_names, found.group),
            size[found.group],
        ],
        "locations": [
            train.locations,
            found.node_status,
            found.intercept,
            found.mean_price,
            np.where(is_fitted, found.penalties.share[found.chosen], np.nan),
            found.train_rows,
            found.holdout_rows,
            found.train_rmse,
            found.holdout_rmse,
            found.baseline_rmse,
        ],
    }
    columns = []
    for field in FIT_COLUMNS:
        if field.name in tables:
            kind = field.type.value_type
            structs = pa.StructArray.from_arrays(
                [_column(value, kind.field(i).type) for i, value in enumerate(tables[field.name])],
                fields=list(kind),
            )
            ends = pa.array([0, len(structs)], pa.int32())
            columns.append(pa.ListArray.from_arrays(ends, structs).cast(field.type))
        elif field.name == "metadata":
            columns.append(pa.array([metadata], field.type))
        else:
            columns.append(pa.array([getattr(found, field.name)], field.type))
    return pa.table(columns, schema=FIT_COLUMNS)


def _take(names: list[str], at: np.ndarray) -> pa.Array:
    return pa.array(names, _S).take(pa.array(at, _I))


def _column(values, kind: pa.DataType) -> pa.Array:
    if isinstance(values, np.ndarray) and not isinstance(values, pa.Array):
        if pa.types.is_floating(kind):
            return pa.array(values.astype(float), kind, from_pandas=True)  # NaN is null
        if pa.types.is_integer(kind):
            return pa.array(values.astype(int), kind)
    return values if isinstance(values, pa.Array) else pa.array(values, kind)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value
