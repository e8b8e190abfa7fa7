"""The files of `gridhouse export opennem`, from tables written by hand and by Open Electricity."""

from __future__ import annotations

import gzip
import json
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from gridhouse.exports.opennem import _replace, on_grid, shown
from tests.gridhouse.conftest import Command

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "reference"
TABLES = """
    create schema ref; create schema marts;
    create table ref.fuel_techs as from read_csv('{seeds}/fuel_techs.csv');
    create table ref.weather_stations as
        from read_csv('{seeds}/weather_stations.csv', all_varchar = true);
    create table marts.rpt_fuel_daily (
        iso text, location text, fuel_tech text, market_date date, interval_count integer,
        expected_interval_count integer, energy_mwh double, energy_openelectricity_mwh double,
        priced_energy_mwh double, emissions_energy_mwh double, market_value double,
        emissions_t double, completeness double as (interval_count / expected_interval_count));
    create table marts.fct_fuel_intervals (
        iso text, location text, fuel_tech text, interval_start timestamptz,
        interval_end timestamptz, market_date date, power_mw double);
    create table marts.fct_region_intervals (
        iso text, location text, interval_start timestamptz, interval_end timestamptz,
        interval_minutes integer, market_date date, demand_mw double,
        demand_total_mwh double, settlement_price double,
        curtailment_solar_mw double, curtailment_wind_mw double, curtailment_solar_mwh double,
        curtailment_wind_mwh double, imports_mw double, exports_mw double, imports_mwh double,
        exports_mwh double, imports_openelectricity_mwh double, exports_openelectricity_mwh double,
        imports_value double, exports_value double, imports_emissions_t double,
        exports_emissions_t double);
    create table marts.fct_weather_intervals (
        iso text, location text, station_id text, observed_at timestamptz, market_date date,
        temperature_c double);
    create table marts.rpt_weather_daily (
        iso text, location text, bureau_number text, market_date date, completeness double,
        min_temperature_c double, mean_temperature_c double, max_temperature_c double,
        official_max_temperature_c double);
"""
OFFSET = timedelta(hours=10)


