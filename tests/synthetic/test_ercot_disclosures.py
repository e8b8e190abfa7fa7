"""The 60-day disclosures of batteries: layouts, clock changes, physics, and that they land."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import synthetic
from extract.catalogue import load_catalogue
from extract.run import Run
from tests.synthetic.conftest import AUTUMN, DAY, SEED, SPRING
from tests.synthetic.reading import central, member, members, rows, zips

CENTRAL = ZoneInfo("America/Chicago")
BATTERIES = 14  # two of each kind of site
QUOTED = date(2025, 4, 13)
DAYS = (QUOTED, AUTUMN, SPRING, SPRING + DAY)
FEEDS = (
    "ercot_np4_188_cd",
    "ercot_np4_190_cd",
    "ercot_np6_331_cd",
    "ercot_np3_966_er",
    "ercot_np3_965_er",
)


def curve(mw: str, price: str, points: int) -> list[str]:
    return [n + str(i) for i in range(1, points + 1) for n in (mw, price)]


_DAM_AWARDS = (
    "RegUp Awarded,RegUp MCPC,RegDown Awarded,RegDown MCPC,RRSPFR Awarded,RRSFFR Awarded,"
    "RRSUFR Awarded,RRS MCPC,ECRSSD Awarded,"
)
_DAM = [
    *["Delivery Date", "Hour Ending", "QSE", "DME", "Resource Name", "Resource Type"],
    *curve("QSE submitted Curve-MW", "QSE submitted Curve-Price", 10),
    *[
        "Start Up Hot",
        "Start Up Inter",
        "Start Up Cold",
        "Min Gen Cost",
        "HSL",
        "LSL",
        "Resource Status",
    ],
    *["Awarded Quantity", "Settlement Point Name", "Energy Settlement Point Price"],
    *(_DAM_AWARDS + "ECRS MCPC,NonSpin Awarded,NonSpin MCPC").split(","),
]
_DAM_LOAD = [
    *["Delivery Date", "Hour Ending", "Load Resource Name"],
    "Max Power Consumption for Load Resource",
    "Low Power Consumption for Load Resource",
    *(_DAM_AWARDS + "ECRSMD Awarded,ECRS MCPC,NonSpin Awarded,NonSpin MCPC").split(","),
]
_RUN = ["SCED Time Stamp", "Repeated Hour Flag", "QSE", "DME", "Resource Name"]
_SCED_CURVES = [
    *curve("SCED1 Curve-MW", "SCED1 Curve-Price", 35),
    *curve("SCED2 Curve-MW", "SCED2 Curve-Price", 35),
]
_TAIL = [
    *["Bid_Type", "Start Up Cold Offer", "Start Up Hot Offer", "Start Up Inter Offer"],
    "Min Gen Cost",
    *curve("Submitted TPO-MW", "Submitted TPO-Price", 10),
    "Proxy Extension",
]
_MEASURED = ["Telemetered Resource Status", "Base Point", "Telemetered Net Output"]
_ABLE = "Ramp Rate Up,Ramp Rate Down," + ",".join(
    f"AS Capability {p}" for p in ("REGUP", "REGDN", "ECRS", "NSPIN", "RRSPF", "RRSFF")
)
_AWARDS = [
    f"AS Awards {p}" for p in ("NSPIN", "RRSFFR", "RRSPFR", "RRSUFR", "ECRS", "REGUP", "REGDN")
]
_LOAD_STATE = "Telemetered Resource Status,Max Power Consumption,Low Power Consumption"
_LOAD = [*_RUN, *_LOAD_STATE.split(","), "Real Power Consumption"]
_BIDS = curve("SCED Bid to Buy Curve-MW", "SCED Bid to Buy Curve-Price", 10)
# member -> header, until 2025-12-04 and in the spring of 2026
OLD = {
    "60d_DAM_Gen_Resource_Data": _DAM,
    "60d_DAM_Load_Resource_Data": _DAM_LOAD,
    "60d_SCED_Gen_Resource_Data": [
        *_RUN, "Resource Type", *_SCED_CURVES,
        *["Output Schedule", "HSL", "HASL", "HDL", "LSL", "LASL", "LDL"], *_MEASURED,
        *[f"Ancillary Service {s}" for s in ("REGUP", "REGDN", "RRS", "RRSFFR", "NSRS", "ECRS")],
        *_TAIL,
    ],
    "60d_Load_Resource_Data_in_SCED": [
        *_LOAD,
        *[
            f"AS Responsibility for {s}"
            for s in ("RRS", "RRSFFR", "NonSpin", "RegUp", "RegDown", "ECRS")
        ],
        *_BIDS, *["HASL", "HDL", "LASL", "LDL", "Base Point"],
    ],
}  # fmt: skip
_LIMITS = ["Output Schedule", "HSL", "HDL", "LSL", "LDL"]
NEW = {
    "60d_DAM_Gen_Resource_Data": _DAM,
    "60d_DAM_ESR_Data": _DAM,
    "60d_DAM_Load_Resource_Data": _DAM_LOAD,
    "60d_SCED_Gen_Resource_Data": [
        *_RUN, "Resource Type", *_SCED_CURVES, *_LIMITS, *_MEASURED, *_ABLE.split(","), *_AWARDS,
        *_TAIL,
    ],
    "60d_ESR_Data_in_SCED": [
        *_RUN, "Resource Type", *_SCED_CURVES, *_LIMITS, *_MEASURED, *_ABLE.split(","),
        "State of Charge", "Minimum SOC", "Maximum SOC", *_AWARDS, *_TAIL,
    ],
    "60d_Load_Resource_Data_in_SCED": [
        *_LOAD, *_AWARDS, *_BIDS,
        *[f"Self Provided {p}" for p in ("RRSFFR", "RRSUFR", "ECRS")],
        "Ramp Rate Up", "Ramp Rate Down",
        *[
            f"AS Capability {p}"
            for p in ("NSPIN", "ECRS", "REGUP", "REGDN", "RRSPFR", "RRSFFR", "RRSUFR")
        ],
        "HDL", "LDL", "Base Point",
    ],
}  # fmt: skip


@pytest.fixture(scope="session")
def disclosed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Days of both eras, both clock changes among them, two of them in a row."""
    folder = tmp_path_factory.mktemp("disclosed")
    options = {"operators": ["ercot"], "points": 14, "feeds": FEEDS, "batteries": BATTERIES}
    for day in DAYS:
        synthetic.write(folder, SEED, day, day + DAY, **options)
    return folder


