"""Constraints that bind too seldom to be estimated, and the rows that they would spoil.

A column left out while its rows stay puts its effect on the columns that remain, and ruins them.
So either all columns stay, which is what `fit` does, or each row goes in which one of those that
are left out binds.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from python_models.ptdf.gram import Gram, accumulate, align, subtract


def rows_where_bound(x: csr_array, columns: np.ndarray) -> np.ndarray:
    """`[T]`: rows in which one of the columns (`[K]`, true or false) is not zero."""
    some = csr_array(x)[:, np.flatnonzero(columns)]
    return np.asarray(abs(some).sum(axis=1)).ravel() > 0


def without(gram: Gram, x: csr_array, y: np.ndarray, columns: np.ndarray) -> Gram:
    """A Gram without columns, and without rows of x and y in which one of them is not zero.

    x: `[T, K]`, y: `[T, N]`: the rows of the Gram, or at least all those that are to go. columns:
    `[K]`, true for those to leave out, such as `gram.bound < 12`.
    """
    drop = rows_where_bound(x, columns)
    rest = subtract(gram, accumulate(csr_array(x)[drop], y[drop])) if drop.any() else gram
    places = np.where(columns, -1, np.cumsum(~columns) - 1)
    targets = y.shape[1]
    return align(rest, places, np.arange(targets), (int((~columns).sum()), targets))