class Tables:
    """The warehouse that the command reads; missing columns are null."""

    def __init__(self, path: Path):
        self.path = path
        with duckdb.connect(str(path)) as connection:
            connection.execute(TABLES.format(seeds=SEEDS))

    def add(self, table: str, rows: list[dict[str, Any]]) -> None:
        names = list(dict.fromkeys(name for row in rows for name in row))
        columns = {n: [row.get(n) for row in rows] for n in names}
        arrow = pa.table(columns)
        with duckdb.connect(str(self.path)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.register("arrow", arrow)
            connection.execute(f"insert into marts.{table} by name select * from arrow")


@pytest.fixture
def tables(gridhouse: Command, prepared_data: Path) -> Tables:
    return Tables(prepared_data / "gridhouse.duckdb")


def exported(gridhouse: Command, to: Path, *arguments: str) -> dict[str, dict]:
    """What was written, by the path below v4/stats/au."""
    said = gridhouse("export", "opennem", "--to", str(to), *arguments).stdout.split()
    below = to / "v4" / "stats" / "au"
    files = {str(p.relative_to(below)): json.loads(p.read_text()) for p in map(Path, said)}
    assert {p for p in below.rglob("*") if p.is_file()} == {below / name for name in files}
    return files


def months(history: dict) -> list[date]:
    first = date.fromisoformat(history["start"][:10])
    n = 12 * first.year + first.month - 1
    return [date((n + i) // 12, (n + i) % 12 + 1, 1) for i in range(len(history["data"]))]


def last_of(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def days_of(month: date) -> list[dict[str, Any]]:
    """Columns of complete days."""
    counts = {"interval_count": 288, "expected_interval_count": 288}
    return [counts | {"market_date": month.replace(day=d + 1)} for d in range(last_of(month).day)]


@pytest.mark.real
@pytest.mark.parametrize("region", ["nsw1", "sa1", "tas1"])
def test_the_published_history_comes_out_as_it_went_in(
    gridhouse: Command, tables: Tables, real_data: Path, tmp_path: Path, region: str
) -> None:
    """Same ids, keys, order, units, stamps, types and values as the file of Open Electricity."""
    path = real_data / "nem" / "openelectricity" / f"nem_{region}_all.json.gz"
    real = json.loads(gzip.decompress(path.read_bytes()))
    fuels: dict[tuple[str, date], dict[str, Any]] = {}
    regions: dict[date, dict[str, Any]] = {}
    weather: dict[date, dict[str, Any]] = {}
    for series in real["data"]:
        kind, fuel = series["type"], series.get("fuel_tech")
        for month, value in zip(months(series["history"]), series["history"]["data"], strict=True):
            if kind.startswith("temperature"):
                weather.setdefault(month, {"station": series["code"]})[kind] = value
            elif fuel in (None, "imports", "exports"):
                regions.setdefault(month, {})[f"{fuel or 'demand'}.{kind}"] = value
            else:
                fuels.setdefault((fuel, month), {})[kind] = value
    place = {"iso": "NEM", "location": region.upper()}
    rows = []
    for (fuel, month), values in fuels.items():
        share = (-1 if fuel in ("battery_charging", "pumps") else 1) / last_of(month).day
        energy = share * values["energy"] * 1000
        shares = {
            "energy_mwh": energy,
            "priced_energy_mwh": energy,
            "emissions_energy_mwh": energy,
            "market_value": share * values["market_value"],
            "emissions_t": abs(share) * values["emissions"] if "emissions" in values else None,
        }
        rows += [place | day | shares | {"fuel_tech": fuel.upper()} for day in days_of(month)]
    tables.add("rpt_fuel_daily", rows)
    rows = []
    for month, v in regions.items():
        share = 1 / last_of(month).day
        shares = {
            name: sign * share * v[key] if key in v else None
            for name, key, sign in (
                ("demand_total_mwh", "demand.energy", 1000),
                ("imports_mwh", "imports.energy", -1000),
                ("exports_mwh", "exports.energy", 1000),
                ("imports_value", "imports.market_value", -1),
                ("exports_value", "exports.market_value", 1),
                ("imports_emissions_t", "imports.emissions", 1),
                ("exports_emissions_t", "exports.emissions", 1),
            )
        }
        if "demand.market_value" in v:
            shares["settlement_price"] = v["demand.market_value"] / v["demand.energy"] / 1000
        for day in days_of(month):
            rows.append(
                place | shares | {"market_date": day["market_date"], "interval_minutes": 1440}
            )
    tables.add("fct_region_intervals", rows)
    rows = []
    kinds = ("min", "mean", "max")
    for month, v in weather.items():
        values = {f"{kind}_temperature_c": float(v[f"temperature_{kind}"]) for kind in kinds}
        station = {"bureau_number": v["station"], "completeness": 1.0}
        for day in days_of(month):
            rows.append(place | station | values | {"market_date": day["market_date"]})
    tables.add("rpt_weather_daily", rows)

    files = exported(gridhouse, tmp_path / "out", "energy", "--region", region)
    ours = files[f"NEM/{region.upper()}/energy/all.json"]
    assert list(ours) == list(real)
    assert {k: ours[k] for k in ("type", "network", "code", "region")} == {
        k: real[k] for k in ("type", "network", "code", "region")
    }
    assert [s["id"] for s in ours["data"]] == [s["id"] for s in real["data"]]
    compared = 0
    for mine, theirs in zip(ours["data"], real["data"], strict=True):
        assert list(mine) == list(theirs) and list(mine["history"]) == list(theirs["history"])
        assert {k: v for k, v in mine.items() if k != "history"} == {
            k: v for k, v in theirs.items() if k != "history"
        }
        history, published = mine["history"], theirs["history"]
        assert (history["interval"], history["start"], history["last"]) == (
            "1M", published["start"], published["last"],
        )  # fmt: skip
        for month, a, b in zip(months(history), history["data"], published["data"], strict=True):
            if mine["type"] == "emissions_factor":
                assert a == pytest.approx(b, rel=2e-3, abs=1e-3), (mine["id"], month)
            else:
                assert a == b and type(a) is type(b), (mine["id"], month, a, b)
                compared += 1
    assert compared > 4_000


def test_values_have_four_digits_and_all_before_the_point():
    """Rules seen in the published files: 3,348,079 t; 98.39 GWh; -0.7902 t/MWh; 0.003853."""
    values = [3348078.6, 98.3912, -0.79021, 0.0038531, 1234.5678, 999.96, 0.0, 5.0, -17.414]
    assert shown(pa.array(values).to_numpy()).tolist() == [
        3348079, 98.39, -0.7902, 0.003853, 1235, 1000, 0, 5, -17.41,
    ]  # fmt: skip
    slots = pa.array([10, 11, 14]).to_numpy()
    data = on_grid(slots, pa.array([5.0, 0.25, 0.0]).to_numpy())
    assert data == [5, 0.25, None, None, 0] and [type(v) for v in data[:2]] == [int, float]


def interval(n: int, day: date = date(2025, 7, 9)) -> dict[str, Any]:
    """Columns of the n-th five minutes of a day in the NEM."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - OFFSET + n * timedelta(minutes=5)
    local = (start + OFFSET).date()
    return {
        "iso": "NEM", "interval_start": start, "interval_end": start + timedelta(minutes=5),
        "market_date": local,
    }  # fmt: skip


@pytest.fixture
def small(tables: Tables) -> Tables:
    """Two regions, nine days; the last hour has rooftop alone, one interval lacks a region."""
    fuels, regions, days = [], [], []
    for n in range(9 * 288):
        for region, coal in (("NSW1", 100.0), ("SA1", 20.0)):
            place = interval(n) | {"location": region}
            if n < 9 * 288 - 12 and not (region == "SA1" and n == 9 * 288 - 20):
                fuels.append(place | {"fuel_tech": "COAL_BLACK", "power_mw": coal + n % 7})
                fuels.append(place | {"fuel_tech": "BATTERY_CHARGING", "power_mw": -2.5})
            fuels.append(place | {"fuel_tech": "SOLAR_ROOFTOP", "power_mw": 1.0})
            regions.append(
                place
                | {"demand_mw": coal, "settlement_price": -31.25, "imports_mw": 4.0,
                   "exports_mw": 0.0, "curtailment_wind_mw": 3.0}
            )  # fmt: skip
    for d in range(9):
        for region in ("NSW1", "SA1"):
            days.append(
                {"iso": "NEM", "location": region, "fuel_tech": "BATTERY_CHARGING",
                 "market_date": date(2025, 7, 9) + timedelta(d), "interval_count": 288,
                 "expected_interval_count": 288, "priced_energy_mwh": -1000.0,
                 "energy_mwh": -1000.0, "energy_openelectricity_mwh": -1100.0,
                 "market_value": 5.0, "emissions_t": 0.0}
            )  # fmt: skip
    tables.add("fct_fuel_intervals", fuels)
    tables.add("fct_region_intervals", regions)
    tables.add("rpt_fuel_daily", days)
    tables.add(
        "fct_weather_intervals",
        [
            {"iso": "NEM", "location": "NSW1", "station_id": "94768",
             "observed_at": interval(2580)["interval_start"], "market_date": date(2025, 7, 17),
             "temperature_c": 14.5}
        ],
    )  # fmt: skip
    return tables


def test_power_ends_with_the_units_and_has_the_signs_of_the_files(gridhouse, small, tmp_path):
    files = exported(gridhouse, tmp_path / "out", "power")
    assert list(files) == [f"NEM/{p}power/7d.json" for p in ("", "NSW1/", "SA1/")]
    series = {s["id"]: s for s in files["NEM/NSW1/power/7d.json"]["data"]}
    coal = series["au.nem.nsw1.fuel_tech.coal_black.power"]
    # the last reading is that of the interval from 22:55, which AEMO names 23:00
    assert coal == {
        "id": "au.nem.nsw1.fuel_tech.coal_black.power", "type": "power", "fuel_tech": "coal_black",
        "code": "coal_black", "network": "nem", "region": "NSW1", "data_type": "power",
        "units": "MW",
        "history": {
            "start": "2025-07-10T23:05:00+10:00", "last": "2025-07-17T23:00:00+10:00",
            "interval": "5m", "data": [100 + n % 7 for n in range(564, 2580)],
        },
    }  # fmt: skip
    last = {i.removeprefix("au.nem.nsw1."): s["history"]["data"][-1] for i, s in series.items()}
    assert last == {
        "demand": 100, "price": -31.25, "temperature": 14.5,
        "fuel_tech.coal_black.power": 100 + 2579 % 7,
        "fuel_tech.battery_charging.power": 2.5, "fuel_tech.solar_rooftop.power": 1,
        "fuel_tech.imports.power": -4, "fuel_tech.exports.power": 0,
        "fuel_tech.curtailment_wind.power": 3,
    }  # fmt: skip
    assert series["au.nem.nsw1.temperature"]["code"] == "066214"
    assert {len(s["history"]["data"]) for i, s in series.items() if "temp" not in i} == {2016}

    network = {s["id"]: s["history"]["data"] for s in files["NEM/power/7d.json"]["data"]}
    assert set(network) == {
        "au.nem.demand", "au.nem.fuel_tech.battery_charging.power",
        "au.nem.fuel_tech.coal_black.power", "au.nem.fuel_tech.curtailment_wind.power",
        "au.nem.fuel_tech.solar_rooftop.power",
    }  # fmt: skip
    coal = network["au.nem.fuel_tech.coal_black.power"]
    assert (coal[-1], coal[-8], coal[-9]) == (126, None, 124)  # no sum without a region


@pytest.mark.parametrize("region", ["../NSW1", "A B", "' or true --"])
def test_a_region_that_is_no_plain_name_is_refused(gridhouse, small, tmp_path, region):
    to = tmp_path / "out"
    done = gridhouse("export", "opennem", "--to", str(to), "--region", region, code=2)
    assert "letters, digits and underscores alone" in " ".join(done.stderr.split())
    assert not to.exists()


def test_no_folder_is_called_after_a_region_in_the_tables_that_leads_elsewhere(
    gridhouse, small, tmp_path
):
    small.add("rpt_fuel_daily", [{"iso": "NEM", "location": "../../x"}])
    done = gridhouse("export", "opennem", "--to", str(tmp_path / "out"), code=2)
    assert "'../../x' is no name" in " ".join(done.stderr.split())


def test_a_file_that_cannot_be_put_in_its_place_leaves_nothing(tmp_path):
    path = tmp_path / "7d.json"
    path.mkdir()
    with pytest.raises(OSError, match=r"7d\.json"):
        _replace(path, "{}")
    assert list(tmp_path.iterdir()) == [path]


def test_the_trapezoid_moves_energies_and_neither_values_nor_emissions(gridhouse, small, tmp_path):
    small.add(
        "rpt_fuel_daily",
        [
            {"iso": "NEM", "location": "SA1", "fuel_tech": "GAS_OCGT", "interval_count": 288,
             "market_date": date(2025, 7, 9), "expected_interval_count": 288,
             "energy_mwh": 1000.0, "energy_openelectricity_mwh": 1200.0,
             "priced_energy_mwh": 1000.0, "emissions_energy_mwh": 1000.0,
             "market_value": 7.0, "emissions_t": 600.0}
        ],
    )  # fmt: skip
    found = {}
    for name, options in (("a", ()), ("b", ("--trapezoid",))):
        to = tmp_path / name
        files = exported(gridhouse, to, "energy", "--region", "SA1", *options)
        found[name] = {
            s["data_type"]: s["history"]["data"]
            for s in files["NEM/SA1/energy/2025.json"]["data"]
            if s.get("fuel_tech") == "gas_ocgt"
        }
    assert found["a"] == {"energy": [1], "market_value": [7], "emissions": [600]}
    assert found["b"] == {"energy": [1.2], "market_value": [7], "emissions": [600]}


def test_energy_by_days_can_be_that_of_open_electricity(gridhouse, small, tmp_path):
    ours = exported(gridhouse, tmp_path / "a", "energy", "--region", "SA1")
    theirs = exported(gridhouse, tmp_path / "b", "energy", "--region", "SA1", "--trapezoid")
    assert list(ours) == ["NEM/SA1/energy/2025.json"]  # no month is over
    name = "au.nem.sa1.fuel_tech.battery_charging.energy"
    for files, value in ((ours, 1), (theirs, 1.1)):
        found = {s["id"]: s for s in files["NEM/SA1/energy/2025.json"]["data"]}[name]
        assert found["units"] == "GWh" and found["history"] == {
            "start": "2025-07-09T00:00:00+10:00", "last": "2025-07-17T00:00:00+10:00",
            "interval": "1d", "data": [value] * 9,
        }  # fmt: skip
    values = {s["id"]: s for s in ours["NEM/SA1/energy/2025.json"]["data"]}
    charged = values["au.nem.sa1.fuel_tech.battery_charging.market_value"]
    assert charged["history"]["data"] == [-5] * 9  # paid for taking energy


def test_a_sum_that_lacks_days_or_a_region_is_a_hole(gridhouse, tables, tmp_path):
    days = [date(2024, 11, 20) + timedelta(n) for n in range(105)]  # to 2025-03-04
    lacking = {("NSW1", date(2024, 12, 31)), ("SA1", date(2025, 2, 3))}
    tables.add(
        "rpt_fuel_daily",
        [
            {"iso": "NEM", "location": region, "fuel_tech": "WIND", "market_date": day,
             "interval_count": 288, "expected_interval_count": 288, "energy_mwh": 1000.0}
            for day in days
            for region in ("NSW1", "SA1")
            if (region, day) not in lacking
        ],
    )  # fmt: skip
    files = exported(gridhouse, tmp_path / "out", "energy")

    def history(path: str) -> dict:
        (series,) = files[path]["data"]
        return series["history"]

    # November is the month in which the data begin, March is not over
    assert history("NEM/SA1/energy/all.json")["data"] == [11, 31, 31]
    assert history("NEM/NSW1/energy/all.json")["data"] == [11, None, 31, 28]
    assert history("NEM/energy/all.json")["data"] == [22, None, 62]
    february = history("NEM/energy/2025.json")["data"][31 : 31 + 4]
    assert february == [2, 2, None, 2]
    assert history("NEM/energy/2024.json")["last"] == "2024-12-30T00:00:00+10:00"


def test_a_fuel_that_lacks_days_is_a_hole_whatever_its_region_has(gridhouse, tables, tmp_path):
    """Coal 120 GWh a day but none on 4-31 July, beside rooftop and wind of every day."""
    days = [date(2024, 6, 1) + timedelta(n) for n in range(92)]
    hole = [date(2024, 7, 4) + timedelta(n) for n in range(28)]
    whole = {"iso": "NEM", "interval_count": 288, "expected_interval_count": 288}

    def of(region: str, fuel: str, energy: float, known: list[date]) -> list[dict]:
        row = whole | {"location": region, "fuel_tech": fuel, "energy_mwh": energy}
        return [row | {"market_date": day} for day in known]

    tables.add(
        "rpt_fuel_daily",
        of("NSW1", "SOLAR_ROOFTOP", 1000.0, days)
        + of("NSW1", "WIND", 1000.0, days)
        + of("NSW1", "COAL_BLACK", 120_000.0, [d for d in days if d not in hole])
        # a fuel's first day is 15 June, a whole month is missing in one of two regions
        + of("NSW1", "GAS_OCGT", 1000.0, days[14:])
        + of("SA1", "WIND", 1000.0, [d for d in days if d.month != 7])
        + of("QLD1", "COAL_BLACK", 1000.0, days),
    )
    files = exported(gridhouse, tmp_path / "out", "energy")

    def history(path: str, fuel: str) -> tuple[str, list]:
        (found,) = (s["history"] for s in files[path]["data"] if s["id"].endswith(f"{fuel}.energy"))
        return found["start"][:10], found["data"]

    region, network = "NEM/NSW1/energy/all.json", "NEM/energy/all.json"
    assert history(region, "coal_black") == ("2024-06-01", [3600, None, 3720])
    assert history(region, "solar_rooftop") == ("2024-06-01", [30, 31, 31])
    assert history(region, "gas_ocgt") == ("2024-06-01", [16, 31, 31])
    assert history(network, "coal_black") == ("2024-06-01", [3630, None, 3751])
    assert history(network, "wind") == ("2024-06-01", [60, None, 62])
    daily = history("NEM/NSW1/energy/2024.json", "coal_black")[1]
    assert daily[32:35] == [120, None, None] and daily[60:] == [None, *[120] * 31]


def test_a_fuel_has_ended_after_ninety_days_of_its_region_without_it(gridhouse, tables, tmp_path):
    days = [date(2024, 1, 1) + timedelta(n) for n in range(182)]  # to 30 June
    row = {"iso": "NEM", "interval_count": 288, "expected_interval_count": 288,
           "energy_mwh": 1000.0}  # fmt: skip
    known = {("SA1", "COAL_BROWN"): 40, ("SA1", "GAS_STEAM"): 100, ("SA1", "WIND"): 182,
             ("VIC1", "COAL_BROWN"): 182}  # fmt: skip
    tables.add(
        "rpt_fuel_daily",
        [
            row | {"location": region, "fuel_tech": fuel, "market_date": day}
            for (region, fuel), count in known.items()
            for day in days[:count]
        ],
    )
    files = exported(gridhouse, tmp_path / "out", "energy")
    found = {s["id"][7:]: s["history"]["data"] for s in files["NEM/energy/all.json"]["data"]}
    assert found == {
        "fuel_tech.coal_brown.energy": [62, 38, 31, 30, 31, 30],  # 9 February was the last
        "fuel_tech.gas_steam.energy": [31, 29, 31],  # 9 April: 82 days are no end
        "fuel_tech.wind.energy": [31, 29, 31, 30, 31, 30],
    }


def test_a_first_unit_in_a_further_region_leaves_the_power_before_it(gridhouse, tables, tmp_path):
    def of(region: str, intervals: range) -> list[dict]:
        row = {"location": region, "fuel_tech": "WIND", "power_mw": 10.0}
        coal = {"location": region, "fuel_tech": "COAL_BLACK", "power_mw": 1.0}
        return [interval(n) | r for n in range(288) for r in (row, coal) if n in intervals]

    late = range(200, 288)
    tables.add("fct_fuel_intervals", of("NSW1", range(288)) + of("SA1", late))
    # coal of SA1 is known from long ago: what lacks it is a hole
    days = [("NSW1", "WIND", 9), ("SA1", "WIND", 9), ("SA1", "COAL_BLACK", 1)]
    tables.add(
        "rpt_fuel_daily",
        [
            {"iso": "NEM", "location": region, "fuel_tech": fuel, "market_date": date(2025, 7, day),
             "interval_count": 88, "expected_interval_count": 288}
            for region, fuel, day in days
        ],
    )  # fmt: skip
    files = exported(gridhouse, tmp_path / "out", "power", "--network", "NEM")
    found = {s["id"]: s["history"]["data"] for s in files["NEM/power/7d.json"]["data"]}
    assert found == {
        "au.nem.fuel_tech.wind.power": [10] * 200 + [20] * 88,
        "au.nem.fuel_tech.coal_black.power": [2] * 88,
    }


def test_a_sum_of_which_a_part_is_unknown_is_a_hole(gridhouse, tables, tmp_path):
    day, next_day = date(2025, 7, 9), date(2025, 7, 10)
    place = {"iso": "NEM", "location": "SA1"}
    fuel = place | {"fuel_tech": "GAS_OCGT", "expected_interval_count": 288, "energy_mwh": 1000.0}
    known = {"priced_energy_mwh": 1000.0, "market_value": 7.0, "emissions_energy_mwh": 1000.0,
             "emissions_t": 600.0}  # fmt: skip
    tables.add(
        "rpt_fuel_daily",
        [
            fuel | known | {"market_date": day, "interval_count": 287},
            # prices and factors of a part, and half a day
            fuel
            | {"market_date": next_day, "interval_count": 144, "priced_energy_mwh": 990.0,
               "market_value": 6.0, "emissions_energy_mwh": 0.0, "emissions_t": 0.0},
            fuel | known | {"market_date": next_day + timedelta(1), "interval_count": 288},
        ],
    )  # fmt: skip
    flows = {"imports_mwh": 1.0, "imports_value": 2.0, "imports_emissions_t": 0.5}
    tables.add(
        "fct_region_intervals",
        [
            place
            | (flows if n > 0 else flows | {"imports_emissions_t": None})
            | {"market_date": day + timedelta(d), "interval_minutes": 480}
            for d in range(3)
            for n in range(3)
            if (d, n) != (1, 2)
        ],
    )
    files = exported(gridhouse, tmp_path / "out", "energy", "--region", "SA1")
    data = {
        s["id"].removeprefix("au.nem.sa1.fuel_tech."): s["history"]["data"]
        for s in files["NEM/SA1/energy/2025.json"]["data"]
    }
    assert data == {
        "gas_ocgt.energy": [1, None, 1],
        "gas_ocgt.market_value": [7, None, 7],
        "gas_ocgt.emissions": [600, None, 600],
        "imports.energy": [-0.003, None, -0.003],
        "imports.market_value": [-6, None, -6],
    }


def test_temperatures_are_of_whole_days_and_months_and_the_official_maximum_goes_first(
    gridhouse, tables, tmp_path
):
    """May and June in the WEM; 20 May lacks hours, and has its official maximum."""
    days = [date(2024, 5, 1) + timedelta(n) for n in range(61)]
    partial = date(2024, 5, 20)
    tables.add(
        "rpt_fuel_daily",
        [{"iso": "WEM", "location": "WEM", "fuel_tech": "WIND", "market_date": d} for d in days],
    )
    tables.add(
        "rpt_weather_daily",
        [
            {"iso": "WEM", "location": "WEM", "bureau_number": "009021", "market_date": day,
             "completeness": 23 / 24 if day == partial else 1.0, "min_temperature_c": 1.5,
             "mean_temperature_c": 10.0 + day.day, "max_temperature_c": 20.0 + day.day,
             "official_max_temperature_c": 55.5 if day == partial else None}
            for day in days
        ],
    )  # fmt: skip
    files = exported(gridhouse, tmp_path / "out", "energy", "--network", "WEM")
    assert list(files) == ["WEM/energy/2024.json", "WEM/energy/all.json"]
    daily, monthly = (
        {s["id"]: (s["code"], s["history"]["start"][:10], s["history"]["data"]) for s in f["data"]}
        for f in (files["WEM/energy/2024.json"], files["WEM/energy/all.json"])
    )
    assert list(daily) == [f"au.wem.temperature_{k}" for k in ("max", "mean", "min")]
    assert daily["au.wem.temperature_max"][2][18:21] == [39, 55.5, 41]
    assert daily["au.wem.temperature_mean"][2][18:21] == [29, None, 31]
    assert daily["au.wem.temperature_min"][2][18:21] == [1.5, None, 1.5]
    assert monthly == {
        "au.wem.temperature_max": ("009021", "2024-05-01", [55.5, 50]),
        "au.wem.temperature_mean": ("009021", "2024-06-01", [25.5]),
        "au.wem.temperature_min": ("009021", "2024-06-01", [1.5]),
    }


def test_a_network_of_one_region_has_its_price(gridhouse, tables, tmp_path):
    """In the interval from midnight in Perth, 02:00 in the east."""
    place = interval(24) | {"iso": "WEM", "location": "WEM"}
    tables.add("rpt_fuel_daily", [{"iso": "WEM", "location": "WEM"}])
    tables.add("fct_fuel_intervals", [place | {"fuel_tech": "WIND", "power_mw": 10.0}])
    tables.add("fct_region_intervals", [place | {"settlement_price": -31.25}])
    files = exported(gridhouse, tmp_path / "out", "power", "--network", "WEM")
    found = {s["id"]: s["history"]["data"] for s in files["WEM/power/7d.json"]["data"]}
    assert found == {"au.wem.fuel_tech.wind.power": [10], "au.wem.price": [-31.25]}


def test_no_file_is_written_of_what_has_no_series(gridhouse, tables, tmp_path):
    """Two years of SA1 with one between that has none; of VIC1 nothing."""
    whole = {"iso": "NEM", "fuel_tech": "WIND", "interval_count": 288,
             "expected_interval_count": 288}  # fmt: skip
    days = [("SA1", date(2023, 7, 9), 1000.0), ("SA1", date(2025, 7, 9), 1000.0),
            ("VIC1", date(2025, 7, 9), None)]  # fmt: skip
    tables.add(
        "rpt_fuel_daily",
        [whole | {"location": r, "market_date": d, "energy_mwh": e} for r, d, e in days],
    )
    files = exported(gridhouse, tmp_path / "out", "--region", "SA1", "--region", "VIC1")
    assert list(files) == ["NEM/SA1/energy/2023.json", "NEM/SA1/energy/2025.json"]
    nothing = gridhouse(
        "export", "opennem", "--to", str(tmp_path / "none"), "--region", "VIC1", code=2
    )
    assert "no series of NEM VIC1 has a value: nothing is written" in nothing.stderr
    assert not (tmp_path / "none").exists()


def test_a_table_that_is_not_built_is_named(gridhouse, tables, tmp_path):
    with duckdb.connect(str(tables.path)) as connection:
        connection.execute("drop table marts.rpt_weather_daily")
    done = gridhouse("export", "opennem", "--to", str(tmp_path), code=2)
    assert "marts.rpt_weather_daily is not built: run `gridhouse build` first" in done.stderr


def test_what_has_not_landed_is_wrong_usage(gridhouse, tables, tmp_path):
    to = ["export", "opennem", "--to", str(tmp_path)]
    assert "nothing of NEM" in gridhouse(*to, code=2).stderr
    gridhouse("export", "opennem", "--to", str(tmp_path), "--network", "ERCOT", code=2)
