"""Sums over intervals that stand for the intervals: all that a fit needs to know of them.

They add: the sums of a year are those of its days. Targets may lack values (NaN), and what a target
is fitted to must come from the rows where it has one. Which rows those are is its pattern; targets
of one pattern share the sums of x, and pattern 0 is all rows, whether a target has it or not. When
nothing is missing there is no other, and nothing extra is computed or stored.

Shapes: T rows, K columns of x, N targets, P patterns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

# Each costs K x K numbers and a decomposition. Targets whose pattern is not among those that the
# most targets share have no rows then, and are not fitted.
MOST_PATTERNS = 24


class Gram(NamedTuple):
    """Sums over rows, not means.

    pattern: `[N]`, a target's pattern, -1 for one without rows. present: `[N]`, rows in which a
    target had a value, counted or not. rows: `[P]`. sum_x: `[P, K]`. xx: `[P, K, K]`. bound: `[K]`,
    rows of pattern 0 in which a column is not zero. sum_y, yy: `[N]`. xy: `[K, N]`.
    """

    pattern: np.ndarray
    present: np.ndarray
    rows: np.ndarray
    sum_x: np.ndarray
    xx: np.ndarray
    bound: np.ndarray
    sum_y: np.ndarray
    yy: np.ndarray
    xy: np.ndarray

    @property
    def count(self) -> np.ndarray:
        """`[N]`, rows that count for a target."""
        return np.where(self.pattern >= 0, self.rows[self.pattern], 0)


class Part(NamedTuple):
    """A Gram and where it goes in a sum of several.

    columns: `[K of the part]`, targets: `[N of the part]`, places in the sum, -1 to leave one out.
    A column that a part lacks was zero in it, a target that it lacks had no value. sign: -1 takes
    the part away again, which is for rows that are in the others.
    """

    gram: Gram
    columns: np.ndarray
    targets: np.ndarray
    sign: int = 1


class Moments(NamedTuple):
    """Means and centred second moments of one pattern and some of its targets.

    rows: how many. mean_x: `[K]`. mean_y: `[N]`. g: `[K, K]`. c: `[K, N]`. v: `[N]`.
    """

    rows: float
    mean_x: np.ndarray
    mean_y: np.ndarray
    g: np.ndarray
    c: np.ndarray
    v: np.ndarray


def accumulate(x: csr_array, y: np.ndarray) -> Gram:
    """The sums of some rows. x: `[T, K]`, finite. y: `[T, N]`, NaN for missing.

    y is copied only where it has holes. Raises ValueError for values that are not finite.
    """
    if x.shape[0] != y.shape[0]:
        raise ValueError(f"x has {x.shape[0]} rows, y has {y.shape[0]}: they must be the same rows")
    x = csr_array(x, dtype=float)
    if not np.isfinite(x.data).all():
        raise ValueError("x has values that are not finite: leave out rows in which x is unknown")
    sum_y = y.sum(axis=0)
    if np.isinf(sum_y).any():
        target = int(np.flatnonzero(np.isinf(sum_y))[0])
        raise ValueError(f"target {target} has an infinite value: use NaN for missing")
    yy = np.einsum("tn,tn->n", y, y)
    xy = np.asarray(x.T @ y)
    count, targets = y.shape
    pattern = np.zeros(targets, int)
    present = np.full(targets, count)
    masks = [np.ones(count, bool)]
    holed = np.flatnonzero(np.isnan(sum_y))
    if len(holed):
        some = y[:, holed]
        missing = np.isnan(some)
        some[missing] = 0.0
        sum_y[holed] = some.sum(axis=0)
        yy[holed] = np.einsum("tn,tn->n", some, some)
        xy[:, holed] = x.T @ some
        present[holed] = count - missing.sum(axis=0)
        bits, of_target = _distinct(np.packbits(missing, axis=0))
        pattern[holed] = np.where(present[holed] > 0, of_target + 1, -1)
        firsts = [np.flatnonzero(of_target == p)[0] for p in range(bits)]
        masks += [~missing[:, first] for first in firsts]
    elif count == 0:
        pattern[:] = -1
    pattern, kept = _most_shared(pattern, len(masks))
    gone = pattern < 0
    sum_y[gone], yy[gone] = 0.0, 0.0
    xy[:, gone] = 0.0
    chosen = [x if masks[p].all() else x[masks[p]] for p in kept]
    return Gram(
        pattern=pattern,
        present=present,
        rows=np.array([masks[p].sum() for p in kept], float),
        sum_x=np.stack([np.asarray(part.sum(axis=0)).ravel() for part in chosen]),
        xx=np.stack([(part.T @ part).toarray() for part in chosen]),
        bound=np.bincount(x.indices[x.data != 0], minlength=x.shape[1]).astype(float),
        sum_y=sum_y,
        yy=yy,
        xy=xy,
    )


def combine(parts: Sequence[Part], columns: int, targets: int, least_share: float = 0.0) -> Gram:
    """The sums of all parts, for so many columns and targets.

    Targets that have less than `least_share` of all rows are left without any; otherwise each day
    on which some target comes or goes would make a pattern of its own.
    """
    signature = pattern_of_parts(parts, targets)
    present, count = np.zeros(targets), np.zeros(targets)
    for part, patterns in zip(parts, signature, strict=True):
        kept = part.targets >= 0
        present[part.targets[kept]] += part.sign * part.gram.present[kept]
        count += part.sign * np.where(patterns >= 0, part.gram.rows[patterns], 0)
    total = sum(part.sign * part.gram.rows[0] for part in parts)
    few = (count <= 0) | (count < least_share * total)
    # a target that has all rows goes first: its pattern is to be 0
    kinds_of = np.hstack([np.zeros((len(parts), 1), int), signature])
    number, of_target = _distinct(kinds_of)
    order = np.r_[of_target[0], np.delete(np.arange(number), of_target[0])]
    pattern = np.argsort(order)[of_target[1:]]
    pattern[few] = -1
    pattern, kept = _most_shared(pattern, number)
    firsts = [int(np.flatnonzero(of_target == order[p])[0]) for p in kept]
    rows, sum_x = np.zeros(len(kept)), np.zeros((len(kept), columns))
    xx, bound = np.zeros((len(kept), columns, columns)), np.zeros(columns)
    sum_y, yy, xy = np.zeros(targets), np.zeros(targets), np.zeros((columns, targets))
    for n, part in enumerate(parts):
        used = np.flatnonzero(part.columns >= 0)
        to = part.columns[used]
        # a target may be in the part and not in the sum
        there = np.flatnonzero((part.targets >= 0) & (part.gram.pattern >= 0))
        at = part.targets[there]
        is_all = len(there) == targets and (at == np.arange(targets)).all()
        for place, first in enumerate(firsts):
            own = kinds_of[n, first]
            if own < 0:
                continue
            rows[place] += part.sign * part.gram.rows[own]
            sum_x[place, to] += part.sign * part.gram.sum_x[own, used]
            xx[place][np.ix_(to, to)] += part.sign * part.gram.xx[own][np.ix_(used, used)]
        bound[to] += part.sign * part.gram.bound[used]
        sum_y[at] += part.sign * part.gram.sum_y[there]
        yy[at] += part.sign * part.gram.yy[there]
        if is_all:
            xy[to] += part.sign * part.gram.xy[used]
        else:
            xy[np.ix_(to, at)] += part.sign * part.gram.xy[np.ix_(used, there)]
    gone = pattern < 0
    sum_y[gone], yy[gone] = 0.0, 0.0
    xy[:, gone] = 0.0
    return Gram(pattern, present, rows, sum_x, xx, bound, sum_y, yy, xy)


def pattern_of_parts(parts: Sequence[Part], targets: int) -> np.ndarray:
    """`[parts, N]`: the pattern within each part of each target of the sum, -1 where absent."""
    out = np.full((len(parts), targets), -1)
    for row, part in zip(out, parts, strict=True):
        kept = part.targets >= 0
        row[part.targets[kept]] = part.gram.pattern[kept]
    return out


def add(first: Gram, second: Gram) -> Gram:
    """The sums over the rows of both, for the same columns and targets."""
    return _of_two(first, second, 1)


def subtract(whole: Gram, part: Gram) -> Gram:
    """The sums over the rows of `whole` that are not in `part`, which must be some of them."""
    return _of_two(whole, part, -1)


def align(gram: Gram, columns: np.ndarray, targets: np.ndarray, shape: tuple[int, int]) -> Gram:
    """The same sums for other columns and targets, `shape` of them; places as in `Part`."""
    return combine([Part(gram, columns, targets)], *shape)


def places(names: Sequence[str], among: Sequence[str]) -> np.ndarray:
    """Where each name stands in another list of names; -1 for nowhere."""
    at = {name: place for place, name in enumerate(among)}
    return np.array([at.get(name, -1) for name in names], int)


def moments(gram: Gram, pattern: int, targets: np.ndarray) -> Moments:
    """Means and centred second moments over the rows of a pattern. targets: places, all of it."""
    rows = max(gram.rows[pattern], 1.0)
    mean_x, mean_y = gram.sum_x[pattern] / rows, gram.sum_y[targets] / rows
    return Moments(
        rows=float(gram.rows[pattern]),
        mean_x=mean_x,
        mean_y=mean_y,
        g=gram.xx[pattern] / rows - np.outer(mean_x, mean_x),
        c=gram.xy[:, targets] / rows - np.outer(mean_x, mean_y),
        v=np.maximum(gram.yy[targets] / rows - mean_y**2, 0.0),
    )


def squared_error(of: Moments, b: np.ndarray, intercept: np.ndarray) -> np.ndarray:
    """`[N]`, mean of (y - intercept - x b)² over the rows. b: `[K, N]`."""
    spread = of.v - 2 * (b * of.c).sum(axis=0) + (b * (of.g @ b)).sum(axis=0)
    return np.maximum(spread, 0.0) + (of.mean_y - intercept - of.mean_x @ b) ** 2


def _of_two(first: Gram, second: Gram, sign: int) -> Gram:
    columns, targets = first.xy.shape
    if second.xy.shape != first.xy.shape:
        raise ValueError(
            f"one has {first.xy.shape} columns and targets, the other {second.xy.shape}: "
            "align them first"
        )
    every = np.arange(columns), np.arange(targets)
    return combine([Part(first, *every), Part(second, *every, sign)], columns, targets)


def _distinct(columns: np.ndarray) -> tuple[int, np.ndarray]:
    """How many different columns there are, and the number of each column's kind."""
    if not columns.shape[0]:
        return 1, np.zeros(columns.shape[1], int)
    kinds, of_column = np.unique(columns, axis=1, return_inverse=True)
    return kinds.shape[1], of_column.ravel()


def _most_shared(pattern: np.ndarray, number: int) -> tuple[np.ndarray, list[int]]:
    """(patterns numbered anew, which are kept): 0, and of the others those of the most targets."""
    shared = np.bincount(pattern[pattern >= 0], minlength=number)
    others = [p for p in np.argsort(-shared, kind="stable") if p and shared[p]]
    kept = [0, *sorted(int(p) for p in others[: MOST_PATTERNS - 1])]
    anew = np.full(number + 1, -1)  # the last is for -1
    anew[kept] = np.arange(len(kept))
    return anew[pattern], kept