def table(folder: Path, day: date, name: str) -> list[dict[str, str]]:
    """Rows of a member of the posting 60 days after `day`."""
    end = f"{name}-{day + 60 * DAY:%d-%b-%y}.csv".upper()
    for path in zips(folder / "ercot"):
        if "_Disclosure" in path.name:
            for member_name, text in members(path.read_bytes()).items():
                if member_name.upper() == end:
                    return rows(text)
    raise AssertionError(f"no member {end}")


def run_at(row: dict[str, str]) -> datetime:
    at = datetime.strptime(row["SCED Time Stamp"], "%m/%d/%Y %H:%M:%S")
    fold = int(row["Repeated Hour Flag"] == "Y")
    return at.replace(tzinfo=CENTRAL, fold=fold).astimezone(UTC)


def truth(folder: Path, name: str, day: date) -> list[dict]:
    return [r for r in synthetic.Truth(folder).table(name).to_pylist() if r["market_date"] == day]


def test_names_members_and_headers(disclosed: Path) -> None:
    found = {}
    for emil_id, kind, stem in (("966", "51", "DAM"), ("965", "52", "SCED")):
        for path, day in zip(zips(disclosed / "ercot" / f"NP3-{emil_id}-ER"), DAYS, strict=True):
            posted = day + 60 * DAY
            head, at, rest = path.name[:30], path.name[30:45], path.name[45:]
            assert head == f"ext.000130{kind}.{'0' * 16}."
            assert at.startswith(f"{posted:%Y%m%d}.04") or at.startswith(f"{posted:%Y%m%d}.05")
            assert rest == f".60_Day_{stem}_Disclosure.zip"
            for name, text in members(path.read_bytes()).items():
                member_stem, _, stamp = name.partition("-")
                assert stamp == f"{posted:%d-%b-%y}.csv".upper().replace("CSV", "csv")
                found[day, member_stem] = text
    for day in DAYS:
        layout = OLD if day < date(2025, 12, 5) else NEW
        assert {name for d, name in found if d == day} == set(layout)
        for name, header in layout.items():
            text = found[day, name]
            assert list(rows(text)[0]) == header, (day, name)
            # only files posted before December 2025 have quotation marks, and then around each cell
            assert (text.count('"') == text.count("\n") * 2 * len(header)) == (day == QUOTED)
            assert ('"' in text) == (day == QUOTED)
            assert text.endswith("\n") and "\r" not in text
            cells = {c for r in rows(text) for c in r.values()}
            assert not [c for c in cells if c.startswith(("0.", "-0")) or "nan" in c or "e" in c]
    assert len(NEW["60d_ESR_Data_in_SCED"]) == 198


