"""What was written, kept as Parquet beside the files, so that marts can be compared row for row.

One folder per mart, one part per feed, market day and publication:
`truth/<mart>/<feed>-<YYYY-MM-DD>-r<revision>.parquet`. What no mart shows has the name of its
staging model; `battery_states` and `batteries` are in no model. Writing the same day again replaces
its part.

Every publication of a value has its row; the highest `revision` of a key is the newest. The
interval of a SCED run starts at the run (`run_at`) and has no end here: it holds until the next run
that is known.
"""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from synthetic.zips import put

_TEXT, _NUMBER = pa.string(), pa.float64()
_UTC = pa.timestamp("us", tz="UTC")

# Every part of every mart starts with these columns.
KEY = {
    "iso": _TEXT,
    "mart": _TEXT,
    "feed": _TEXT,
    "market": _TEXT,
    "location": _TEXT,
    "location_type": _TEXT,
    "operator_location_type": _TEXT,
    "interval_start": _UTC,
    "interval_end": _UTC,
    "interval_minutes": pa.int32(),
    "market_date": pa.date32(),
    "run_at": _UTC,
    "published_at": _UTC,
    "revision": pa.int32(),
    "file_name": _TEXT,
}

# Further keys and the values of each mart, by the mart's column names.
VALUES: dict[str, dict[str, pa.DataType]] = {
    "fct_price_intervals": {
        "price": _NUMBER,
        "energy_price": _NUMBER,
        "congestion_price": _NUMBER,
        "loss_price": _NUMBER,
        "ghg_price": _NUMBER,
        "currency": _TEXT,
    },
    "fct_ancillary_price_intervals": {
        "operator_product": _TEXT,
        "product": _TEXT,
        "price": _NUMBER,
        "currency": _TEXT,
    },
    "fct_constraint_intervals": {
        "constraint_name": _TEXT,
        "contingency_name": _TEXT,
        "constraint_id": _TEXT,
        "shadow_price": _NUMBER,
        "limit_mw": _NUMBER,
        "flow_mw": _NUMBER,
        "violation_mw": _NUMBER,
        "from_station": _TEXT,
        "to_station": _TEXT,
    },
    # no mart has them: they tell `fct_constraint_intervals` when a run has ended
    "stg_ercot__sced_system_lambdas": {
        "price": _NUMBER,
        "uncapped_price": _NUMBER,
        "currency": _TEXT,
    },
    "fct_load_intervals": {"load_kind": _TEXT, "load_mw": _NUMBER},
    "fct_load_forecast_intervals": {
        "operator_market": _TEXT,
        "model": _TEXT,
        "load_mw": _NUMBER,
        "is_in_use": pa.bool_(),
        "issued_at": _UTC,
    },
    "fct_renewable_forecast_intervals": {
        "technology": _TEXT,
        "forecast_kind": _TEXT,
        "generation_mw": _NUMBER,
        "issued_at": _UTC,
    },
    "fct_generation_intervals": {
        "fuel": _TEXT,
        "generation_kind": _TEXT,
        "generation_mw": _NUMBER,
    },
    "fct_outage_intervals": {
        "outage_kind": _TEXT,
        "outage_mw": _NUMBER,
        "issued_at": _UTC,
    },
    "fct_interchange_intervals": {
        "interface": _TEXT,
        "flow_mw": _NUMBER,
        "scheduled_mw": _NUMBER,
        "limit_forward_mw": _NUMBER,
        "limit_reverse_mw": _NUMBER,
        "losses_mw": _NUMBER,
    },
    "fct_resource_output_intervals": {
        "resource": _TEXT,
        "output_mw": _NUMBER,
        "measured": _TEXT,
    },
    # the lines that can be given to a battery
    "fct_bess_revenue_lines": {
        "resource": _TEXT,
        "revenue_line": _TEXT,
        "side": _TEXT,
        "settlement_point": _TEXT,
        "source_resource": _TEXT,
        "quantity": _NUMBER,
        "price": _NUMBER,
        "amount": _NUMBER,
        "currency": _TEXT,
        "evidence_code": _TEXT,
    },
    # what no file says: shift factors by which prices follow, for the days from market_date to
    # last_market_date; zones; offers; stored energy at each run, not rounded, and what a battery is
    "battery_states": {
        "resource": _TEXT,
        "output_mw": _NUMBER,
        "soc_mwh": _NUMBER,
    },
    "ptdf_rows": {
        "last_market_date": pa.date32(),
        "constraint_name": _TEXT,
        "contingency_name": _TEXT,
        "shift_factor": _NUMBER,
    },
    "zone_states": {"quantity": _TEXT, "published_location": _TEXT, "power_mw": _NUMBER},
    "unit_offers": {
        "resource": _TEXT,
        "settlement_point": _TEXT,
        "fuel": _TEXT,
        "step": pa.int32(),
        "power_mw": _NUMBER,
        "price": _NUMBER,
        "currency": _TEXT,
    },
    "batteries": {
        "resource": _TEXT,
        "load_resource": _TEXT,
        "settlement_point": _TEXT,
        "power_mw": _NUMBER,
        "energy_mwh": _NUMBER,
        "charge_efficiency": _NUMBER,
        "discharge_efficiency": _NUMBER,
        "auxiliary_mw": _NUMBER,
    },
}


