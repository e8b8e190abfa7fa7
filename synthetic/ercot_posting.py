"""How ERCOT posts a file: names, stamps, flags, and what the files have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from synthetic import text
from synthetic.clock import CENTRAL, Grid
from synthetic.context import Context
from synthetic.ercot_market import LOCATION_TYPES, Constraint
from synthetic.zips import pack

# The flag column came in 2011, the day is not known; files of earlier days go without it.
FLAG_FROM = date(2011, 7, 1)
# The system lambda was split in two during 2026, not before February; the day is not known.
TWO_LAMBDAS_FROM = date(2026, 2, 1)
CONTAINER = "0" * 16
_CENTRAL = ZoneInfo(CENTRAL)


@dataclass(frozen=True)
class Product:
    """One product: EMIL id, report type id, stem of its file names."""

    emil_id: str
    report_type: int
    stem: str


PRODUCTS = {
    "ercot_np4_190_cd": Product("NP4-190-CD", 12331, "DAMSPNP4190"),
    "ercot_np4_188_cd": Product("NP4-188-CD", 12329, "DAMCPCNP4188"),
    "ercot_np4_191_cd": Product("NP4-191-CD", 12332, "DASPBCNP4191"),
    "ercot_np6_905_cd": Product("NP6-905-CD", 12301, "SPPHLZNP6905"),
    "ercot_np6_788_cd": Product("NP6-788-CD", 12300, "LMPSROSNODENP6788"),
    "ercot_np6_322_cd": Product("NP6-322-CD", 13114, "SCEDSYSLAMBDANP6322"),
    "ercot_np6_86_cd": Product("NP6-86-CD", 12302, "SCEDBTCNP686"),
    "ercot_np6_331_cd": Product("NP6-331-CD", 24898, "MCPC15MinNP6331"),
    "ercot_np6_345_cd": Product("NP6-345-CD", 13101, "ACTUALSYSLOADWZNP6345"),
    "ercot_np3_565_cd": Product("NP3-565-CD", 14837, "LFMODWEATHERNP3565"),
    "ercot_np4_742_cd": Product("NP4-742-CD", 14787, "WPPHRLYACTFCASTGEONP4742"),
    "ercot_np4_745_cd": Product("NP4-745-CD", 21809, "SPPHRLYACTFCASTGEONP4745"),
    "ercot_np3_233_cd": Product("NP3-233-CD", 13103, "HRLYRESOUTCAPNP3233"),
    "ercot_np3_966_er": Product("NP3-966-ER", 13051, "60_Day_DAM_Disclosure"),
    "ercot_np3_965_er": Product("NP3-965-ER", 13052, "60_Day_SCED_Disclosure"),
}


def moment(published: int) -> datetime:
    """Central time of UTC seconds; `fold` is 1 in the repeated hour."""
    return datetime.fromtimestamp(published, _CENTRAL)


def zip_name(product: Product, published: int, milliseconds: int, stem: str) -> tuple[str, str]:
    """Names of the zip and of its member for a posting at `published` (UTC seconds).

    The stamp is clock time. During the repeated autumn hour the stem ends in `_xhr`.
    """
    at = moment(published)
    head = f"cdr.{product.report_type:08d}.{CONTAINER}.{at:%Y%m%d.%H%M%S}"
    stem += "_xhr" if at.fold else ""
    return f"{head}{milliseconds:03d}.{stem}_csv.zip", f"{head}.{stem}.csv"


def post(
    ctx: Context, feed: str, published: int, stem: str, header: str, body: bytes, rows: int
) -> str:
    """Write one posting and return the zip's name."""
    product = PRODUCTS[feed]
    milliseconds = published * 7919 % 1000
    name, member = zip_name(product, published, milliseconds, stem)
    data = pack([(member, header.encode() + b"\n" + body)], moment(published))
    ctx.write(feed, f"ercot/{product.emil_id}/{name}", data, rows, published)
    return name


def utc_seconds(day: date, at: time) -> int:
    """UTC seconds of a clock time of `day` that exists once."""
    return int(datetime.combine(day, at, _CENTRAL).timestamp())


def instants(seconds: int, rows: int) -> np.ndarray:
    """The same instant (UTC seconds) for `rows` rows."""
    return np.full(rows, np.datetime64(seconds, "s"))


def correction_delay(revision: int) -> int:
    """Corrections come three days later."""
    return 3 * 86400 * (revision - 1)


def flag_column(repeated: np.ndarray, day: date) -> tuple[list, str]:
    """The flag column and its header, or nothing before it existed."""
    if day < FLAG_FROM:
        return [], ""
    return [text.pick(["N", "Y"], repeated.astype(int))], ",DSTFlag"


def hour_text(hours: np.ndarray) -> pa.Array:
    """Hours ending as `01:00` to `24:00`."""
    return text.pick([f"{h:02d}:00" for h in range(25)], hours)


def interval_truth(grid: Grid, index: np.ndarray) -> dict[str, object]:
    """Truth columns of the intervals `index` of `grid`."""
    return {
        "iso": "ERCOT",
        "interval_start": grid.start[index],
        "interval_end": grid.end[index],
        "interval_minutes": grid.minutes,
        "market_date": grid.day,
    }


def run_truth(at: np.ndarray, day: date) -> dict[str, object]:
    """Truth columns of SCED runs."""
    return {"iso": "ERCOT", "interval_start": at, "run_at": at, "market_date": day}


def location_truth(names: list[str], kinds: list[str], index: np.ndarray) -> dict[str, object]:
    """Truth columns of points by their index."""
    types = [LOCATION_TYPES.get(k, "NODE") for k in kinds]
    return {
        "location": text.pick(names, index),
        "location_type": text.pick(types, index),
        "operator_location_type": text.pick(kinds, index),
    }


def constraint_truth(
    constraints: Sequence[Constraint], which: np.ndarray, number: np.ndarray
) -> dict[str, object]:
    """Truth columns of the constraints `which`."""
    return {
        "constraint_name": text.pick([c.name for c in constraints], which),
        "contingency_name": text.pick([c.contingency for c in constraints], which),
        "constraint_id": text.integer(number),
        # a blank station is no station
        "from_station": text.texts([constraints[k].from_station or None for k in which]),
        "to_station": text.texts([constraints[k].to_station or None for k in which]),
    }
