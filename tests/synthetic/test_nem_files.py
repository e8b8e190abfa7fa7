"""NEM files: the AEMO standard, identities, runs, eras, containers, and the truth."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import fmean

import pytest

import synthetic
from tests.synthetic.conftest import DAY, SEED
from tests.synthetic.reading import Aemo, aemo, market_time, member, numbers, zips

PRICE, REGION = ("DISPATCH", "PRICE"), ("DISPATCH", "REGIONSUM")
LINK, CONSTRAINT = ("DISPATCH", "INTERCONNECTORRES"), ("DISPATCH", "CONSTRAINT")
SCADA = ("DISPATCH", "UNIT_SCADA")
TRADING, TRADING_LINK = ("TRADING", "PRICE"), ("TRADING", "INTERCONNECTORRES")
FIVE = timedelta(minutes=5)


def current(folder: Path, report: str) -> dict[str, Aemo]:
    """Reports of a Current folder by name."""
    return {p.name: aemo(member(p)[1]) for p in zips(folder / "nem/Reports/Current" / report)}


def month(folder: Path, year: int, number: int, table: str) -> Aemo:
    """A monthly table; its files together if it has several."""
    found = None
    stamp = f"{year}_{number:02d}"
    for path in zips(folder / "nem/Data_Archive"):
        named = re.search(rf"(DVD_|%23){table}(_|%23)", path.name)
        if f"MMSDM_{stamp}" in str(path) and named:
            part = aemo(member(path)[1])
            if found is None:
                found = part
            else:
                for key, rows in part.tables.items():
                    found.tables[key] += rows
    assert found, (stamp, table)
    return found


def test_every_file_keeps_the_standard(nem: Path) -> None:
    seen = 0
    for path in zips(nem / "nem"):
        if "ARCHIVE/" in str(path):
            continue
        name, text = member(path)
        found = aemo(text)
        assert name == path.name.replace("%23", "#").replace(".zip", ".CSV")
        assert found.header[:1] + found.header[3:5] == ["C", "AEMO", "PUBLIC"]
        # the footer counts all lines, both C lines and all I lines included
        assert found.footer == ["C", "END OF REPORT", str(found.lines)]
        is_new_month = "PUBLIC_ARCHIVE" in path.name
        assert ("\r\n" in text) != is_new_month and text.endswith("\n")
        assert found.header[1] == (
            "SETP.WORLD" if "PUBLIC_DVD" in name or is_new_month else "NEMP.WORLD"
        )
        assert re.search(r',"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d",', text)
        seen += 1
    assert seen > 300


def test_names_ids_and_times_of_reports(nem: Path) -> None:
    for folder in ("DispatchIS_Reports", "Dispatch_SCADA", "TradingIS_Reports"):
        reports = current(nem, folder)
        ids = []
        for name, found in reports.items():
            report, stamp, number = re.fullmatch(
                r"PUBLIC_([A-Z]+)_(\d{12})_(\d{16})\.zip", name
            ).groups()
            assert found.header[2] == report and found.header[7] == number
            ends = {r["SETTLEMENTDATE"] for t in found.tables.values() for r in t}
            assert ends == {f"{datetime.strptime(stamp, '%Y%m%d%H%M'):%Y/%m/%d %H:%M:%S}"}
            made = datetime.strptime(" ".join(found.header[5:7]), "%Y/%m/%d %H:%M:%S")
            assert timedelta() < datetime.strptime(stamp, "%Y%m%d%H%M") - made < FIVE
            ids.append((stamp, int(number)))
        assert [n for _, n in sorted(ids)] == sorted(n for _, n in ids)


def test_layouts_by_era(nem: Path) -> None:
    def version_and_count(found: Aemo, key: tuple[str, str]) -> tuple[str, int]:
        return found.versions[key], len(found.columns[key])

    expected = [
        (2018, 5, "DISPATCHPRICE", PRICE, ("1", 54)),
        (2021, 9, "DISPATCHPRICE", PRICE, ("4", 54)),
        (2024, 7, "DISPATCHPRICE", PRICE, ("4", 54)),
        (2024, 8, "DISPATCHPRICE", PRICE, ("5", 66)),
        (2018, 5, "DISPATCHREGIONSUM", REGION, ("4", 105)),
        (2021, 9, "DISPATCHREGIONSUM", REGION, ("5", 111)),
        (2024, 8, "DISPATCHREGIONSUM", REGION, ("8", 125)),
        (2026, 3, "DISPATCHREGIONSUM", REGION, ("9", 127)),
        (2018, 5, "DISPATCHINTERCONNECTORRES", LINK, ("1", 18)),
        (2024, 7, "DISPATCHINTERCONNECTORRES", LINK, ("3", 18)),
        (2024, 8, "DISPATCHINTERCONNECTORRES", LINK, ("3", 22)),
        (2018, 5, "DISPATCH_UNIT_SCADA", SCADA, ("1", 3)),
        (2026, 3, "DISPATCH_UNIT_SCADA", SCADA, ("1", 4)),
        (2021, 9, "TRADINGPRICE", TRADING, ("2", 26)),
        (2024, 7, "TRADINGPRICE", TRADING, ("2", 30)),
        (2024, 8, "TRADINGPRICE", TRADING, ("3", 30)),
        (2026, 3, "TRADINGINTERCONNECT", TRADING_LINK, ("2", 8)),
    ]
    for year, number, table, key, found in expected:
        assert version_and_count(month(nem, year, number, table), key) == found, (year, table)
    assert "CONFIDENTIAL_TO" in month(nem, 2024, 7, "DISPATCHCONSTRAINT").columns[CONSTRAINT]
    assert "DUID" in month(nem, 2024, 8, "DISPATCHCONSTRAINT").columns[CONSTRAINT]


def test_names_of_months(nem: Path) -> None:
    names = {p.name for p in zips(nem / "nem/Data_Archive")}
    assert "PUBLIC_DVD_DISPATCHPRICE_202407010000.zip" in names
    assert "PUBLIC_ARCHIVE%23DISPATCHPRICE%23FILE01%23202408010000.zip" in names
    # a big table comes in several files
    assert "PUBLIC_ARCHIVE%23DISPATCHCONSTRAINT%23FILE02%23202408010000.zip" in names
    rows = month(nem, 2024, 8, "DISPATCHCONSTRAINT").tables[CONSTRAINT]
    assert len({r["SETTLEMENTDATE"] for r in rows}) == 288


def test_the_region_balance_closes(nem: Path) -> None:
    tables = [
        month(nem, y, m, "DISPATCHREGIONSUM").tables[REGION] for y, m in ((2018, 5), (2026, 3))
    ]
    tables += [f.tables[REGION] for f in current(nem, "DispatchIS_Reports").values()]
    count = 0
    for rows in tables:
        for r in rows:
            generation, load, net, demand = numbers(
                r, "DISPATCHABLEGENERATION", "DISPATCHABLELOAD", "NETINTERCHANGE", "TOTALDEMAND"
            )
            assert generation - load - net == pytest.approx(demand, abs=0.01)
            count += 1
    assert count > 3000


def test_net_interchange_sums_to_the_losses(nem: Path) -> None:
    for found in current(nem, "DispatchIS_Reports").values():
        for run in ("0", "1"):
            net = [
                float(r["NETINTERCHANGE"]) for r in found.tables[REGION] if r["INTERVENTION"] == run
            ]
            loss = [float(r["MWLOSSES"]) for r in found.tables[LINK] if r["INTERVENTION"] == run]
            assert sum(net) == pytest.approx(sum(loss), abs=0.001)


def by_run(
    rows: list[dict[str, str]], name: str, value: str
) -> dict[tuple[datetime, str, str], float]:
    return {
        (market_time(r["SETTLEMENTDATE"]), r[name], r["INTERVENTION"]): float(r[value])
        for r in rows
    }


def test_trading_price_is_the_mean_of_the_pricing_run(nem: Path) -> None:
    for year, number, steps in ((2018, 5, 6), (2021, 9, 6), (2021, 10, 1), (2024, 8, 1)):
        price = by_run(month(nem, year, number, "DISPATCHPRICE").tables[PRICE], "REGIONID", "RRP")
        rows = month(nem, year, number, "TRADINGPRICE").tables[TRADING]
        assert len(rows) == 5 * 288 // steps
        for r in rows:
            end = market_time(r["SETTLEMENTDATE"])
            six = [price[end - n * FIVE, r["REGIONID"], "0"] for n in range(steps)]
            assert float(r["RRP"]) == pytest.approx(fmean(six), abs=0.0051)
            since_midnight = end + timedelta(hours=10) - steps * FIVE
            minutes = since_midnight.hour * 60 + since_midnight.minute
            assert int(r["PERIODID"]) == minutes // (5 * steps) + 1


def test_runs_of_a_direction(nem: Path) -> None:
    rows = month(nem, 2018, 5, "DISPATCHINTERCONNECTORRES").tables[LINK]
    metered = by_run(rows, "INTERCONNECTORID", "METEREDMWFLOW")
    target = by_run(rows, "INTERCONNECTORID", "MWFLOW")
    twice = {k[:2] for k in metered if k[2] == "1"}
    assert len(twice) == 6 * 96
    # run 0 repeats its own target of the interval before, which is not what was measured
    for end, link in twice:
        if (end - FIVE, link) in twice:
            assert metered[end, link, "0"] == target[end - FIVE, link, "0"]
    assert fmean(abs(metered[*k, "0"] - metered[*k, "1"]) for k in twice) > 20
    # trading flows follow run 1
    flows = month(nem, 2018, 5, "TRADINGINTERCONNECT").tables[TRADING_LINK]
    for r in flows:
        end, link = market_time(r["SETTLEMENTDATE"]), r["INTERCONNECTORID"]
        keys = [(end - n * FIVE, link) for n in range(6)]
        real = [metered[*k, "1" if k in twice else "0"] for k in keys]
        assert float(r["METEREDMWFLOW"]) == pytest.approx(fmean(real), abs=0.0051)


def test_dispatch_interval_numbers_and_flags(nem: Path) -> None:
    rows = month(nem, 2026, 3, "DISPATCHPRICE").tables[PRICE]
    by_end = {r["SETTLEMENTDATE"]: r["DISPATCHINTERVAL"] for r in rows}
    assert by_end["2026/03/01 00:05:00"] == "20260228241"
    assert by_end["2026/03/01 04:00:00"] == "20260228288"
    assert by_end["2026/03/01 04:05:00"] == "20260301001"
    assert by_end["2026/03/02 00:00:00"] == "20260301240"
    for r in rows:
        held = r["RRP"] != r["ROP"] and r["INTERVENTION"] == "0"
        assert (r["APCFLAG"] == "4") == held


def test_prices_stay_within_cap_and_floor_and_are_held_there(tmp_path: Path) -> None:
    first = date(2025, 10, 1)
    synthetic.write(
        tmp_path,
        SEED,
        first,
        first + 8 * DAY,
        operators=["nem"],
        feeds=["nem_dispatchis"],
        nem_forms=["mmsdm"],
    )
    rows = month(tmp_path, 2025, 10, "DISPATCHPRICE").tables[PRICE]
    price = [float(r["RRP"]) for r in rows if r["INTERVENTION"] == "0"]
    assert min(price) == -1000 and max(price) <= 20300
    assert {r["APCFLAG"] for r in rows} == {"0", "4"}


def test_archives_are_zips_of_zips(nem: Path) -> None:
    folder = nem / "nem/Reports/ARCHIVE"
    assert {p.name for p in zips(folder)} == {
        "PUBLIC_DISPATCHIS_20210930.zip",
        "PUBLIC_DISPATCHIS_20211001.zip",
        "PUBLIC_DISPATCHSCADA_20210930.zip",
        "PUBLIC_DISPATCHSCADA_20211001.zip",
        # by week, Sunday to Saturday
        "PUBLIC_TRADINGIS_20210926_20211002.zip",
        # by week, Thursday to Wednesday, and by month: the name has the first day
        "PUBLIC_ACTUAL_OPERATIONAL_DEMAND_HH_20210930.zip",
        "PUBLIC_ROOFTOP_PV_ACTUAL_MEASUREMENT_20210930.zip",
        "PUBLIC_ROOFTOP_PV_ACTUAL_SATELLITE_20210930.zip",
        "PUBLIC_NEXT_DAY_DISPATCH_20210901.zip",
        "PUBLIC_NEXT_DAY_DISPATCH_20211001.zip",
    }
    counts = {}
    for path in zips(folder):
        with zipfile.ZipFile(path) as z:
            counts[path.name] = len(z.namelist())
            first = z.namelist()[0]
            with zipfile.ZipFile(io.BytesIO(z.read(first))) as inner:
                assert inner.namelist() == [first.replace(".zip", ".CSV")]
    # 48 half hours, then 288 intervals of five minutes
    assert counts["PUBLIC_TRADINGIS_20210926_20211002.zip"] == 48 + 288
    assert counts["PUBLIC_DISPATCHIS_20211001.zip"] == 288
    assert counts["PUBLIC_ROOFTOP_PV_ACTUAL_SATELLITE_20210930.zip"] == 2 * 48


def test_units_start_from_their_scada_in_the_run_that_happened(nem: Path) -> None:
    key, solution = ("SETTLEMENTDATE", "DUID"), ("DISPATCH", "UNIT_SOLUTION")
    for year, number in ((2018, 5), (2021, 9), (2021, 10), (2024, 8)):
        rows = month(nem, year, number, "DISPATCHLOAD").tables[solution]
        both = {r["SETTLEMENTDATE"] for r in rows if r["INTERVENTION"] == "1"}
        happened = {
            tuple(r[k] for k in key): float(r["INITIALMW"])
            for r in rows
            if r["INTERVENTION"] == ("1" if r["SETTLEMENTDATE"] in both else "0")
        }
        scada = {
            tuple(r[k] for k in key): float(r["SCADAVALUE"])
            for r in month(nem, year, number, "DISPATCH_UNIT_SCADA").tables[SCADA]
        }
        assert happened == scada and len(rows) == len(scada) + len(both) * 12


def test_areas_of_rooftop_solar_add_up_to_their_region(nem: Path) -> None:
    rows = month(nem, 2021, 10, "ROOFTOP_PV_ACTUAL").tables["ROOFTOP", "ACTUAL"]
    power = {(r["TYPE"], r["INTERVAL_DATETIME"], r["REGIONID"]): float(r["POWER"]) for r in rows}
    assert len(power) == len(rows) == 2 * 48 * 10
    for kind, at, area in power:
        if area == "QLD1":
            parts = sum(power[kind, at, a] for a in ("QLDC", "QLDN", "QLDS"))
            assert parts == pytest.approx(power[kind, at, "QLD1"], abs=1e-6)
        if area == "TAS1":
            parts = power[kind, at, "TASN"] + power[kind, at, "TASS"]
            assert parts == pytest.approx(power[kind, at, "TAS1"], abs=1e-6)
    assert max(power.values()) > 1000 and min(power.values()) == 0


def test_tables_of_a_report_and_odd_texts(nem: Path) -> None:
    found = current(nem, "DispatchIS_Reports")
    recent = next(f for n, f in found.items() if "_20251227" in n)
    assert [k[1] for k in recent.columns] == [
        "CASE_SOLUTION",
        "LOCAL_PRICE",
        "PRICE",
        "REGIONSUM",
        "INTERCONNECTORRES",
        "CONSTRAINT",
        "INTERCONNECTION",
    ]
    duids = {r["DUID"] for f in current(nem, "Dispatch_SCADA").values() for r in f.tables[SCADA]}
    assert "SYN/W#2" in duids and len(duids) == 12
    texts = [member(p)[1] for p in zips(nem / "nem/Reports/Current/DispatchIS_Reports")]
    assert any(",-1E-05," in t for t in texts)


def test_truth_equals_the_files(nem: Path) -> None:
    truth = synthetic.Truth(nem)

    def known(mart: str, feed: str, day: date, *names: str) -> Counter:
        return Counter(
            tuple(r[n] for n in names)
            for r in truth.table(mart).to_pylist()
            if r["feed"] == feed and r["market_date"] == day
        )

    day, at = date(2018, 5, 1), (2018, 5)
    rows = month(nem, *at, "DISPATCHPRICE").tables[PRICE]
    assert known(
        "fct_price_intervals", "nem_dispatchis", day, "location", "interval_end", "price"
    ) == Counter(
        (r["REGIONID"], market_time(r["SETTLEMENTDATE"]), float(r["RRP"]))
        for r in rows
        if r["INTERVENTION"] == "0"
    )
    services = [c.removesuffix("RRP") for c in rows[0] if c.endswith("RRP") and c != "RRP"]
    assert len(services) == 8
    assert known(
        "fct_ancillary_price_intervals",
        "nem_dispatchis",
        day,
        "location",
        "operator_product",
        "interval_end",
        "price",
    ) == Counter(
        (r["REGIONID"], s, market_time(r["SETTLEMENTDATE"]), float(r[f"{s}RRP"]))
        for r in rows
        if r["INTERVENTION"] == "0"
        for s in services
    )

    def actual(table: list[dict[str, str]], name: str) -> list[dict[str, str]]:
        """Run 1 where it exists, else run 0."""
        chosen: dict[tuple[str, str], dict[str, str]] = {}
        for r in sorted(table, key=lambda r: r["INTERVENTION"]):
            chosen[r["SETTLEMENTDATE"], r[name]] = r
        return list(chosen.values())

    rows = actual(month(nem, *at, "DISPATCHINTERCONNECTORRES").tables[LINK], "INTERCONNECTORID")
    columns = ("METEREDMWFLOW", "MWFLOW", "MWLOSSES", "EXPORTLIMIT", "IMPORTLIMIT")
    assert known(
        "fct_interchange_intervals",
        "nem_dispatchis",
        day,
        "interface",
        "interval_end",
        "flow_mw",
        "scheduled_mw",
        "losses_mw",
        "limit_forward_mw",
        "limit_reverse_mw",
    ) == Counter(
        (r["INTERCONNECTORID"], market_time(r["SETTLEMENTDATE"]), *numbers(r, *columns))
        for r in rows
    )
    rows = actual(month(nem, *at, "DISPATCHREGIONSUM").tables[REGION], "REGIONID")
    kinds = {"TOTAL": "TOTALDEMAND", "TOTAL_AND_NONSCHEDULED": "DEMAND_AND_NONSCHEDGEN"}
    assert known(
        "fct_load_intervals",
        "nem_dispatchis",
        day,
        "location",
        "load_kind",
        "interval_end",
        "load_mw",
    ) == Counter(
        (r["REGIONID"], kind, market_time(r["SETTLEMENTDATE"]), float(r[column]))
        for r in rows
        for kind, column in kinds.items()
    )
    rows = month(nem, *at, "DISPATCH_UNIT_SCADA").tables[SCADA]
    assert known(
        "fct_resource_output_intervals",
        "nem_dispatch_scada",
        day,
        "resource",
        "interval_end",
        "output_mw",
    ) == Counter(
        (r["DUID"], market_time(r["SETTLEMENTDATE"]), float(r["SCADAVALUE"])) for r in rows
    )

    both = [date(2021, 9, 30), date(2021, 10, 1)]
    for day in both:
        rows = month(nem, day.year, day.month, "TRADINGPRICE").tables[TRADING]
        minutes = 30 if day.month == 9 else 5
        assert known(
            "fct_price_intervals",
            "nem_tradingis",
            day,
            "location",
            "interval_start",
            "interval_minutes",
            "price",
        ) == Counter(
            (
                r["REGIONID"],
                market_time(r["SETTLEMENTDATE"]) - timedelta(minutes=minutes),
                minutes,
                float(r["RRP"]),
            )
            for r in rows
        )


def test_a_reissue_has_a_higher_id_and_the_corrected_price(tmp_path: Path) -> None:
    day = date(2026, 6, 15)
    options = {"operators": ["nem"], "hours": (11, 12)}
    synthetic.write(tmp_path, SEED, day, day + DAY, **options, corrections=0.1)
    for folder, key in (("DispatchIS_Reports", PRICE), ("TradingIS_Reports", TRADING)):
        by_interval: dict[str, list[tuple[int, dict[str, str]]]] = {}
        for name, found in current(tmp_path, folder).items():
            stamp, number = re.search(r"_(\d{12})_(\d{16})", name).groups()
            prices = {
                r["REGIONID"]: r["RRP"]
                for r in found.tables[key]
                if r.get("INTERVENTION", "0") == "0"
            }
            by_interval.setdefault(stamp, []).append((int(number), prices))
        again = {s: sorted(v, key=lambda x: x[0]) for s, v in by_interval.items() if len(v) == 2}
        assert len(by_interval) == 12 and 0 < len(again) < 12
        assert all(v[0][1] != v[1][1] for v in again.values())
    table = synthetic.Truth(tmp_path).table("fct_price_intervals").to_pylist()
    second = [r for r in table if r["revision"] == 2]
    assert {r["feed"] for r in second} == {"nem_dispatchis", "nem_tradingis"}
    by_key = {(r["market"], r["location"], r["interval_start"]): r["price"] for r in second}
    for (market, location, start), price in by_key.items():
        if market == "TRADING":
            assert price == pytest.approx(by_key["RT5M", location, start], abs=0.0051)


def test_months_hold_the_corrected_prices(tmp_path: Path) -> None:
    day = date(2026, 6, 15)
    synthetic.write(
        tmp_path,
        SEED,
        day,
        day + DAY,
        operators=["nem"],
        feeds=["nem_dispatchis"],
        nem_forms=("current", "mmsdm"),
        corrections=0.1,
    )
    newest: dict[tuple[str, str], str] = {}
    # names sort by interval, then id
    for found in current(tmp_path, "DispatchIS_Reports").values():
        for r in found.tables[PRICE]:
            if r["INTERVENTION"] == "0":
                newest[r["SETTLEMENTDATE"], r["REGIONID"]] = r["RRP"]
    rows = month(tmp_path, 2026, 6, "DISPATCHPRICE").tables[PRICE]
    months = {
        (r["SETTLEMENTDATE"], r["REGIONID"]): r["RRP"] for r in rows if r["INTERVENTION"] == "0"
    }
    assert months == newest
