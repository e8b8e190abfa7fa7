"""How far a coefficient may be from the truth.

The elastic net shrinks, so intervals around it would miss. Its bias is estimated from what it
leaves unexplained and taken off: b + M (c - G b), with M near the inverse of G (van de Geer,
Bühlmann, Ritov and Dezeure, "On asymptotically optimal confidence regions and tests for
high-dimensional models", 2014; Javanmard and Montanari, 2014). Where G can be inverted this is
least squares. Where it cannot, M G says how much of a coefficient the data tell: its diagonal is
the resolution.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from python_models.ptdf.solver import Spectrum

# On the scale of correlations; directions that vary less than this are not told apart.
RIDGE = 1e-6
LEAST_RESOLUTION = 0.99
QUANTILE = 1.96


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


def clustered_error(
    operator: np.ndarray,
    mean_x: np.ndarray,
    b: np.ndarray,
    intercept: np.ndarray,
    chunks: Iterable[Chunk],
) -> np.ndarray:
    """Standard errors, `[J, N]`, for errors that may hang together within chunks in any way.

    operator: `[J, K]`, what takes sums of centred x times residual to coefficients (the rows'
    number included). b: `[K, N]` and intercept: `[N]`, of nearly unbiased residuals. The sandwich
    of clusters (Liang and Zeger, 1986), with the number of chunks corrected for; it comes out too
    small for a column that is not zero in a few chunks only, so take the greater of two.
    """
    variance = np.zeros((operator.shape[0], b.shape[1]))
    centre = operator @ mean_x
    count = 0
    for chunk in chunks:
        own = b[chunk.columns]
        score = chunk.xy - np.outer(chunk.sum_x, intercept) - chunk.xx @ own
        total = chunk.sum_y - chunk.rows * intercept - chunk.sum_x @ own
        moved = operator[:, chunk.columns] @ score
        moved -= np.outer(centre, total)
        variance += np.square(moved, out=moved)
        count += 1
    if count < 2:
        return np.full(variance.shape, np.nan)
    return np.sqrt(variance * count / (count - 1))