def test_hours_and_runs_of_the_clock_change_days(disclosed: Path) -> None:
    hours = {
        day: [r["Hour Ending"] for r in table(disclosed, day, "60d_DAM_Load_Resource_Data")]
        for day in (AUTUMN, SPRING)
    }
    # no flag: 25 hours are counted through, 23 go by the clock
    assert list(dict.fromkeys(hours[AUTUMN])) == [str(h) for h in range(1, 26)]
    assert list(dict.fromkeys(hours[SPRING])) == [str(h) for h in range(1, 25) if h != 3]
    for day, length, name in (
        (AUTUMN, 25, "60d_SCED_Gen_Resource_Data"),
        (SPRING, 23, "60d_ESR_Data_in_SCED"),
    ):
        runs = sorted({run_at(r) for r in table(disclosed, day, name)})
        steps = [(b - a).total_seconds() for a, b in pairwise(runs)]
        assert length * 12 * 0.95 < len(runs) < length * 12 * 1.05
        assert len(set(steps)) > 10 and max(steps) < 700
        midnight = datetime(day.year, day.month, day.day, tzinfo=CENTRAL)
        assert timedelta(0) < runs[0] - midnight < timedelta(minutes=6)
        # the runs are those of the prices
        prices = {r["run_at"] for r in truth(disclosed, "battery_states", day)}
        assert prices == set(runs)


def test_prices_are_those_of_the_market(disclosed: Path) -> None:
    def published(emil_id: str, *columns: str) -> dict[tuple, float]:
        found = [r for p in zips(disclosed / "ercot" / emil_id) for r in rows(member(p)[1])]
        starts = [
            central(r["DeliveryDate"], int(r["HourEnding"][:2]) - 1, r["DSTFlag"]) for r in found
        ]
        name, value = columns
        return {(at, r[name]): float(r[value]) for at, r in zip(starts, found, strict=True)}

    spp = published("NP4-190-CD", "SettlementPoint", "SettlementPointPrice")
    mcpc = published("NP4-188-CD", "AncillaryType", "MCPC")
    services = {"RegUp": "REGUP", "RegDown": "REGDN", "RRS": "RRS", "ECRS": "ECRS"}
    services["NonSpin"] = "NSPIN"
    for day, name in (
        (AUTUMN, "60d_DAM_Gen_Resource_Data"),
        (AUTUMN, "60d_DAM_Load_Resource_Data"),
        (SPRING, "60d_DAM_ESR_Data"),
    ):
        midnight = datetime(day.year, day.month, day.day, tzinfo=CENTRAL).astimezone(UTC)
        blanks = 0
        for r in table(disclosed, day, name):
            hour = int(r["Hour Ending"])
            start = midnight + timedelta(hours=hour - 1 - (day == SPRING and hour > 3))
            if "Settlement Point Name" in r:
                price = float(r["Energy Settlement Point Price"])
                assert price == spp[start, r["Settlement Point Name"]]
            for label, service in services.items():
                awards = [v for n, v in r.items() if n.startswith(label) and n.endswith("Awarded")]
                if r[f"{label} MCPC"] == "":
                    blanks += 1
                    assert set(awards) == {""}
                else:
                    assert float(r[f"{label} MCPC"]) == mcpc[start, service]
        assert bool(blanks) == ("Load" not in name)


