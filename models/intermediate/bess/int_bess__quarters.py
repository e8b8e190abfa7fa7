from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gridhouse.built_at import built_at
from python_models.bess.quarters import QUARTER_COLUMNS, TELEMETRY, day_quarters

DAYS_AT_ONCE = timedelta(days=2)  # bounds memory
SCHEMA = QUARTER_COLUMNS.append(pa.field("_built_at", pa.timestamp("us", "UTC")))
SITE = "regexp_extract(resource, '^(.*)_[^_]*$', 1)"


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="partition_overwrite",
        unique_key=["iso", "market_date"],
        on_schema_change="fail",
    )
    telemetry = dbt.ref("int_bess__telemetry_unioned").project(", ".join(TELEMETRY))
    batteries = dbt.ref("int_bess__dam_awards").filter("side = 'GEN'")
    sites = [site for (site,) in batteries.project(SITE).distinct().fetchall()]
    days = telemetry.project("iso, market_date").distinct()
    if dbt.is_incremental:
        landed = telemetry.filter(_is_new("_loaded_at", dbt.this))
        # awards tell which loads are at the site of a battery
        awarded = batteries.filter(_is_new("_built_at", dbt.this))
        days = landed.project("iso, market_date").union(awarded.project("iso, market_date"))
        # loads of a site that was not known before were left out
        known = batteries.project(f"{SITE} as site, _built_at")
        known = known.aggregate("site, min(_built_at) as _built_at")
        new_sites = [s for s, _ in known.filter(_is_new("_built_at", dbt.this)).fetchall()]
        if new_sites:
            loads = telemetry.filter(f"side = 'LOAD' and list_contains({new_sites}, {SITE})")
            days = days.union(loads.project("iso, market_date"))
        days = days.distinct()
    days = days.order("iso, market_date").fetchall()
    # the session is busy with writing what this one reads
    reader = session.cursor()
    reader.execute("set TimeZone = 'UTC'")
    batches = _batches(reader.sql(telemetry.sql_query()), days, sites)
    return pa.RecordBatchReader.from_batches(SCHEMA, batches)


def _is_new(stamp, this):
    return f"{stamp} > (select coalesce(max({stamp}), '-infinity') from {this})"


def _batches(telemetry, days, sites):
    stamp = pa.scalar(built_at(), SCHEMA.field("_built_at").type)
    for of_day in _fetched_ahead(telemetry, days):
        quarters = day_quarters(of_day, sites)
        column = pa.repeat(stamp, len(quarters))
        yield from quarters.append_column("_built_at", column).to_batches()


def _fetched_ahead(telemetry, days):
    """The rows of each day; those of the next days are fetched meanwhile."""
    with ThreadPoolExecutor(1) as ahead:
        fetched = None
        for span in _spans(days):
            next_ones = ahead.submit(_rows_of, telemetry, *span)
            if fetched:
                yield from fetched.result()
            fetched = next_ones
        if fetched:
            yield from fetched.result()


def _rows_of(telemetry, iso, days):
    """The rows of each of these days, as pieces of one result: nothing is copied."""
    # by the column that is in the files: DuckDB skips the other days' rows by no other
    window = f"run_local_at >= '{days[0]}' and run_local_at < date '{days[-1]}' + 1"
    rows = telemetry.filter(f"iso = '{iso}' and {window}").to_arrow_table()
    day = pc.cast(rows["market_date"], pa.int32()).to_numpy()
    starts = np.flatnonzero(np.diff(day, prepend=-1, append=-1))
    pieces = {}
    for start, stop in pairwise(starts.tolist()):
        of_day = rows["market_date"][start].as_py()
        pieces.setdefault(of_day, []).append(rows.slice(start, stop - start))
    return [pa.concat_tables(pieces[of_day]) for of_day in days if of_day in pieces]


def _spans(days):
    """(iso, days) of days, in their order, that are near each other."""
    some = []
    for iso, day in days:
        if some and (iso != some[0][0] or day - some[0][1] >= DAYS_AT_ONCE):
            yield some[0][0], [of_day for _, of_day in some]
            some = []
        some.append((iso, day))
    if some:
        yield some[0][0], [of_day for _, of_day in some]
