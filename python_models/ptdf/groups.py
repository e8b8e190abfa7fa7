"""Constraints that always bind together are one: only the effect of their sum can be told.

One line under two contingencies is the usual case. Estimated apart, chance would share their effect
out; as one column, the sum of their shadow prices, it is estimated once and labelled.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from python_models.ptdf.gram import Gram

# Below this share of its mean square a column's variance is rounding.
LEAST_VARIANCE = 1e-11


def collinear(g: np.ndarray, square: np.ndarray, threshold: float = 0.999) -> np.ndarray:
    """`[K]`: the group of each column, numbered from 0 in the order of their first members.

    g: `[K, K]`, covariances. square: `[K]`, mean squares. Columns are joined whose correlation is
    above `threshold` in size, and those joined to the same one; a constant column stays alone.
    """
    variance = np.diag(g)
    varies = variance > LEAST_VARIANCE * square
    scale = np.where(varies, np.sqrt(np.where(varies, variance, 1.0)), np.inf)
    together = np.abs(g) / np.outer(scale, scale) > threshold
    _, labels = connected_components(csr_array(together), directed=False)
    _, first, labels = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[labels]


def summed(gram: Gram, labels: np.ndarray) -> Gram:
    """The sums of columns that are sums of the old ones. labels: `[K]`, the new one of each."""
    columns = int(labels.max(initial=-1)) + 1
    if columns == len(labels):
        return gram
    member = csr_array(
        (np.ones(len(labels)), (labels, np.arange(len(labels)))), shape=(columns, len(labels))
    )
    # rows that bind are not a sum, but of collinear columns the same
    bound = np.zeros(columns)
    np.maximum.at(bound, labels, gram.bound)
    return gram._replace(
        sum_x=gram.sum_x @ member.T,
        xx=np.stack([member @ (member @ xx).T for xx in gram.xx]),
        bound=bound,
        xy=member @ gram.xy,
    )
