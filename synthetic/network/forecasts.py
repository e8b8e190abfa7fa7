"""Forecasts: the truth with an error that grows with lead.

The error of a forecast is what the hours between its issue and its target add to an AR(1) process,
so revisions are independent of each other, as those of a forecast that uses all it knows.
"""

from __future__ import annotations

import numpy as np

from synthetic.network.noise import innovations, seconds

MEMORY = 0.97  # from hour to hour
# Standard deviation at long lead: of the logarithm of load and sun, of the logit of wind.
SPREAD = {"load": 0.04, "wind": 0.9, "sun": 0.25}


def errors(stream: tuple[object, ...], issued_at: np.datetime64, ends: int, zones: int):
    """Standard errors of the `ends` hours after the hour of issue, `[zones, ends]`.

    Variance 1 - MEMORY^(2 lead), where the first hour has lead 1.
    """
    first = int(seconds(np.array([issued_at]))[0]) // 3600 + 1
    new = innovations(stream, first, ends, zones) * np.sqrt(1 - MEMORY**2)
    out = np.zeros_like(new)
    last = np.zeros(zones)
    for hour in range(ends):
        last = MEMORY * last + new[:, hour]
        out[:, hour] = last
    return out


def forecast(kind: str, truth: np.ndarray, capacity: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Forecast of `kind` ("load", "wind", "sun") of zones, `[8, hours]`, MW.

    Wind and sun stay within 0 and `capacity`, `[8]`; a zone without capacity has a forecast of 0.
    """
    spread = SPREAD[kind] * error
    if kind == "wind":
        share = np.clip(truth / np.maximum(capacity, 1e-9)[:, None], 1e-6, 1 - 1e-6)
        logit = np.log(share / (1 - share)) + spread
        return capacity[:, None] / (1 + np.exp(-logit))
    value = truth * np.exp(spread)
    return value if kind == "load" else np.minimum(value, capacity[:, None])
