"""Load, wind, sun and outages of ERCOT's eight weather zones, and what was forecast of them."""

from __future__ import annotations

import numpy as np

from synthetic.clock import Grid
from synthetic.shapes import demand_shape, generator, smooth_noise, sun_shape

# In the order of NP6-345-CD: SOUTHERN stands before SOUTH_C.
ZONES = ("COAST", "EAST", "FAR_WEST", "NORTH", "NORTH_C", "SOUTHERN", "SOUTH_C", "WEST")
# Hours that a forecast looks ahead.
HORIZON = 168

# Regions of the products of wind, sun and outages, with the weather zones that lie in each here.
WIND_REGIONS = {
    "PANHANDLE": ("NORTH",),
    "COASTAL": ("COAST",),
    "SOUTH": ("SOUTHERN", "SOUTH_C"),
    "WEST": ("WEST", "FAR_WEST"),
    "NORTH": ("NORTH_C", "EAST"),
}
SOLAR_REGIONS = {
    "CenterWest": ("WEST",),
    "NorthWest": ("NORTH",),
    "FarWest": ("FAR_WEST",),
    "FarEast": ("EAST",),
    "SouthEast": ("COAST", "SOUTHERN"),
    "CenterEast": ("NORTH_C", "SOUTH_C"),
}
OUTAGE_ZONES = {
    "South": ("SOUTHERN", "SOUTH_C"),
    "North": ("NORTH", "NORTH_C", "EAST"),
    "West": ("WEST", "FAR_WEST"),
    "Houston": ("COAST",),
}
# MW by zone: peak load, wind and sun in service, thermal capacity that is out on average
_PEAK = np.array([19500, 2900, 6400, 1700, 25500, 6700, 12500, 2100], dtype=float)
_WIND = np.array([3200, 0, 6100, 8200, 5400, 6900, 900, 9800], dtype=float)
_SUN = np.array([1600, 1100, 9300, 1500, 3200, 1700, 2400, 5200], dtype=float)
_OUT = np.array([3300, 700, 400, 200, 3600, 900, 2100, 300], dtype=float)
# Standard error of a forecast, as a share: of the next hour, and a week ahead.
_ERRORS = {"load": (0.004, 0.04), "wind": (0.04, 0.35), "sun": (0.02, 0.15)}


def load(seed: int, clock: Grid) -> np.ndarray:
    """Actual load, (8, hours), MW with two decimals."""
    shape = demand_shape(clock.hour_of_day + 0.5, clock.day, south=False)
    rng = generator(seed, "ERCOT", "load", clock.day)
    own = [0.03 * smooth_noise(rng, len(shape), 6) for _ in _PEAK]
    return np.round(_PEAK[:, None] * shape * (1 + np.array(own)), 2)


def wind(seed: int, clock: Grid) -> np.ndarray:
    """Actual output of wind, (8, hours), MW with two decimals; stronger at night."""
    rng = generator(seed, "ERCOT", "zone wind", clock.day)
    level = rng.uniform(0.15, 0.55)
    night = 0.12 * np.cos(2 * np.pi * (clock.hour_of_day - 1.0) / 24)
    own = np.array([0.08 * smooth_noise(rng, len(clock), 5) for _ in _WIND])
    return np.round(_WIND[:, None] * np.clip(level + night + own, 0.0, 0.95), 2)


def sun(seed: int, clock: Grid) -> np.ndarray:
    """Actual output of sun, (8, hours), MW with two decimals."""
    rng = generator(seed, "ERCOT", "zone sun", clock.day)
    clear = rng.uniform(0.6, 1.0, len(_SUN))[:, None]
    shape = sun_shape(clock.hour_of_day + 0.5, clock.day, south=False)
    return np.round(_SUN[:, None] * clear * shape, 2)


def outage(seed: int, clock: Grid) -> np.ndarray:
    """Thermal capacity out of service, (8, hours), whole MW."""
    rng = generator(seed, "ERCOT", "zone outage", clock.day)
    moves = rng.uniform(0.6, 1.4, (len(_OUT), 1)) + np.cumsum(
        rng.normal(0, 0.02, (len(_OUT), len(clock))), axis=1
    )
    return np.round(_OUT[:, None] * np.clip(moves, 0.1, 2.0))


def forecast(seed: int, quantity: str, issued_at: np.datetime64, truth: np.ndarray) -> np.ndarray:
    """A forecast of `truth` (8, HORIZON) with errors that grow with its lead, two decimals.

    `quantity` is load, wind or sun; forecasts of one hour have the same errors.
    """
    near, far = _ERRORS[quantity]
    rng = generator(seed, "ERCOT", "forecast", quantity, issued_at.astype("datetime64[h]"))
    size = near + (far - near) * np.sqrt(np.arange(HORIZON) / HORIZON)
    error = np.array([smooth_noise(rng, HORIZON, 12) for _ in ZONES])
    return np.round(np.clip(truth * (1 + size * error), 0.0, None), 2)


def published_zone(quantity: str, zone: str) -> str:
    """The place under which the marts show a weather zone's LOAD, WIND, SOLAR or OUTAGE.

    Of what wind and sun could have produced (WIND_AVAILABLE) it is that of the output.
    """
    if quantity == "LOAD":
        return zone
    kind = quantity.partition("_")[0]
    regions = {"WIND": WIND_REGIONS, "SOLAR": SOLAR_REGIONS, "OUTAGE": OUTAGE_ZONES}[kind]
    (name,) = (name for name, zones in regions.items() if zone in zones)
    return name.upper() if quantity == "OUTAGE" else name