def test_stored_energy_follows_the_output(disclosed: Path) -> None:
    for day, side in ((AUTUMN, "generation"), (SPRING, "single")):
        batteries = {r["resource"]: r for r in truth(disclosed, "batteries", day)}
        assert len(batteries) == BATTERIES
        states = defaultdict(list)
        for r in truth(disclosed, "battery_states", day):
            states[r["resource"]].append(r)
        following = defaultdict(list)
        for r in truth(disclosed, "battery_states", day + DAY):
            following[r["resource"]].append(r)
        assert set(states) == set(batteries)
        for name, b in batteries.items():
            mine = states[name] + following[name][:1]
            for now, then in pairwise(mine):
                hours = (then["run_at"] - now["run_at"]).total_seconds() / 3600
                # straight from run to run; charging and discharging never follow each other
                mean = (now["output_mw"] + then["output_mw"]) / 2
                assert now["output_mw"] * then["output_mw"] >= 0
                into, out = max(-mean, 0), max(mean, 0)
                change = (
                    b["charge_efficiency"] * into
                    - out / b["discharge_efficiency"]
                    - b["auxiliary_mw"]
                )
                assert then["soc_mwh"] - now["soc_mwh"] == pytest.approx(hours * change, abs=1e-4)
            assert all(abs(r["output_mw"]) <= b["power_mw"] for r in mine)
            assert all(0 < r["soc_mwh"] < b["energy_mwh"] for r in mine)
            # it does something, and days fit together
            assert (
                sum(r["output_mw"] > 1 for r in mine) > 20 < sum(r["output_mw"] < -1 for r in mine)
            )
            assert bool(following[name]) == (side == "single")


def test_telemetry_shows_what_the_battery_did(disclosed: Path) -> None:
    did = {(r["resource"], r["run_at"]): r for r in truth(disclosed, "battery_states", SPRING)}
    energy = {r["resource"]: r["energy_mwh"] for r in truth(disclosed, "batteries", SPRING)}
    shown = table(disclosed, SPRING, "60d_ESR_Data_in_SCED")
    assert 0.97 * len(did) < len(shown) < len(did)
    for r in shown:
        true = did[r["Resource Name"], run_at(r)]
        assert float(r["Telemetered Net Output"]) == true["output_mw"]
        assert abs(float(r["State of Charge"]) - true["soc_mwh"]) <= 0.005 + 1e-9
        assert float(r["Maximum SOC"]) == energy[r["Resource Name"]]

    did = {(r["resource"], r["run_at"]): r for r in truth(disclosed, "battery_states", AUTUMN)}
    load_of = {r["load_resource"]: r["resource"] for r in truth(disclosed, "batteries", AUTUMN)}
    none = [r for r in truth(disclosed, "batteries", AUTUMN) if r["load_resource"] is None]
    assert len(none) == 2
    for r in table(disclosed, AUTUMN, "60d_SCED_Gen_Resource_Data"):
        if r["Resource Type"] == "PWRSTR":
            true = did[r["Resource Name"], run_at(r)]["output_mw"]
            assert float(r["Telemetered Net Output"]) == max(true, 0)
    own = Counter()
    for r in table(disclosed, AUTUMN, "60d_Load_Resource_Data_in_SCED"):
        battery = load_of.get(r["Resource Name"])
        own[battery is not None] += 1
        if battery:
            true = did[battery, run_at(r)]["output_mw"]
            assert float(r["Real Power Consumption"]) == max(-true, 0)
    # loads that are no batteries: one at each of half the kinds of site
    runs = len({at for _, at in did})
    assert own[False] == 6 * runs and own[True] > 11 * runs


