"""NEMWEB directory pages: both real ones, every spelling of a link, and which root holds a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from extract.index import ListingError, Window, list_feed
from extract.index.directory_page import read_directory_page
from extract.index.nemweb import Naming, market_days, mmsdm_folder
from tests.extract.http_fakes import fake_client, feed, nothing_known, run

CURRENT = "/Reports/Current/DispatchIS_Reports/"
ARCHIVE = "/Reports/ARCHIVE/DispatchIS_Reports/"
NOW = datetime(2024, 3, 12, 4, tzinfo=UTC)  # 14:00 market time
DISPATCH = feed(
    "nem_dispatchis",
    {"kind": "nemweb", "current": CURRENT, "archive": ARCHIVE, "mmsdm": ["DISPATCHPRICE"]},
    cadence=timedelta(minutes=5),
    online_days=2,
)


def page(path: str, *names: str, parent: bool = True) -> str:
    rows = "".join(
        f'<br>      Tuesday, March 12, 2024  5:30 AM          721 <A HREF="{path}{name}">{name}</A>'
        for name in names
    )
    link = '<A HREF="/Reports/">[To Parent Directory]</A><br>' if parent else ""
    return f"<html><body><h1>nemweb - {path}</h1><pre>{link}{rows}<br></pre></body></html>"


def site(pages: dict[str, str]):
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        text = pages.get(request.url.path)
        return httpx.Response(404) if text is None else httpx.Response(200, text=text)

    return handler, asked


def listing(pages: dict[str, str], start: date | None = None, end: date | None = None, **options):
    handler, asked = site(pages)
    client, settings = fake_client(handler)
    known = options.get("known", nothing_known)
    window = Window(start, end, options.get("now", NOW))

    async def go():
        async with client:
            return await list_feed(options.get("feed", DISPATCH), window, client, settings, known)

    return run(go()), asked


def stamps(day: str, *clocks: str) -> list[str]:
    return [f"PUBLIC_DISPATCHIS_{day}{clock}_0000000000000001.zip" for clock in clocks]


# real pages


@pytest.mark.real
def test_real_page_of_november_2021(real_data: Path) -> None:
    text = (real_data / "nem/listings/nemweb_dirlisting.html").read_text("utf-8")
    entries = read_directory_page(text, CURRENT)
    assert entries is not None
    folders = [e.name for e in entries if e.is_folder]
    files = [e for e in entries if not e.is_folder]
    assert folders == ["DUPLICATE"]
    assert len(files) == text.count(".zip</a>") == 577
    assert files[0].name == "PUBLIC_DISPATCHIS_202111081435_0000000352251582.zip"
    assert files[0].size == 18166
    assert files[0].listed_at == datetime(2021, 11, 8, 14, 30)
    assert files[-1].name == "PUBLIC_DISPATCHIS_202111101435_0000000352367891.zip"
    assert files[-1].listed_at == datetime(2021, 11, 10, 14, 30)
    assert all(e.size and e.listed_at for e in files)


@pytest.mark.real
def test_real_page_of_march_2024(real_data: Path) -> None:
    text = (real_data / "nem/listings/TradingIs.html").read_text("utf-8")
    entries = read_directory_page(text, "/Reports/Current/TradingIS_Reports/")
    assert entries is not None
    assert [(e.name[17:29], e.size, e.listed_at) for e in entries] == [
        ("202403120535", 721, datetime(2024, 3, 12, 5, 30)),
        ("202403120540", 728, datetime(2024, 3, 12, 5, 35)),
        ("202403120545", 726, datetime(2024, 3, 12, 5, 40)),
    ]


@pytest.mark.real
def test_real_page_becomes_candidates_on_our_base_url(real_data: Path) -> None:
    text = (real_data / "nem/listings/nemweb_dirlisting.html").read_text("utf-8")
    found, _ = listing({CURRENT: text})
    assert len(found) == 577
    first = found[0]
    assert first.url == (
        "https://nemweb.com.au/Reports/Current/DispatchIS_Reports/"
        "PUBLIC_DISPATCHIS_202111081435_0000000352251582.zip"
    )
    assert first.key == (
        "/reports/current/dispatchis_reports/public_dispatchis_202111081435_0000000352251582.zip"
    )
    assert first.published_at is None
    assert first.listed_at == datetime(2021, 11, 8, 4, 30, tzinfo=UTC)
    assert first.size == 18166


# spellings


@pytest.mark.parametrize(
    ("row", "stamp", "size"),
    [
        ("3/12/2024  5:30 PM   721 ", datetime(2024, 3, 12, 17, 30), 721),
        ("  Saturday, July 1, 2023 12:05 AM  1024 ", datetime(2023, 7, 1, 0, 5), 1024),
        ("Saturday, 31 Foo 2023  9 ", None, None),
        ("13/40/2024 5:30 PM 8 ", None, 8),
        ("", None, None),
    ],
)
def test_date_styles(row: str, stamp: datetime | None, size: int | None) -> None:
    text = f'<pre>{row}<a href="{CURRENT}A.ZIP">A.ZIP</a></pre>'
    entries = read_directory_page(text, CURRENT)
    assert entries and (entries[0].listed_at, entries[0].name) == (stamp, "A.ZIP")
    if size is not None:
        assert entries[0].size == size


@pytest.mark.parametrize(
    "href",
    [
        CURRENT + "A.zip",
        CURRENT.upper() + "A.zip",
        "http://www.nemweb.com.au" + CURRENT + "A.zip",
        "https://NEMWEB.com.au/REPORTS/CURRENT/DispatchIS_Reports/A.zip",
        "A.zip",
        "./A.zip",
        "/prefix" + CURRENT + "A.zip",
    ],
)
def test_links_relative_absolute_and_in_either_case(href: str) -> None:
    for tag in ("a href", "A HREF"):
        entries = read_directory_page(
            f'<pre><br>1/2/2024 1:00 AM 5 <{tag}="{href}">A.zip</a>', CURRENT
        )
        assert entries and [e.name for e in entries] == ["A.zip"]


@pytest.mark.parametrize(
    "href", ["/Reports/Current/Other/B.zip", "../B.zip", "/B.zip", "https://example.org/B.zip", ""]
)
def test_links_to_elsewhere_are_left_out(href: str) -> None:
    parent = '<a href="/Reports/">[To Parent Directory]</a><br>'
    text = f'{parent}1/2/2024 1:00 AM 5 <a href="{href}">B</a>'
    assert read_directory_page(text, CURRENT) == []


@pytest.mark.parametrize("mark", ["&lt;dir&gt;", "<dir>"])
def test_folder_rows(mark: str) -> None:
    text = f'<pre>1/2/2024 1:00 AM  {mark} <a href="{CURRENT}DUPLICATE">DUPLICATE</a><br></pre>'
    entries = read_directory_page(text, CURRENT)
    assert entries and entries[0].is_folder and entries[0].size is None


@pytest.mark.parametrize(
    ("href", "text", "name", "quoted"),
    [
        # the name holds %23 literally, and the page escapes it, or not
        ("A%2523B%2523.zip", "A%23B%23.zip", "A%23B%23.zip", "A%2523B%2523.zip"),
        ("A%23B%23.zip", "A%23B%23.zip", "A%23B%23.zip", "A%2523B%2523.zip"),
        # the name holds #, and the page escapes it, or not
        ("A%23B%23.zip", "A#B#.zip", "A#B#.zip", "A%23B%23.zip"),
        ("A#B#.zip", "A#B#.zip", "A#B#.zip", "A%23B%23.zip"),
        # a text cut short by the server
        ("A%23B.zip", "A#..", "A#B.zip", "A%23B.zip"),
    ],
)
def test_names_with_a_number_sign(href: str, text: str, name: str, quoted: str) -> None:
    entries = read_directory_page(f'<pre><a href="/x/{href}">{text}</a></pre>', "/x/")
    assert entries and (entries[0].name, entries[0].quoted) == (name, quoted)


def test_an_error_page_with_status_200_is_no_listing() -> None:
    with pytest.raises(ListingError, match="not a directory page") as caught:
        listing({CURRENT: "<html><title>Service unavailable</title><body>sorry</body></html>"})
    assert caught.value.outcome == "not_recognised"
    assert "nem_dispatchis" in str(caught.value) and CURRENT in str(caught.value)


def test_an_empty_folder_is_an_empty_list() -> None:
    assert listing({CURRENT: page(CURRENT)})[0] == []


# windows


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("PUBLIC_DISPATCHIS_202508201810_0000000477155219.zip", "2025-08-20", "2025-08-20"),
        ("PUBLIC_DISPATCHIS_202508200000_0000000477155219.zip", "2025-08-19", "2025-08-19"),
        ("PUBLIC_DISPATCH_202403151945_20240315194011_LEGACY.zip", "2024-03-15", "2024-03-15"),
        ("PUBLIC_NEXT_DAY_DISPATCH_20260514_0000000517721207.zip", "2026-05-14", "2026-05-14"),
        ("PUBLIC_DISPATCHIS_20230801.zip", "2023-08-01", "2023-08-01"),
        ("PUBLIC_TRADINGIS_20210926_20211002.zip", "2021-09-26", "2021-10-02"),
        ("PUBLIC_TRADINGIS_209913991_0000000000000001.zip", None, None),
        ("CO2EII_SUMMARY_RESULTS.CSV", None, None),
    ],
)
def test_market_days_in_names(name: str, first: str | None, last: str | None) -> None:
    wanted = tuple(date.fromisoformat(d) if d else None for d in (first, last))
    assert market_days(name) == wanted


def test_without_a_window_only_the_current_folder_is_listed() -> None:
    found, asked = listing({CURRENT: page(CURRENT, *stamps("20240312", "0005", "0010"))})
    assert len(found) == 2 and asked == [CURRENT]


def test_a_window_within_the_current_folder_lists_nothing_else() -> None:
    names = stamps("20240311", "0005", "0010") + stamps("20240312", "0000", "0005")
    found, asked = listing({CURRENT: page(CURRENT, *names)}, date(2024, 3, 11), date(2024, 3, 12))
    # 00:00 of the 12th ends the last interval of the 11th
    assert [c.name[18:30] for c in found] == ["202403110005", "202403110010", "202403120000"]
    assert asked == [CURRENT]


def test_days_that_the_current_folder_lacks_come_from_the_archive() -> None:
    pages = {
        CURRENT: page(CURRENT, *stamps("20240310", "1435", "1440"), *stamps("20240311", "0005")),
        ARCHIVE: page(ARCHIVE, *(f"PUBLIC_DISPATCHIS_202403{d:02d}.zip" for d in range(1, 13))),
    }
    found, asked = listing(pages, date(2024, 3, 9), date(2024, 3, 12))
    assert asked == [CURRENT, ARCHIVE]
    archived = [c.name for c in found if "/archive/" in c.key]
    # the 10th is only half in the current folder, the 11th is there from its first interval on
    assert archived == ["PUBLIC_DISPATCHIS_20240309.zip", "PUBLIC_DISPATCHIS_20240310.zip"]


def test_weekly_containers_that_overlap_are_taken_once() -> None:
    pages = {
        CURRENT: page(CURRENT, *stamps("20240312", "0005")),
        ARCHIVE: page(
            ARCHIVE,
            "PUBLIC_TRADINGIS_20240218_20240224.zip",
            "PUBLIC_TRADINGIS_20240225_20240302.zip",
            "PUBLIC_TRADINGIS_20240303_20240309.zip",
        ),
    }
    found, _ = listing(pages, date(2024, 2, 27), date(2024, 3, 5))
    assert [c.name[17:25] for c in found] == ["20240225", "20240303"]


def test_months_older_than_the_archive_come_from_mmsdm_in_both_spellings() -> None:
    july, august = mmsdm_folder(date(2022, 7, 1)), mmsdm_folder(date(2022, 8, 1))
    assert july == (
        "/Data_Archive/Wholesale_Electricity/MMSDM/2022/MMSDM_2022_07/"
        "MMSDM_Historical_Data_SQLLoader/DATA/"
    )
    pages = {
        CURRENT: page(CURRENT, *stamps("20240312", "0005")),
        ARCHIVE: page(ARCHIVE, "PUBLIC_DISPATCHIS_20230201.zip"),
        july: page(
            july,
            "PUBLIC_DVD_DISPATCHPRICE_202207010000.zip",
            "PUBLIC_DVD_DISPATCHPRICE_EXTRA_202207010000.zip",
            "PUBLIC_DVD_DISPATCHLOAD_202207010000.zip",
        ),
        august: page(
            august,
            "PUBLIC_ARCHIVE%23DISPATCHPRICE%23FILE01%23202208010000.zip",
            "PUBLIC_ARCHIVE%23DISPATCHPRICE%23FILE02%23202208010000.zip",
            "PUBLIC_ARCHIVE%23DISPATCHLOAD%23FILE01%23202208010000.zip",
        ),
    }
    found, asked = listing(pages, date(2022, 7, 30), date(2022, 8, 2))
    assert asked == [CURRENT, ARCHIVE, july, august]
    assert [c.url.rpartition("/")[2] for c in found] == [
        "PUBLIC_DVD_DISPATCHPRICE_202207010000.zip",
        "PUBLIC_ARCHIVE%2523DISPATCHPRICE%2523FILE01%2523202208010000.zip",
        "PUBLIC_ARCHIVE%2523DISPATCHPRICE%2523FILE02%2523202208010000.zip",
    ]
    assert found[1].name == "PUBLIC_ARCHIVE%23DISPATCHPRICE%23FILE01%23202208010000.zip"


def test_a_month_that_is_missing_is_an_error_that_carries_the_rest() -> None:
    august = mmsdm_folder(date(2022, 8, 1))
    pages = {
        CURRENT: page(CURRENT, *stamps("20240312", "0005")),
        ARCHIVE: page(ARCHIVE, "PUBLIC_DISPATCHIS_20230201.zip"),
        august: page(august, "PUBLIC_DVD_DISPATCHPRICE_202208010000.zip"),
    }
    with pytest.raises(ListingError, match="MMSDM_2022_07") as caught:
        listing(pages, date(2022, 7, 30), date(2022, 8, 2))
    assert caught.value.outcome == "expired"
    assert [c.name for c in caught.value.candidates] == [
        "PUBLIC_DVD_DISPATCHPRICE_202208010000.zip"
    ]


def test_a_current_folder_that_is_missing_hides_no_other() -> None:
    hours, fives = "/Reports/Current/Actual_HH/", "/Reports/Current/Actual_5MIN/"
    both = feed("nem_demand", {"kind": "nemweb", "current": [fives, hours], "rolling": ARCHIVE})
    name = "PUBLIC_ACTUAL_OPERATIONAL_DEMAND_HH_202403121200_20240312120017.zip"
    year = "PUBLIC_ACTUAL_OPERATIONAL_DEMAND_5MIN_202403121200_20240312120543.zip"
    with pytest.raises(ListingError, match="Actual_5MIN") as caught:
        listing({hours: page(hours, name), ARCHIVE: page(ARCHIVE, year)}, feed=both)
    assert caught.value.outcome == "expired"
    assert [c.name for c in caught.value.candidates] == [name, year]
    with pytest.raises(ListingError, match=r"Actual_5MIN.*; .*Actual_HH.*; .*ARCHIVE") as caught:
        listing({}, feed=both)
    assert caught.value.candidates == []


def test_a_day_comes_from_its_month_while_the_current_folder_fails() -> None:
    july = mmsdm_folder(date(2022, 7, 1))
    text = page(july, "PUBLIC_DVD_DISPATCHPRICE_202207010000.zip")
    archive = page(ARCHIVE, "PUBLIC_DISPATCHIS_20230201.zip")

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == CURRENT:
            return httpx.Response(500)
        return httpx.Response(200, text={july: text, ARCHIVE: archive}[request.url.path])

    client, settings = fake_client(handler)

    async def go():
        async with client:
            window = Window(date(2022, 7, 30), date(2022, 7, 31), NOW)
            return await list_feed(DISPATCH, window, client, settings, nothing_known)

    with pytest.raises(ListingError, match=r"DispatchIS_Reports.* answered 500") as caught:
        run(go())
    assert [c.name for c in caught.value.candidates] == [
        "PUBLIC_DVD_DISPATCHPRICE_202207010000.zip"
    ]


def test_without_the_first_of_two_current_folders_older_roots_are_asked_for_all_days() -> None:
    fives = "/Reports/Current/Actual_5MIN/"
    both = feed("nem_demand", {"kind": "nemweb", "current": [fives, CURRENT], "archive": ARCHIVE})
    pages = {
        CURRENT: page(CURRENT, *stamps("20240311", "0005"), *stamps("20240312", "0005")),
        ARCHIVE: page(ARCHIVE, "PUBLIC_DISPATCHIS_20240311.zip"),
    }
    with pytest.raises(ListingError, match="Actual_5MIN") as caught:
        listing(pages, date(2024, 3, 11), date(2024, 3, 12), feed=both)
    assert "PUBLIC_DISPATCHIS_20240311.zip" in [c.name for c in caught.value.candidates]


def test_known_keys_are_left_out() -> None:
    names = stamps("20240312", "0005", "0010")
    key = (CURRENT + names[0]).lower()
    found, _ = listing({CURRENT: page(CURRENT, *names)}, known=lambda k: k == key)
    assert [c.name for c in found] == names[1:]


def test_403_means_wait_and_try_again() -> None:
    answers = [httpx.Response(403), httpx.Response(403), httpx.Response(200, text=page(CURRENT))]
    client, settings = fake_client(lambda _: answers.pop(0))

    async def go():
        async with client:
            return await list_feed(
                DISPATCH, Window(None, None, NOW), client, settings, nothing_known
            )

    assert run(go()) == [] and not answers


# what the names of other products mean

UNITS_CURRENT, UNITS_ARCHIVE = "/Reports/Current/Next_Day_Dispatch/", "/Reports/ARCHIVE/NDD/"
UNITS = feed(
    "nem_units",
    {
        "kind": "nemweb",
        "current": UNITS_CURRENT,
        "archive": UNITS_ARCHIVE,
        "archive_span": "month",
        "day": "trading",
        "mmsdm": ["DISPATCHLOAD"],
    },
    cadence=timedelta(days=1),
    online_days=395,
)
REGISTERED = feed(
    "nem_registered",
    {"kind": "nemweb", "mmsdm": ["STATION"]},
    cadence=timedelta(days=31),
    online_days=6000,
)
FORECASTS = feed(
    "nem_forecasts",
    {
        "kind": "nemweb",
        "current": CURRENT,
        "mmsdm": ["PREDISPATCHPRICE"],
        "mmsdm_folder": "PREDISP_ALL_DATA",
    },
    cadence=timedelta(minutes=30),
    online_days=14,
)


def days_of(name: str, **naming) -> tuple[str, ...]:
    return tuple(str(day) for day in market_days(name, Naming(**naming)))


def test_a_trading_day_reaches_into_the_next_market_day() -> None:
    name = "PUBLIC_NEXT_DAY_DISPATCH_20260514_0000000517721207.zip"
    assert days_of(name, is_trading=True) == ("2026-05-14", "2026-05-15")


def test_stamps_that_are_later_than_their_interval() -> None:
    # the half hour that ends at midnight belongs to the day before, though its stamp is 00:30
    name = "PUBLIC_ROOFTOP_PV_ACTUAL_MEASUREMENT_20240304003000_0000000412707330.zip"
    late = timedelta(minutes=30)
    assert days_of(name, stamp_after=late) == ("2024-03-03", "2024-03-03")
    assert days_of(name) == ("2024-03-04", "2024-03-04")


@pytest.mark.parametrize(
    ("span", "last"), [("day", "2026-02-26"), ("week", "2026-03-04"), ("month", "2026-02-28")]
)
def test_archives_that_are_named_by_their_first_day(span: str, last: str) -> None:
    name = "PUBLIC_ROOFTOP_PV_ACTUAL_SATELLITE_20260226.zip"
    assert days_of(name, span=span) == ("2026-02-26", last)


def test_the_last_file_of_a_month_of_trading_days_holds_a_day_of_the_next() -> None:
    name = "PUBLIC_NEXT_DAY_DISPATCH_20260201.zip"
    assert days_of(name, span="month", is_trading=True) == ("2026-02-01", "2026-03-01")


def test_a_market_day_needs_the_files_of_two_trading_days() -> None:
    names = [
        f"PUBLIC_NEXT_DAY_DISPATCH_202403{d:02d}_000000000000000{d % 10}.zip" for d in (7, 8, 9)
    ]
    found, asked = listing(
        {UNITS_CURRENT: page(UNITS_CURRENT, *names)}, date(2024, 3, 8), date(2024, 3, 9), feed=UNITS
    )
    assert [c.name[26:33] for c in found] == ["0240307", "0240308"]
    assert asked == [UNITS_CURRENT]  # whole from the 8th on: nothing older is asked


def test_the_first_day_of_the_current_folder_is_not_whole_for_trading_days() -> None:
    pages = {
        UNITS_CURRENT: page(UNITS_CURRENT, "PUBLIC_NEXT_DAY_DISPATCH_20240308_1.zip"),
        UNITS_ARCHIVE: page(
            UNITS_ARCHIVE,
            "PUBLIC_NEXT_DAY_DISPATCH_20240201.zip",
            "PUBLIC_NEXT_DAY_DISPATCH_20240301.zip",
        ),
    }
    found, _ = listing(pages, date(2024, 3, 8), date(2024, 3, 9), feed=UNITS)
    assert [c.name for c in found] == [
        "PUBLIC_NEXT_DAY_DISPATCH_20240308_1.zip",
        "PUBLIC_NEXT_DAY_DISPATCH_20240301.zip",
    ]


def test_what_has_monthly_tables_alone_is_asked_for_its_newest_month() -> None:
    january, february = mmsdm_folder(date(2024, 1, 1)), mmsdm_folder(date(2024, 2, 1))
    station = "PUBLIC_DVD_STATION_202402010000.zip"
    found, asked = listing({february: page(february, station)}, feed=REGISTERED)
    assert [c.name for c in found] == [station] and asked == [february]
    # on the 12th of March February may still be missing; on the 20th it may not
    old = {january: page(january, "PUBLIC_DVD_STATION_202401010000.zip")}
    found, asked = listing(old, feed=REGISTERED)
    assert [c.name for c in found] == ["PUBLIC_DVD_STATION_202401010000.zip"]
    with pytest.raises(ListingError, match="MMSDM_2024_02"):
        listing(old, feed=REGISTERED, now=NOW + timedelta(days=8))


def test_a_month_that_is_not_due_yet_is_no_error() -> None:
    february = mmsdm_folder(date(2024, 2, 1))
    pages = {february: page(february, "PUBLIC_DVD_STATION_202402010000.zip")}
    found, asked = listing(pages, date(2024, 2, 28), date(2024, 3, 12), feed=REGISTERED)
    assert len(found) == 1 and asked == [february, mmsdm_folder(date(2024, 3, 1))]


def test_tables_of_every_run_lie_in_a_folder_of_their_own() -> None:
    folder = mmsdm_folder(date(2022, 8, 1), "PREDISP_ALL_DATA")
    assert folder.endswith("/MMSDM_2022_08/MMSDM_Historical_Data_SQLLoader/PREDISP_ALL_DATA/")
    names = [
        "PUBLIC_ARCHIVE%23PREDISPATCHPRICE%23ALL%23FILE01%23202208010000.zip",
        "PUBLIC_ARCHIVE%23PREDISPATCHPRICE%23ALL%23FILE02%23202208010000.zip",
        "PUBLIC_DVD_PREDISPATCHPRICE1_202208010000.zip",
        "PUBLIC_DVD_PREDISPATCHPRICESENSITIVITIES_202208010000.zip",
    ]
    pages = {CURRENT: page(CURRENT, *stamps("20240312", "0005")), folder: page(folder, *names)}
    found, _ = listing(pages, date(2022, 8, 1), date(2022, 8, 3), feed=FORECASTS)
    assert [c.name for c in found] == names[:3]
    assert found[0].url.endswith(
        "PUBLIC_ARCHIVE%2523PREDISPATCHPRICE%2523ALL%2523FILE01%2523202208010000.zip"
    )


def test_a_file_that_is_written_over_is_new_when_its_listed_time_is() -> None:
    name = "CO2EII_AVAILABLE_GENERATORS.CSV"
    ((first,), _), ((second,), _) = (
        listing({CURRENT: page(CURRENT, name).replace("5:30 AM", clock)})
        for clock in ("5:30 AM", "6:30 AM")
    )
    assert first.url == second.url and first.key != second.key
    assert first.key == f"{CURRENT}{name}#202403120530".lower()


def test_of_a_rolling_folder_the_newest_file_is_taken_once_a_week() -> None:
    rolling = "/Reports/Current/Operational_Demand/ACTUAL_5MIN/"
    demand = feed(
        "nem_demand",
        {"kind": "nemweb", "current": CURRENT, "rolling": rolling},
        cadence=timedelta(minutes=30),
        online_days=60,
    )
    names = [f"PUBLIC_ACTUAL_OPERATIONAL_DEMAND_5MIN_2024031200{m:02d}_1.zip" for m in (5, 10, 35)]
    pages = {CURRENT: page(CURRENT), rolling: page(rolling, *names)}
    found, _ = listing(pages, feed=demand)
    assert [c.name for c in found] == names[2:]
    keys = [listing(pages, feed=demand, now=NOW + timedelta(days=d))[0][0].key for d in (0, 3, 7)]
    assert keys[0] == keys[1] != keys[2]
