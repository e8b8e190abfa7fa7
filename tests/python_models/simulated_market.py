"""A market of known anomalies about an operator's forecast, as the tables that are assimilated."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


class Kind(NamedTuple):
    """phi and sd of the anomaly (in MW, or in the logarithm of odds), sd of the error in MW."""

    phi: float
    sd: float
    error_sd: float


KINDS = {
    "LOAD": Kind(0.9, 300.0, 30.0),
    "WIND": Kind(0.93, 0.5, 30.0),
    "SOLAR": Kind(0.85, 0.4, 10.0),
    "OUTAGE": Kind(0.97, 200.0, 5.0),
}
CAPACITY = 3000.0


class Simulated(NamedTuple):
    """truth_mw, actual_mw, forecast_mw: `[T, N]` of each quantity."""

    truth_mw: dict[str, np.ndarray]
    actual_mw: dict[str, np.ndarray]
    forecast_mw: dict[str, np.ndarray]
    observations: pa.Table
    forecasts: pa.Table


def correlated(rng: np.random.Generator, zones: int, hours: int, kind: Kind) -> np.ndarray:
    """AR(1) with correlation 0.6 to the power of the zones between two zones, `[hours, zones]`."""
    apart = np.abs(np.arange(zones)[:, None] - np.arange(zones))
    root = np.linalg.cholesky(0.6**apart)
    noise = rng.standard_normal((hours, zones)) @ root.T * kind.sd
    out = np.empty((hours, zones))
    out[0] = noise[0]
    for t in range(1, hours):
        out[t] = kind.phi * out[t - 1] + np.sqrt(1 - kind.phi**2) * noise[t]
    return out


def expected(rng: np.random.Generator, quantity: str, hours: int, zones: int) -> np.ndarray:
    hour = np.arange(hours)[:, None] + np.zeros(zones)
    if quantity == "LOAD":
        return 5000 - 800 * np.cos(2 * np.pi * hour / 24)
    if quantity == "SOLAR":
        return 0.8 * CAPACITY * np.maximum(0.0, -np.cos(2 * np.pi * hour / 24))
    if quantity == "WIND":
        slow = correlated(rng, zones, hours, Kind(0.99, 1.0, 0.0))
        return CAPACITY / (1 + np.exp(-slow))
    return np.full((hours, zones), 1500.0)


def simulate(
    seed: int,
    *,
    days: int = 60,
    zones: int = 3,
    kinds: dict[str, Kind] | None = None,
) -> Simulated:
    """Hourly; the operator issues each hour of a day at once, the midnight before, and no more."""
    rng = np.random.default_rng(seed)
    hours = days * 24
    names = np.array([f"Z{n}" for n in range(zones)])
    truth, actual, forecast, rows, issued = {}, {}, {}, [], []
    start = np.datetime64(FIRST.replace(tzinfo=None), "us") + np.arange(hours) * np.timedelta64(
        3600, "s"
    )
    for quantity, kind in (kinds or KINDS).items():
        base = np.round(expected(rng, quantity, hours, zones), 1)  # as published
        anomaly = correlated(rng, zones, hours, kind)
        if quantity in ("WIND", "SOLAR"):
            share = base / CAPACITY
            level = CAPACITY * share * np.exp(anomaly) / (1 - share + share * np.exp(anomaly))
        else:
            level = base + anomaly
        seen = level + kind.error_sd * rng.standard_normal((hours, zones)) * (base > 0)
        truth[quantity], actual[quantity], forecast[quantity] = level, seen, base
        slot, zone = np.indices((hours, zones)).reshape(2, -1)
        rows.append(
            pa.table(
                {
                    "zone": names[zone],
                    "quantity": pa.repeat(quantity, len(slot)),
                    "interval_start": pa.array(start[slot]).cast(pa.timestamp("us", "UTC")),
                    "interval_hours": np.ones(len(slot)),
                    "forecast_mw": base.ravel(),
                    "actual_mw": seen.ravel(),
                    "capacity_mw": np.full(len(slot), CAPACITY),
                    "published_at": pa.nulls(len(slot), pa.timestamp("us", "UTC")),
                }
            )
        )
        midnight = start[slot].astype("datetime64[D]").astype("datetime64[us]")
        issued.append(
            pa.table(
                {
                    "zone": names[zone],
                    "quantity": pa.repeat(quantity, len(slot)),
                    # a day and a half ahead, so that every issue of ours knows six hours
                    "issued_at": pa.array(midnight - np.timedelta64(12, "h")).cast(
                        pa.timestamp("us", "UTC")
                    ),
                    "interval_start": pa.array(start[slot]).cast(pa.timestamp("us", "UTC")),
                    "forecast_mw": base.ravel(),
                }
            )
        )
    return Simulated(truth, actual, forecast, pa.concat_tables(rows), pa.concat_tables(issued))
