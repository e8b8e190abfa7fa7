"""APVI's solar map: a day of Western Australia by two-digit postcodes, some of them late."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import numpy as np

from synthetic.clock import utc
from synthetic.context import Context
from synthetic.shapes import generator, smooth_noise, sun_shape

FEEDS = ("apvi_rooftop",)
CAPACITY = {"60": 760.0, "61": 700.0, "62": 240.0, "63": 52.0, "64": 59.0, "65": 95.0, "67": 43.0}
LATE = ("62", "65")  # which report from eight in the morning to four alone
BRISBANE = "Australia/Brisbane"


def write_days(ctx: Context, feeds: list[str], days: list[date]) -> None:
    """Write one document for each day of Brisbane's calendar. Nothing is corrected."""
    if ctx.revision > 1 or not feeds:
        return
    for day in days:
        performance: dict[str, dict[str, float]] = {prefix: {} for prefix in CAPACITY}
        output: dict[str, dict[str, float]] = {prefix: {} for prefix in CAPACITY}
        # midnight in Brisbane is 22:00 in Perth
        first = datetime(day.year, day.month, day.day) - timedelta(hours=10)
        stamps = [first + n * timedelta(minutes=15) for n in range(96)]
        hour = np.array([(t.hour + t.minute / 60 + 8) % 24 for t in stamps])
        sun = sun_shape(hour, day, south=True)
        for prefix, capacity in CAPACITY.items():
            wave = smooth_noise(generator(ctx.seed, "APVI", prefix, day), 96, 8)
            share = np.round(100 * sun * np.clip(0.85 + 0.05 * wave, 0, 1))
            for stamp, clock, percent in zip(stamps, hour, share, strict=True):
                if prefix in LATE and not 8 <= clock < 16:
                    continue
                ts = f"{stamp:%Y-%m-%dT%H:%M:%SZ}"
                performance[prefix][ts] = float(percent)
                output[prefix][ts] = round(float(percent) / 100 * capacity, 3)
        data = {"capacity": CAPACITY, "performance": performance, "output": output}
        rows = 2 * sum(map(len, output.values())) + len(CAPACITY)
        path = f"apvi/api/v2/2-digit/{day}.json"
        published = utc(day + timedelta(days=1), BRISBANE)
        ctx.write("apvi_rooftop", path, json.dumps(data).encode(), rows, published)
