"""BOM's station documents: 72 hours of half-hourly weather, newest first."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import numpy as np

from synthetic.clock import utc
from synthetic.context import Context
from synthetic.shapes import generator, season, smooth_noise

FEEDS = ("bom_observations",)
# station -> product, name, hours from UTC to its standard time, mean temperature
STATIONS = {
    "94768": ("IDN60901", "Sydney - Observatory Hill", 10, 18.0),
    "94576": ("IDQ60901", "Brisbane", 10, 21.0),
    "95936": ("IDV60901", "Melbourne (Olympic Park)", 10, 15.0),
    "94648": ("IDS60901", "Adelaide (West Terrace / ngayirdapira)", 10, 17.0),
    "94970": ("IDT60901", "Hobart", 10, 13.0),
    "94610": ("IDW60901", "Perth Airport", 8, 19.0),
}
STEPS = 145
HALF_HOUR = timedelta(minutes=30)


def write_days(ctx: Context, feeds: list[str], days: list[date]) -> None:
    """Write the stations' documents as they stand at noon UTC of the last day."""
    if ctx.revision > 1 or not feeds:
        return
    day = days[-1]
    newest = datetime(day.year, day.month, day.day, 12)
    for station, (product, name, offset, mean) in STATIONS.items():
        stamps = [newest - n * HALF_HOUR for n in range(STEPS)]
        rows = _rows(ctx, station, product, name, offset, mean, stamps)
        data = {"observations": {"notice": [], "header": [{"ID": product}], "data": rows}}
        path = f"bom/fwo/{product}/{product}.{station}.json"
        published = utc(day, "UTC") + 12 * 3600 + 600
        ctx.write(feeds[0], path, json.dumps(data).encode(), len(rows), published)


def _rows(
    ctx: Context,
    station: str,
    product: str,
    name: str,
    offset: int,
    mean: float,
    stamps: list[datetime],
) -> list[dict]:
    day = stamps[0].date()
    rng = generator(ctx.seed, "BOM", station, day)
    clock = [t + timedelta(hours=offset) for t in stamps]
    hour = np.array([t.hour + t.minute / 60 for t in clock])
    wave = smooth_noise(rng, STEPS, 12)
    warm = mean + 5 * season(day, south=True) + 5 * np.cos((hour - 15) / 12 * np.pi) + wave
    wind = np.round(np.clip(12 + 8 * smooth_noise(rng, STEPS, 8), 0, None))
    rows = []
    for n, (utc_time, local) in enumerate(zip(stamps, clock, strict=True)):
        is_missing = n == 7  # a station that failed to report some of it
        rows.append(
            {
                "sort_order": n,
                "wmo": int(station),
                "name": name,
                "history_product": product,
                "local_date_time": f"{local:%d/%I:%M%p}".lower(),
                "local_date_time_full": f"{local:%Y%m%d%H%M%S}",
                "aifstime_utc": f"{utc_time:%Y%m%d%H%M%S}",
                "lat": -30.0,
                "lon": 140.0,
                "apparent_t": None if is_missing else round(float(warm[n]) - 1.5, 1),
                "cloud": "-",
                "cloud_oktas": None,
                "gust_kmh": round(float(wind[n]) * 1.4),
                "air_temp": None if is_missing else round(float(warm[n]), 1),
                "dewpt": round(float(warm[n]) - 8, 1),
                "press": 1015.2,
                "press_qnh": 1015.4,
                "press_msl": 1015.2,
                "rain_trace": "0.0",
                "rel_hum": "-" if is_missing else round(float(60 - 2 * wave[n])),
                "wind_dir": "CALM" if wind[n] == 0 else "SW",
                "wind_spd_kmh": int(wind[n]),
            }
        )
    return rows