def test_an_hour_has_regulation_down_on_one_side_only(disclosed: Path) -> None:
    load_of = {r["resource"]: r["load_resource"] for r in truth(disclosed, "batteries", AUTUMN)}
    held = Counter()
    generation = {
        (load_of[r["Resource Name"]], r["Hour Ending"])
        for r in table(disclosed, AUTUMN, "60d_DAM_Gen_Resource_Data")
        if float(r["RegDown Awarded"] or 0) > 0
    }
    for r in table(disclosed, AUTUMN, "60d_DAM_Load_Resource_Data"):
        has = float(r["RegDown Awarded"]) > 0
        other = [p for p in ("RRSUFR", "ECRSMD") if float(r[f"{p} Awarded"]) > 0]
        assert not (has and (r["Load Resource Name"], r["Hour Ending"]) in generation)
        assert not (has and other)
        held[has] += 1
        assert bool(other) == r["Load Resource Name"].endswith(("_LD5", "_LD7"))
    assert held[True] > 50 and len(generation) > 50


def test_real_time_clearing_prices(disclosed: Path) -> None:
    paths = zips(disclosed / "ercot" / "NP6-331-CD")
    assert len(paths) == 92 + 96
    found = {
        (
            central(
                r["DeliveryDate"],
                int(r["DeliveryHour"]) - 1 + (int(r["DeliveryInterval"]) - 1) / 4,
                r["RepeatedHourFlag"],
            ),
            r["ASType"],
        ): float(r["MCPC"])
        for p in paths
        for r in rows(member(p)[1])
    }
    kept = [
        r
        for r in synthetic.Truth(disclosed).table("fct_ancillary_price_intervals").to_pylist()
        if r["feed"] == "ercot_np6_331_cd"
    ]
    assert found == {(r["interval_start"], r["product"]): r["price"] for r in kept}
    assert len(found) == (92 + 96) * 5


def test_the_first_days_of_the_single_model(tmp_path: Path) -> None:
    """On 2025-12-05 the dispatch file has storage, and the day-ahead file no battery at all."""
    first = date(2025, 12, 5)
    options = {"operators": ["ercot"], "points": 8, "feeds": FEEDS}
    synthetic.write(tmp_path, SEED, first - DAY, first + 2 * DAY, **options)
    gen = "60d_DAM_Gen_Resource_Data"
    kinds = [
        {r["Resource Type"] for r in table(tmp_path, first + n * DAY, gen)} for n in (-1, 0, 1)
    ]
    assert kinds == [{"PWRSTR", "PVGR"}, {"PVGR"}, {"PVGR"}]
    assert table(tmp_path, first, "60d_ESR_Data_in_SCED")
    assert table(tmp_path, first + DAY, "60d_DAM_ESR_Data")
    with pytest.raises(AssertionError, match="no member"):
        table(tmp_path, first, "60d_DAM_ESR_Data")
    days = {
        r["market_date"]
        for r in synthetic.Truth(tmp_path).table("fct_bess_revenue_lines").to_pylist()
    }
    assert days == {first - DAY, first + DAY}
    # neither are there disclosures of the layouts before ECRS
    synthetic.write(tmp_path / "old", SEED, date(2023, 6, 9), date(2023, 6, 11), **options)
    assert len(zips(tmp_path / "old" / "ercot" / "NP3-966-ER")) == 1


def test_the_files_land_whole_and_without_drift(disclosed: Path, prepared_data: Path) -> None:
    catalogue = load_catalogue()
    with Run(prepared_data, catalogue) as run:
        run.prepare()
        run.from_folder(disclosed, list(catalogue))
    assert run.report.problems == [] and run.report.warnings == []
    written = {"ercot_np6_331_cd": 188, "ercot_np3_966_er": 4, "ercot_np3_965_er": 4}
    for feed, files in written.items():
        of = run.report.of(feed)
        assert (of.files, of.rejected, of.quarantined, of.empty) == (files, 0, 0, 0)
        assert of.rows == sum(
            len(rows(text))
            for path in zips(disclosed / "ercot" / catalogue[feed].product_id)
            for text in members(path.read_bytes()).values()
        )


def test_wrong_arguments(tmp_path: Path) -> None:
    options = {"operators": ["ercot"], "feeds": ["ercot_np3_966_er"]}
    with pytest.raises(ValueError, match="at least 1"):
        synthetic.write(tmp_path, 1, AUTUMN, AUTUMN + DAY, batteries=0, **options)
    with pytest.raises(ValueError, match="at least 2 points"):
        synthetic.write(tmp_path, 1, AUTUMN, AUTUMN + DAY, points=1, **options)
