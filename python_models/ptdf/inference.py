"""How far a coefficient may be from the truth.

The elastic net shrinks, so intervals around it would miss. Its bias is estimated from what it
leaves unexplained and taken off: b + M (c - G b), with M near the inverse of G (van de Geer,
Bühlmann, Ritov and Dezeure, "On asymptotically optimal confidence regions and tests for
high-dimensional models", 2014; Javanmard and Montanari, 2014). Where G can be inverted this is
least squares. Where it cannot, M G says how much of a coefficient the data tell: its diagonal is
the resolution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.stats import t as student_t

from python_models.ptdf.solver import Spectrum

# On the scale of correlations; directions that vary less than this are not told apart.
RIDGE = 1e-6
LEAST_RESOLUTION = 0.99
QUANTILE = 1.96
LEVEL = 0.975  # of the same on either side
LEAST_LEFT = 0.05  # of what other chunks say of a coefficient
LEAST_FREEDOM = 4  # with less, intervals would be as wide as anything
BLOCK = 64


class Debiased(NamedTuple):
    """coefficients, standard_error: `[K, N]`, the latter NaN where it means nothing: too few rows,
    or a coefficient that the data do not tell. resolution, is_identified: `[K]`. m: `[K, K]`.
    freedom: rows less parameters.
    """

    coefficients: np.ndarray
    standard_error: np.ndarray
    resolution: np.ndarray
    is_identified: np.ndarray
    m: np.ndarray
    freedom: float


class Chunk(NamedTuple):
    """Sums over rows whose errors may hang together, such as those of a day; like `gram.Gram` of
    one pattern. columns: `[k]`, places of this chunk's columns among the K; the others are zero."""

    columns: np.ndarray
    rows: float
    sum_x: np.ndarray
    xx: np.ndarray
    sum_y: np.ndarray
    xy: np.ndarray


def debias(
    of: Spectrum, g: np.ndarray, c: np.ndarray, v: np.ndarray, b: np.ndarray, rows: float, used: int
) -> Debiased:
    """Debiased coefficients with the standard errors of errors that are independent.

    of: spectrum of g `[K, K]`, a correlation matrix. c, b: `[K, N]`. v: `[N]`. used: parameters
    besides these, such as the intercept.
    """
    told = of.values / (of.values + RIDGE)
    m = of.inverse(RIDGE)
    unbiased = b + m @ (c - g @ b)
    resolution = (of.vectors**2) @ told
    is_identified = resolution >= LEAST_RESOLUTION
    freedom = rows - used - float(told.sum())
    residual = v - 2 * (unbiased * c).sum(axis=0) + (unbiased * (g @ unbiased)).sum(axis=0)
    spread = np.sqrt((of.vectors**2) @ (told / (of.values + RIDGE)))  # of diag(m g m)
    if freedom >= 1:
        sigma = np.sqrt(np.maximum(residual, 0.0) / freedom)  # means, so rows cancel
        error = np.outer(np.where(is_identified, spread, np.nan), sigma)
    else:
        error = np.full(b.shape, np.nan)
    return Debiased(unbiased, error, resolution, is_identified, m, freedom)


class Repeats(NamedTuple):
    """Rows by their targets: those with the same prices have the same errors of rounding.

    sum_x: `[C, K]`, sums over the rows of each kind. count: `[C]`, how many there are.
    """

    sum_x: csr_array
    count: np.ndarray


def clustered_error(
    operator: np.ndarray,
    mean_x: np.ndarray,
    b: np.ndarray,
    intercept: np.ndarray,
    chunks: Callable[[], Iterable[Chunk]],
) -> tuple[np.ndarray, np.ndarray]:
    """(standard errors `[J, N]`, quantiles `[J]`) for errors that hang together within chunks.

    operator: `[J, K]`, what takes sums of centred x times residual to coefficients (the rows'
    number included). b: `[K, N]` and intercept: `[N]`, of nearly unbiased residuals. chunks: called
    twice. NaN for fewer than two. The sandwich of clusters (Liang and Zeger, 1986). A fit pulls the
    residuals of a chunk towards zero as far as that chunk determines a coefficient, so each is
    divided by one less that share, as if the chunk had been left out (Bell and McCaffrey, 2002).
    A coefficient that few chunks determine has an error that is itself uncertain: the quantile of
    95 % is Student's for as many as would determine it alike, less one.
    """
    variance = np.zeros((operator.shape[0], b.shape[1]))
    centre = operator @ mean_x
    weights = np.array([_weight(operator[:, chunk.columns], centre, chunk) for chunk in chunks()])
    count = len(weights)
    if count < 2:
        return np.full(variance.shape, np.nan), np.full(len(operator), np.nan)
    shares = weights / np.maximum(weights.sum(axis=0), np.finfo(float).tiny)
    alike = 1 / np.maximum((shares**2).sum(axis=0), np.finfo(float).tiny)
    quantile = student_t.ppf(LEVEL, np.maximum(alike - 1, LEAST_FREEDOM))
    for chunk, share in zip(chunks(), np.maximum(1 - shares, LEAST_LEFT), strict=True):
        own = b[chunk.columns]
        score = chunk.xy - np.outer(chunk.sum_x, intercept) - chunk.xx @ own
        total = chunk.sum_y - chunk.rows * intercept - chunk.sum_x @ own
        # one product with the centre as a last column, since there are hundreds of large ones
        taken = np.column_stack([operator[:, chunk.columns], -centre]) / share[:, None]
        moved = taken @ np.vstack([score, total])
        variance += np.square(moved, out=moved)
    return np.sqrt(variance * (count - 1) / count), quantile


def rounding_error(
    operator: np.ndarray, mean_x: np.ndarray, b: np.ndarray, repeats: Repeats, unit: float
) -> np.ndarray:
    """Standard errors, `[J, N]`, if all errors were of prices and shadow prices rounded to `unit`.

    operator, mean_x, b: as in `clustered_error`. Errors of rounding are spread evenly over a unit,
    the same in all rows of the same prices, and independent otherwise: a market whose prices come
    back says less than its rows, and neither residuals nor days tell that.
    """
    centre, sum_x = operator @ mean_x, csr_array(repeats.sum_x)
    is_bound = csr_array((np.ones(sum_x.nnz), sum_x.indices, sum_x.indptr), shape=sum_x.shape)
    square, of_column = np.empty(len(operator)), np.empty(operator.shape)
    for first in range(0, len(operator), BLOCK):  # all at once would be as many as the rows
        some = slice(first, first + BLOCK)
        weight = (sum_x @ operator[some].T).T - np.outer(centre[some], repeats.count)
        np.square(weight, out=weight)
        square[some] = weight.sum(axis=1)
        of_column[some] = (is_bound.T @ weight.T).T
    return unit * np.sqrt((square[:, None] + of_column @ b**2) / 12)


def _weight(operator: np.ndarray, centre: np.ndarray, chunk: Chunk) -> np.ndarray:
    """`[J]`: the sum over a chunk's rows of the squares of what they weigh in a coefficient."""
    square = ((operator @ chunk.xx) * operator).sum(axis=1)
    return square - 2 * (operator @ chunk.sum_x) * centre + chunk.rows * centre**2