def schema(mart: str) -> pa.Schema:
    """Columns of a mart's truth; unknown marts raise KeyError."""
    return pa.schema({**KEY, **VALUES[mart]})


def _column(value: object, kind: pa.DataType, rows: int) -> pa.Array:
    if value is None or isinstance(value, str | int | float | date):
        return pa.repeat(pa.scalar(value, kind), rows)
    if isinstance(value, np.ndarray) and value.dtype.kind == "M" and kind == _UTC:
        # numpy times are naive UTC here; only the zone is added, the instant stays
        return pa.array(value.astype("datetime64[us]"), pa.timestamp("us")).cast(_UTC)
    if isinstance(value, pa.Array | pa.ChunkedArray):
        return value.cast(kind)
    return pa.array(value, kind)


class Truth:
    """The truth under `folder/truth`: written part by part, read as one table per mart."""

    def __init__(self, folder: Path | str):
        self.folder = Path(folder) / "truth"

    def keep(self, mart: str, feed: str, day: date, revision: int, rows: int, **columns: object):
        """Replace the part of (feed, day, revision) by `rows` rows of `columns`.

        A column may be one value for all rows. Columns that are not given are null; a name that
        the mart does not have is a TypeError.
        """
        kinds = {**KEY, **VALUES[mart]}
        unknown = set(columns) - set(kinds)
        if unknown:
            raise TypeError(f"{mart} has no column {', '.join(sorted(unknown))}")
        columns |= {"mart": mart, "feed": feed, "revision": revision}
        table = pa.table({n: _column(columns.get(n), k, rows) for n, k in kinds.items()})
        out = io.BytesIO()
        pq.write_table(table, out, compression="zstd")
        put(self.folder / mart / f"{feed}-{day}-r{revision}.parquet", out.getvalue())

    def path(self, mart: str) -> str:
        """Glob of a mart's parts, for DuckDB's read_parquet."""
        return str(self.folder / mart / "*.parquet")

    def table(self, mart: str) -> pa.Table:
        """Every row of a mart, all publications; no rows where nothing was written."""
        parts = sorted((self.folder / mart).glob("*.parquet"))
        if not parts:
            return schema(mart).empty_table()
        return ds.dataset(parts, schema=schema(mart)).to_table()

    def counts(self) -> dict[str, int]:
        """Rows of each mart that was ever written, by its name."""
        names = sorted(p.name for p in self.folder.iterdir() if p.is_dir())
        return {
            n: ds.dataset(sorted((self.folder / n).glob("*.parquet"))).count_rows() for n in names
        }
