"""Probabilities put right by what came of them later.

A map is fitted to a slice of time after the one that the model was fitted to: there the model's
errors are those that it makes on what it has not seen. Which map is kept, if any, is decided by the
log loss on a third, still later slice.

Sources: J. Platt, "Probabilistic Outputs for Support Vector Machines", 1999 (a line through the
log-odds); B. Zadrozny and C. Elkan, KDD 2002 (isotonic regression).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from python_models.calibration import scores

LEAST_CASES = 20  # of either outcome, to fit a map and to choose one
CLIP = 1e-12
PENALTY = 1e-6  # on the slope of Platt's line: next to none


class Recalibration(NamedTuple):
    """NONE, PLATT (`slope`, `intercept` of the log-odds) or ISOTONIC (straight between knots)."""

    method: str
    slope: float = 1.0
    intercept: float = 0.0
    knots_p: np.ndarray = np.zeros(0)
    knots_y: np.ndarray = np.zeros(0)


NONE = Recalibration("NONE")


def apply(recalibration: Recalibration, p: np.ndarray) -> np.ndarray:
    """The probabilities put right, of the shape of `p`."""
    if recalibration.method == "PLATT":
        odds = logit(np.clip(p, CLIP, 1 - CLIP))
        return expit(recalibration.intercept + recalibration.slope * odds)
    if recalibration.method == "ISOTONIC":
        return np.interp(p, recalibration.knots_p, recalibration.knots_y)
    return p


def platt(p: np.ndarray, y: np.ndarray) -> Recalibration:
    """A straight line through the log-odds; needs `LEAST_CASES` of either outcome."""
    _check(y)
    odds = logit(np.clip(p, CLIP, 1 - CLIP))[:, None]
    line = LogisticRegression(C=1 / PENALTY, solver="newton-cholesky", tol=1e-8).fit(odds, y > 0)
    return Recalibration("PLATT", float(line.coef_[0, 0]), float(line.intercept_[0]))


def isotonic(p: np.ndarray, y: np.ndarray) -> Recalibration:
    """The best map that never falls; needs `LEAST_CASES` of either outcome.

    Held off 0 and 1 by half a case in all: what has not happened yet is not impossible.
    """
    _check(y)
    fitted = IsotonicRegression(out_of_bounds="clip").fit(p, y)
    least = 0.5 / (len(y) + 1)
    knots_y = np.clip(fitted.y_thresholds_, least, 1 - least)
    return Recalibration("ISOTONIC", knots_p=fitted.X_thresholds_, knots_y=knots_y)


def choose(
    p_fit: np.ndarray, y_fit: np.ndarray, p_choose: np.ndarray, y_choose: np.ndarray
) -> Recalibration:
    """The map of the first slice with the least log loss on the second; NONE if none is better.

    NONE too where either slice has too few cases to tell.
    """
    if not (_is_enough(y_fit) and _is_enough(y_choose)):
        return NONE
    candidates = [NONE, platt(p_fit, y_fit), isotonic(p_fit, y_fit)]
    return min(candidates, key=lambda c: scores.log_loss(apply(c, p_choose), y_choose))


def _is_enough(y: np.ndarray) -> bool:
    positives = np.count_nonzero(y)
    return min(positives, len(y) - positives) >= LEAST_CASES


def _check(y: np.ndarray) -> None:
    if not _is_enough(y):
        raise ValueError(
            f"{np.count_nonzero(y)} of {len(y)} rows bound: {LEAST_CASES} of either outcome are "
            "needed; take more rows or leave the probabilities as they are"
        )
