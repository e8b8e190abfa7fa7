"""Shift factors of all nodes from the sums over a training window, tried on a hold-out.

    y[t, n] = a[n] - sum over k of beta[k, n] mu[t, k] + sum over e of gamma[e, n] z[t, e] + error

y: congestion part of the price, $/MWh. mu: shadow prices, $/MWh per MW. beta: shift factors, MW per
MW: positive where more injection loads the constraint. z: further regressors, such as adders for
scarcity. Estimated by the elastic net on columns and targets of variance 1, where equal groups of
constraints are one column; the regressors z are not penalised unless asked for, and are taken out
of everything beforehand (Frisch and Waugh, 1933).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from python_models.ptdf import gram as grams
from python_models.ptdf.gram import Gram, Moments, Part
from python_models.ptdf.groups import LEAST_VARIANCE, collinear, summed
from python_models.ptdf.inference import (
    QUANTILE,
    Chunk,
    Repeats,
    clustered_error,
    debias,
    rounding_error,
)
from python_models.ptdf.selection import choose, is_promoted, pooled
from python_models.ptdf.solver import (
    Path,
    Spectrum,
    elastic_net_path,
    largest_penalties,
    spectrum,
)

FITTED, NO_PRICES, TOO_FEW_ROWS, RARE_GAPS = "FITTED", "NO_PRICES", "TOO_FEW_ROWS", "RARE_GAPS"
NO_BINDING_CONSTRAINT, NO_HOLDOUT = "NO_BINDING_CONSTRAINT", "NO_HOLDOUT"
# Below this share of its mean square a price's variance is rounding.
LEAST_SPREAD = 1e-13


@dataclass(frozen=True)
class Options:
    """l1_ratio: r. penalties: how many, from that at which nothing is left down to `least_penalty`
    of it. least_share: of the rows, else a node is not fitted. same_group: correlation.
    improvement: of the hold-out error against the training mean, for promotion. rounding: prices
    and shadow prices are published to so many $/MWh."""

    l1_ratio: float = 0.5
    penalties: int = 10
    least_penalty: float = 1e-5
    tolerance: float = 1e-6
    max_iterations: int = 500
    least_share: float = 0.9
    same_group: float = 0.999
    improvement: float = 0.05
    is_extra_penalised: bool = False
    rounding: float = 0.01


class Penalties(NamedTuple):
    """What each penalty gives, `[L]`: its share of the largest, hold-out error over all nodes, that
    over the intervals by which the penalty is chosen (`fit`), mean number of groups that are not
    zero, greatest gap (share of a node's variance), mean and greatest iterations, share of nodes
    that converged."""

    share: np.ndarray
    holdout_rmse: np.ndarray
    seen_rmse: np.ndarray
    nonzeros: np.ndarray
    gap: np.ndarray
    iterations: np.ndarray
    most_iterations: np.ndarray
    converged_share: np.ndarray


class Fit(NamedTuple):
    """A fit of K constraints, E further regressors and N nodes; NaN for nodes without a fit.

    status, reason: of the whole. node_status: `[N]`. beta: `[K, N]`, of the chosen penalty;
    debiased, standard_error, margin: `[K, N]`, see `inference`, the last on either side of the
    interval of 95 %; is_identified: `[K, N]`. gamma: `[E, N]`.
    intercept, mean_price: `[N]`. group: `[K]`. mean_mu, bound: `[K]`, over all training rows.
    chosen: `[N]`, number of the penalty. train_rmse, holdout_rmse, baseline_rmse: `[N]`; the
    baseline is the training mean on the hold-out. train_rows, holdout_rows: `[N]`. pooled_rmse,
    pooled_baseline: over all nodes. promote: the former is enough below the latter.
    """

    status: str
    reason: str
    node_status: np.ndarray
    beta: np.ndarray
    debiased: np.ndarray
    standard_error: np.ndarray
    margin: np.ndarray
    is_identified: np.ndarray
    gamma: np.ndarray
    intercept: np.ndarray
    mean_price: np.ndarray
    group: np.ndarray
    mean_mu: np.ndarray
    bound: np.ndarray
    penalties: Penalties
    chosen: np.ndarray
    is_pooled: bool
    is_at_edge: bool
    train_rmse: np.ndarray
    holdout_rmse: np.ndarray
    baseline_rmse: np.ndarray
    train_rows: np.ndarray
    holdout_rows: np.ndarray
    pooled_rmse: float
    pooled_baseline: float
    promote: bool


class _Scaled(NamedTuple):
    """One pattern's problem on the scale of correlations, further regressors taken out.

    used: `[J]`, columns that vary. free: columns not penalised. take_out: `[free, J]`, what these
    explain of the used ones. of_free: `[free, N]`, and of the targets. scale_x: `[J]`,
    scale_y: `[N]`.
    """

    moments: Moments
    used: np.ndarray
    free: np.ndarray
    take_out: np.ndarray
    of_free: np.ndarray
    scale_x: np.ndarray
    scale_y: np.ndarray
    g: np.ndarray
    c: np.ndarray
    v: np.ndarray
    of: Spectrum

    def raw(self, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(`[columns, N]` in the units of the data, `[N]` intercepts) of scaled `[J, N]`."""
        full = np.zeros(self.moments.c.shape)
        full[self.used] = b * self.scale_y / self.scale_x[:, None]
        full[self.free] = self.of_free - self.take_out @ full[self.used]
        return full, self.moments.mean_y - self.moments.mean_x @ full


def fit(
    train: Gram,
    holdout: Gram,
    options: Options | None = None,
    extra: int = 0,
    chunks: Sequence[Part] = (),
    seen: Gram | None = None,
    repeats: Repeats | None = None,
) -> Fit:
    """Shift factors of every node.

    train, holdout: sums over the same columns and nodes; the last `extra` columns are further
    regressors. chunks: the parts that `train` is the sum of, where errors may hang together within
    each (days). repeats: the rows of `train` by their prices. Standard errors are the greatest of
    those of independent errors, of chunks and of rounding. seen: the intervals of
    the hold-out in which only constraints bound that training knows. The penalty is chosen by them
    if there are any: what others do to prices looks like noise, and much of it would choose a
    penalty that leaves nothing of the factors. Any input has a result:
    without prices, constraints or a hold-out the status says so.
    """
    options = options or Options()
    if train.xy.shape != holdout.xy.shape:
        raise ValueError(
            f"training has {train.xy.shape} columns and nodes, the hold-out {holdout.xy.shape}: "
            "align them first"
        )
    constraints, nodes = train.xy.shape[0] - extra, train.xy.shape[1]
    node_status = _node_status(train, options)
    everything = grams.moments(train, 0, np.zeros(0, int))
    square = np.diag(train.xx[0])[:constraints] / max(train.rows[0], 1.0)
    group = collinear(everything.g[:constraints, :constraints], square, options.same_group)
    groups = int(group.max(initial=-1)) + 1
    labels = np.append(group, groups + np.arange(extra))
    grouped, held = summed(train, labels), summed(holdout, labels)
    judge = summed(seen, labels) if seen is not None and seen.count.any() else held

    sets = [
        np.flatnonzero((node_status == FITTED) & (train.pattern == p))
        for p in range(len(train.rows))
    ]
    patterns = [p for p, targets in enumerate(sets) if len(targets)]
    free = np.arange(groups, groups + extra) if not options.is_extra_penalised else np.zeros(0, int)
    shares = np.logspace(0, np.log10(options.least_penalty), options.penalties)
    held_error, judged_error = (np.full((len(shares), nodes), np.nan) for _ in range(2))
    gaps, iterations = np.zeros((len(shares), nodes)), np.zeros((len(shares), nodes))
    converged, nonzeros = np.ones((len(shares), nodes), bool), np.zeros((len(shares), nodes))
    solved: list[tuple[np.ndarray, int, _Scaled, Path]] = []
    for pattern in patterns:
        targets = sets[pattern]
        scaled = _scaled(grouped, pattern, targets, free)
        alphas = shares[:, None] * largest_penalties(scaled.c, options.l1_ratio)
        path = elastic_net_path(
            scaled.g,
            scaled.c,
            scaled.v,
            alphas,
            options.l1_ratio,
            of=scaled.of,
            tolerance=options.tolerance,
            max_iterations=options.max_iterations,
        )
        solved.append((targets, pattern, scaled, path))
        gaps[:, targets], iterations[:, targets] = path.gaps, path.iterations
        converged[:, targets] = path.is_converged
        nonzeros[:, targets] = (path.coefficients != 0).sum(axis=2)
        held_error[:, targets] = _errors(held, targets, scaled, path)
        judged_error[:, targets] = _errors(judge, targets, scaled, path)
    is_fitted = node_status == FITTED
    holdout_rows = np.where(is_fitted, holdout.count, 0)
    choice = choose(judged_error, np.where(is_fitted, judge.count, 0))

    b, unbiased, error, margin = (np.full((groups + extra, nodes), np.nan) for _ in range(4))
    identified = np.zeros((groups + extra, nodes), bool)
    intercept, train_error, mean = (np.full(nodes, np.nan) for _ in range(3))
    for targets, pattern, scaled, path in solved:
        picked = path.coefficients[choice.chosen[targets], np.arange(len(targets))].T
        b[:, targets], intercept[targets] = scaled.raw(picked)
        mean[targets] = scaled.moments.mean_y
        train_error[targets] = grams.squared_error(
            scaled.moments, b[:, targets], intercept[targets]
        )
        found = debias(
            scaled.of, scaled.g, scaled.c, scaled.v, picked, scaled.moments.rows, 1 + len(free)
        )
        unbiased[:, targets], own_intercept = scaled.raw(found.coefficients)
        to_raw = scaled.scale_y / scaled.scale_x[:, None]
        own = found.standard_error * to_raw
        either = QUANTILE * own
        if found.freedom >= 1:
            operator = np.zeros((len(scaled.used), groups + extra))
            operator[:, scaled.used] = found.m / scaled.scale_x
            operator[:, scaled.free] = -operator[:, scaled.used] @ scaled.take_out.T
            operator /= scaled.scale_x[:, None] * scaled.moments.rows
            mean_x = train.sum_x[pattern] / train.rows[pattern]
            to_rows = operator[:, labels], mean_x, unbiased[np.ix_(labels, targets)]
            others = []
            if chunks:
                of_targets = partial(_chunks, chunks, targets, nodes)
                by_chunk, quantile = clustered_error(*to_rows, own_intercept, of_targets)
                others.append((by_chunk, quantile[:, None]))
            if repeats is not None:
                others.append((rounding_error(*to_rows, repeats, options.rounding), QUANTILE))
            for other, quantile in others:
                either = np.where(np.isnan(own), np.nan, np.fmax(either, quantile * other))
                own = np.where(np.isnan(own), np.nan, np.fmax(own, other))
        error[np.ix_(scaled.used, targets)] = own
        margin[np.ix_(scaled.used, targets)] = either
        identified[np.ix_(scaled.used, targets)] = found.is_identified[:, None]

    baseline = _baseline(holdout, mean)
    at = choice.chosen, np.arange(nodes)
    held_chosen = held_error[at]
    pooled_rmse = float(pooled(held_chosen, holdout_rows))
    pooled_baseline = float(pooled(baseline, holdout_rows))
    promote = is_promoted(pooled_rmse, pooled_baseline, options.improvement)
    varies = any((scaled.used < groups).any() for _, _, scaled, _ in solved)
    status, reason = _status(node_status, varies, holdout_rows, pooled_rmse, pooled_baseline)
    return Fit(
        status=status,
        reason=reason,
        node_status=node_status,
        beta=-b[group],
        debiased=-unbiased[group],
        standard_error=error[group],
        margin=margin[group],
        is_identified=identified[group],
        gamma=b[groups:],
        intercept=intercept,
        mean_price=mean,
        group=group,
        mean_mu=everything.mean_x[:constraints],
        bound=train.bound[:constraints],
        penalties=Penalties(
            share=shares,
            holdout_rmse=pooled(held_error, holdout_rows),
            seen_rmse=choice.pooled_rmse,
            nonzeros=_mean(nonzeros[:, is_fitted]),
            gap=gaps[:, is_fitted].max(axis=1, initial=0.0),
            iterations=_mean(iterations[:, is_fitted]),
            most_iterations=iterations[:, is_fitted].max(axis=1, initial=0.0),
            converged_share=_mean(converged[:, is_fitted]),
        ),
        chosen=choice.chosen,
        is_pooled=choice.is_pooled,
        is_at_edge=choice.is_at_edge,
        train_rmse=np.sqrt(train_error),
        holdout_rmse=np.sqrt(held_chosen),
        baseline_rmse=np.sqrt(baseline),
        train_rows=train.present,
        holdout_rows=holdout_rows,
        pooled_rmse=pooled_rmse,
        pooled_baseline=pooled_baseline,
        promote=promote,
    )


def _errors(held: Gram, targets: np.ndarray, scaled: _Scaled, path: Path) -> np.ndarray:
    """`[L, targets]`, mean square error of each penalty over rows; NaN where a node has none."""
    out = np.full((len(path.coefficients), len(targets)), np.nan)
    for pattern in set(held.pattern[targets]) - {-1}:
        place = np.flatnonzero(held.pattern[targets] == pattern)
        later = grams.moments(held, pattern, targets[place])
        for n, coefficients in enumerate(path.coefficients):
            b, a = scaled.raw(coefficients.T)
            out[n, place] = grams.squared_error(later, b[:, place], a[place])
    return out


def _node_status(train: Gram, options: Options) -> np.ndarray:
    few = train.present < options.least_share * train.rows[0]
    # rows that `combine` or `accumulate` left out, because few nodes share the gaps
    uncounted = train.count < options.least_share * train.rows[0]
    return np.select(
        [train.present <= 0, few, uncounted], [NO_PRICES, TOO_FEW_ROWS, RARE_GAPS], FITTED
    )


def _status(
    node_status: np.ndarray, varies: bool, holdout_rows: np.ndarray, rmse: float, baseline: float
) -> tuple[str, str]:
    fitted = int((node_status == FITTED).sum())
    nodes = f"{fitted} of {len(node_status)} nodes fitted"
    if not fitted:
        return NO_PRICES, f"{nodes}: none has prices in enough of the training intervals"
    if not varies:
        return NO_BINDING_CONSTRAINT, f"{nodes}: no shadow price varies in training, factors are 0"
    if not holdout_rows.sum():
        return NO_HOLDOUT, f"{nodes}: no prices in the hold-out, so the least penalty, not promoted"
    return FITTED, f"{nodes}: hold-out RMSE {rmse:.4g} against {baseline:.4g} of the training mean"


def _scaled(gram: Gram, pattern: int, targets: np.ndarray, free: np.ndarray) -> _Scaled:
    m = grams.moments(gram, pattern, targets)
    rows = max(m.rows, 1.0)
    square_x, square_y = np.diag(gram.xx[pattern]) / rows, gram.yy[targets] / rows
    is_constant = m.v <= LEAST_SPREAD * square_y
    c = np.where(is_constant, 0.0, m.c)
    v = np.where(is_constant, 0.0, m.v)
    inner = m.g[np.ix_(free, free)]
    scale = np.sqrt(np.maximum(np.diag(inner), np.finfo(float).tiny))
    inverse = np.linalg.pinv(inner / np.outer(scale, scale), rcond=1e-10, hermitian=True)
    inverse = inverse / np.outer(scale, scale)
    others = np.setdiff1d(np.arange(len(m.mean_x)), free)
    between = m.g[np.ix_(free, others)]
    g = m.g[np.ix_(others, others)] - between.T @ inverse @ between
    of_free = inverse @ c[free]
    rest = c[others] - between.T @ of_free
    v = v - (c[free] * of_free).sum(axis=0)
    v = np.where(v > LEAST_SPREAD * square_y, v, 0.0)
    varies = np.diag(g) > LEAST_VARIANCE * square_x[others]
    used = others[varies]
    scale_x = np.sqrt(np.diag(g)[varies])
    scale_y = np.sqrt(np.where(v > 0, v, 1.0))
    g = g[np.ix_(varies, varies)] / np.outer(scale_x, scale_x)
    return _Scaled(
        moments=m,
        used=used,
        free=free,
        take_out=inverse @ between[:, varies],
        of_free=of_free,
        scale_x=scale_x,
        scale_y=scale_y,
        g=g,
        c=np.where(v > 0, rest[varies] / np.outer(scale_x, scale_y), 0.0),
        v=v / scale_y**2,
        of=spectrum(g),
    )


def _baseline(holdout: Gram, mean: np.ndarray) -> np.ndarray:
    """`[N]`, mean square on the hold-out of what is left of the training mean."""
    rows = holdout.count
    some = np.maximum(rows, 1)
    square = holdout.yy / some - 2 * mean * holdout.sum_y / some + mean**2
    return np.where(rows > 0, np.maximum(square, 0.0), np.nan)


def _chunks(parts: Sequence[Part], targets: np.ndarray, nodes: int):
    """The sums of each part for targets of one pattern, where they have rows in it."""
    for part in parts:
        place = np.full(nodes, -1)
        place[part.targets[part.targets >= 0]] = np.flatnonzero(part.targets >= 0)
        own = place[targets]
        pattern = part.gram.pattern[own[0]] if own[0] >= 0 else -1
        if pattern < 0:
            continue
        # no copy of what is taken whole, which a day of many nodes is
        used = np.flatnonzero(part.columns >= 0)
        rows = slice(None) if len(used) == len(part.columns) else used
        is_all = len(own) == part.gram.xy.shape[1] and (own == np.arange(len(own))).all()
        yield Chunk(
            columns=part.columns[used],
            rows=float(part.gram.rows[pattern]),
            sum_x=part.gram.sum_x[pattern, used],
            xx=part.gram.xx[pattern][np.ix_(used, used)],
            sum_y=part.gram.sum_y[own],
            xy=part.gram.xy[rows] if is_all else part.gram.xy[np.ix_(used, own)],
        )


def _mean(values: np.ndarray) -> np.ndarray:
    """Over nodes; 0 for none."""
    return values.sum(axis=1) / max(values.shape[1], 1)
