"""Plausible curves: demand, sun, wind, energy prices, and the noise on them.

Everything is a function of (seed, names, day), never of the range that was asked for: the same day
comes out the same whether it is written alone or within a year.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np


def generator(seed: int, *names: object) -> np.random.Generator:
    """Random numbers that belong to `seed` and `names` alone."""
    words = [seed & 0xFFFFFFFF] + [zlib.crc32(str(n).encode()) for n in names]
    return np.random.default_rng(np.random.SeedSequence(words))


def smooth_noise(rng: np.random.Generator, n: int, memory: float) -> np.ndarray:
    """Unit-variance noise of length `n` with a correlation length of `memory` steps."""
    width = max(1, int(memory))
    kernel = np.hanning(2 * width + 3)[1:-1]
    kernel /= np.sqrt((kernel**2).sum())
    return np.convolve(rng.standard_normal(n + len(kernel) - 1), kernel, mode="valid")


def season(day: date, south: bool) -> float:
    """-1 in the depth of winter, +1 in high summer."""
    turn = 2 * np.pi * (day.timetuple().tm_yday - 201) / 365.25
    return float(np.cos(turn) * (-1 if south else 1))


def is_spring(day: date, south: bool) -> bool:
    """March to May in the north, September to November in the south."""
    return day.month in ((9, 10, 11) if south else (3, 4, 5))


def demand_shape(hour: np.ndarray, day: date, south: bool) -> np.ndarray:
    """Demand as a share of its yearly peak, 0.35 to 1: morning and evening humps, summer noon."""
    warm = season(day, south)
    morning = np.exp(-(((hour - 8.0) / 2.2) ** 2))
    evening = np.exp(-(((hour - 18.5) / 3.0) ** 2))
    noon = np.exp(-(((hour - 15.0) / 4.5) ** 2))
    base = 0.50 + 0.06 * abs(warm)
    shape = base + 0.07 * morning + 0.17 * evening + 0.10 * max(warm, 0.0) * noon
    return shape * (0.94 if day.weekday() >= 5 else 1.0)


def sun_shape(hour: np.ndarray, day: date, south: bool) -> np.ndarray:
    """Sun as a share of the best noon, zero at night; longer days in summer."""
    half = 6.0 + 1.1 * season(day, south)
    angle = np.clip((hour - 12.75 + half) / (2 * half), 0.0, 1.0)
    return np.sin(np.pi * angle) ** 1.2 * (0.8 + 0.2 * season(day, south))


@dataclass(frozen=True)
class EnergyCurve:
    """Net load (share of peak) and the price that clears it, per interval.

    `uncapped` is the price before it is held to the cap.
    """

    net_load: np.ndarray
    price: np.ndarray
    uncapped: np.ndarray
    is_scarce: np.ndarray


def energy_curve(
    seed: int,
    market: str,
    day: date,
    hour: np.ndarray,
    *,
    south: bool = False,
    cap: float = 5000.0,
    floor: float = -150.0,
    noise: float = 2.0,
    scarcity: float = 0.1,
) -> EnergyCurve:
    """Price of energy at the reference point over one day.

    Args:
        market: names the random stream; the day's weather is shared by markets with one prefix
            before a colon ("ERCOT:DAM" and "ERCOT:RT" see the same wind and the same gas price).
        hour: clock hour with fraction at each interval's start.
        cap, floor: limits of the price, per MWh.
        noise: standard deviation of the short-term noise, per MWh.
        scarcity: chance that the evening of a day spikes.

    A spring noon is always long of sun, so prices there fall below zero.
    """
    weather = generator(seed, market.split(":")[0], "weather", day)
    gas = 18.0 + 14.0 * weather.random()
    sunny = 0.75 + 0.25 * weather.random()
    wind = np.clip(0.10 + 0.05 * weather.standard_normal(), 0.02, 0.22)
    strikes = weather.random() < scarcity
    strike_size = float(np.exp(weather.uniform(np.log(200.0), np.log(cap))))
    share = np.clip((day.year - 2010) * 0.022, 0.05, 0.34)
    if is_spring(day, south):
        # a mild, bright spring: low demand, high sun
        share = max(share, 0.26)
        sunny = max(sunny, 0.9)

    own = generator(seed, market, "noise", day)
    load = demand_shape(hour, day, south)
    sun = share * sunny * sun_shape(hour, day, south)
    net = load - sun - wind * (1 + 0.15 * smooth_noise(own, len(hour), len(hour) / 8))
    # flat supply in the middle, must-run below 0.28 of peak, expensive peakers above 0.62
    price = gas * (0.55 + 1.3 * net) + 900.0 * np.clip(net - 0.62, 0, None) ** 2
    price -= 420.0 * np.clip(0.30 - net, 0, None)
    if is_spring(day, south):
        price -= 48.0 * np.clip(sun_shape(hour, day, south) - 0.60, 0, None) / 0.2
    price += noise * smooth_noise(own, len(hour), 2)
    spike = np.zeros(len(hour))
    if strikes:
        centre = 18.0 + 1.5 * own.random()
        spike = strike_size * np.exp(-(((hour - centre) / 0.5) ** 2))
        spike[spike < 25.0] = 0.0
    uncapped = np.maximum(price + spike, floor)
    return EnergyCurve(net, np.minimum(uncapped, cap), uncapped, spike > 0)
