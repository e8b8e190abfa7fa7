"""The files of `gridhouse export opennem` from tables and views that a build made."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gridhouse.exports import opennem

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.ci]

# These say how far an export goes.
ENERGY = """
    insert into marts.rpt_fuel_daily by name
    select
        iso, location, 'WIND' as fuel_tech, unnest(days) as market_date,
        288 as interval_count, 288 as expected_interval_count, 1 as completeness,
        1000 as energy_mwh, now() as _built_at
    from (values
        ('NEM', 'NSW1', generate_series(date '2017-09-14', date '2017-09-17', interval 1 day)),
        ('WEM', 'WEM', generate_series(date '2023-12-30', date '2024-01-31', interval 1 day))
    ) as t (iso, location, days)
"""
INTERVALS = """
    insert into marts.{table} by name
    select
        'NEM' as iso, 'NSW1' as location, date '2017-09-17' as market_date, {columns},
        timestamptz '2017-09-17 14:55:00+10' as interval_start,
        timestamptz '2017-09-17 15:00:00+10' as interval_end, now() as _built_at
"""


def test_an_export_has_what_was_built(warehouse, real_data, tmp_path):
    """Sydney (IDN60901.94768.json) by hand: 145 readings, of which 48 and 49 on the two whole days.

    Perth Airport (IDCJAC0010): 43.2 degrees on 31 January 2024 after 28.9, 31.2 and 38.3.
    """
    warehouse.land_folder(real_data / "bom")
    warehouse.build("+rpt_weather_daily", "+rpt_fuel_daily", "+fct_region_intervals")
    warehouse.sql(ENERGY)
    fuel = "'WIND' as fuel_tech, 60 as power_mw"
    warehouse.sql(INTERVALS.format(table="fct_fuel_intervals", columns=fuel))
    warehouse.sql(INTERVALS.format(table="fct_region_intervals", columns="70 as demand_mw"))

    def exported(network: str, *regions: str) -> dict[str, dict[str, tuple]]:
        files = opennem.write(
            warehouse.settings, tmp_path, network, list(regions), ["power", "energy"]
        )
        return {f.name: series(f) for f in files}

    nsw1 = exported("NEM", "NSW1")
    assert nsw1["2017.json"] == {
        "fuel_tech.wind.energy": ("wind", "2017-09-14T00:00:00+10:00", [1, 1, 1, 1]),
        "temperature_max": ("066214", "2017-09-15T00:00:00+10:00", [22.6, 23.1]),
        "temperature_mean": ("066214", "2017-09-15T00:00:00+10:00", [16.13, 15.99]),
        "temperature_min": ("066214", "2017-09-15T00:00:00+10:00", [10.6, 12]),
    }
    code, start, data = nsw1["7d.json"].pop("temperature")
    assert (code, start, len(data)) == ("066214", "2017-09-14T15:30:00+10:00", 144)
    assert data[:3] == [15.8, 15.4, 15.1] and data[-3:] == [18.2, 16.4, 16.4]
    assert nsw1["7d.json"] == {
        "demand": ("NSW1", "2017-09-17T15:00:00+10:00", [70]),
        "fuel_tech.wind.power": ("wind", "2017-09-17T15:00:00+10:00", [60]),
    }

    wem = exported("WEM")
    assert list(wem) == ["2023.json", "2024.json", "all.json"]
    code, start, data = wem["2024.json"]["temperature_max"]
    assert (code, start, len(data)) == ("009021", "2024-01-01T00:00:00+08:00", 31)
    assert data[-4:] == [28.9, 31.2, 38.3, 43.2]
    # of December only the two days with energies are there, so it is none
    assert wem["all.json"]["temperature_max"] == ("009021", "2024-01-01T00:00:00+08:00", [43.2])


def series(file: Path) -> dict[str, tuple]:
    """Code, start and values of each series, by its id without the place."""
    found = {}
    for s in json.loads(file.read_text())["data"]:
        name = re.sub(r"^au\.(nem\.nsw1|wem)\.", "", s["id"])
        found[name] = (s["code"], s["history"]["start"], s["history"]["data"])
    return found
