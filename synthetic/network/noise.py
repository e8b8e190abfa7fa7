"""Noise that is a function of seed, name and instant: the same whatever range it is asked for."""

from __future__ import annotations

import numpy as np

from synthetic.shapes import generator

Stream = tuple[object, ...]


def seconds(at: np.ndarray) -> np.ndarray:
    """Seconds since 1970 of instants."""
    return np.asarray(at, "datetime64[s]").astype(np.int64)


def smooth(stream: Stream, at: np.ndarray, hours: float, count: int) -> np.ndarray:
    """`count` independent series of unit variance at the instants `at`, `[count, T]`.

    Values further apart than four times `hours` are independent. `stream` is the seed and names.
    """
    place = seconds(at) / (hours * 3600)
    knot = np.floor(place).astype(np.int64)
    f = (place - knot)[:, None]
    # the cubic B-spline: a knot's say rises and falls over four steps
    weight = np.hstack([(1 - f) ** 3, 3 * f**3 - 6 * f**2 + 4, -3 * (f**3 - f**2 - f) + 1, f**3])
    weight /= np.sqrt((weight**2).sum(axis=1, keepdims=True))
    # `at` may be scattered: only the knots that are needed are drawn
    needed, where = np.unique(knot[:, None] + np.arange(-1, 3), return_inverse=True)
    drawn = np.array([generator(*stream, hours, int(k)).standard_normal(count) for k in needed])
    where = where.reshape(weight.shape)
    return sum(weight[:, i, None] * drawn[where[:, i]] for i in range(4)).T


def innovations(stream: Stream, first_hour: int, hours: int, count: int) -> np.ndarray:
    """Independent standard normal values of each hour since 1970, `[count, hours]`."""
    days = range(first_hour // 24, (first_hour + hours - 1) // 24 + 1)
    drawn = [generator(*stream, day).standard_normal((24, count)) for day in days]
    skipped = first_hour - 24 * days[0]
    return np.concatenate(drawn)[skipped : skipped + hours].T
