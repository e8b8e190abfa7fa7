"""ERCOT's data endpoints: rows by the day where neither list nor archive gives documents."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from extract.catalogue import load_catalogue
from extract.fetch import Fetched, FetchFailed, fetch_all
from extract.index import Candidate, ListingError, OtherDoor, Window, list_feed
from extract.run import Run
from synthetic import mirror
from synthetic.writing import write
from tests.extract.account import backfill
from tests.extract.http_fakes import FakeClock, fake_client, nothing_known, run
from tests.extract.test_index_ercot import ACCOUNT, TOKEN

DAY = date(2025, 11, 2)  # of 25 hours
WEEK_LATER = datetime(2025, 11, 10, 12, tzinfo=UTC)
CATALOGUE = load_catalogue()
RT = CATALOGUE["ercot_np6_905_cd"]
NO_ARCHIVE = {"path": "/archive/", "kind": "status", "status": 404}
FEEDS = (
    "ercot_np4_188_cd",
    "ercot_np4_190_cd",
    "ercot_np4_191_cd",
    "ercot_np6_86_cd",
    "ercot_np6_322_cd",
    "ercot_np6_345_cd",
    "ercot_np6_788_cd",
    "ercot_np6_905_cd",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write(
        folder, 3, DAY, DAY + timedelta(1), operators=["ercot"], feeds=FEEDS, hours=(0, 3),
        points=4,
    )  # fmt: skip
    return folder


@pytest.fixture
def server(site: Path) -> Iterator[mirror.Mirror]:
    with mirror.start(site) as running:
        running.set_faults([NO_ARCHIVE])
        yield running


def window(now: datetime = WEEK_LATER) -> Window:
    return Window(DAY, DAY + timedelta(1), now)


def query(data: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(data / "raw.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def landed(data: Path, feed: str) -> list[tuple]:
    """The rows of a feed's table, with flags and texts as files have them."""
    table = CATALOGUE[feed].tables[0]
    columns = []
    for column in table.columns:
        text = f"nullif(trim({column.name}), '')"
        if column.name.endswith("flag"):
            text = f"case lower({text}) when 'true' then 'Y' when 'false' then 'N' else {text} end"
        columns.append(text if column.data_type == "text" else column.name)
    return query(data, f"select {', '.join(columns)} from ercot.{table.name} order by all")


@pytest.mark.parametrize("feed", FEEDS)
def test_rows_of_the_api_are_the_rows_of_the_files(server, site, tmp_path, feed):
    with Run(tmp_path / "files", CATALOGUE) as files:
        files.from_folder(site, [CATALOGUE[feed]])
    rows = backfill(server.url, CATALOGUE[feed], tmp_path / "rows", window())
    assert rows.report.ok, rows.report.problems
    assert landed(tmp_path / "rows", feed) == landed(tmp_path / "files", feed) != []
    # and the run says by which door they came, and why
    (note,) = rows.report.warnings
    assert "rows are asked for from here, day by day" in note
    assert "/misapp/servlets/IceDocListJsonWS" in note and "answered 404" in note
    assert f"{rows.report.rows} rows from 2025-11-02 to 2025-11-02" in note


def test_each_page_is_a_document_and_a_second_run_fetches_none(server, prepared_data, monkeypatch):
    monkeypatch.setattr("extract.index.ercot_data.PAGE_ROWS", 30)
    first = backfill(server.url, RT, prepared_data, window())
    files = query(
        prepared_data,
        "select name, source_key, rows_landed, published_at, url from ercot._files order by 1",
    )
    # 3 clock hours, of which one comes twice: 16 quarter hours at 5 points (a zone as LZ and LZEW)
    assert [f[2] for f in files] == [30, 30, 20] and first.report.rows == 80
    assert files[2] == (
        "NP6-905-CD_spp_node_zone_hub_2025-11-02_page3.json",
        "ercot-data:np6-905-cd/spp_node_zone_hub?deliveryDate=2025-11-02&page=3",
        20,
        None,
        f"{server.url}/api/public-reports/np6-905-cd/spp_node_zone_hub?deliveryDateFrom=2025-11-02"
        "&deliveryDateTo=2025-11-02&sort=deliveryDate&dir=ASC&size=30&page=3",
    )
    server.reset_stats()
    again = backfill(server.url, RT, prepared_data, window())
    assert again.report.ok and again.report.files == again.report.of(RT.id).listed == 0
    assert not [r for r in asked(server) if "deliveryDate" in r and "size=30" in r]
    with Run(prepared_data, CATALOGUE) as replay:
        replay.from_archive([RT])
    assert replay.report.ok and replay.report.of(RT.id).known == 3


def asked(server: mirror.Mirror) -> list[str]:
    return [f"{r['path']}?{r['query']}" for r in server.stats()["requests"]]


def test_a_day_that_is_not_over_is_asked_for_again(server, site, prepared_data, tmp_path):
    def fetch(now: datetime) -> Run:
        return backfill(server.url, RT, prepared_data, window(now))

    def names() -> list[str]:
        return [n for (n,) in query(prepared_data, "select name from ercot._files order by 1")]

    def packs() -> int:
        return sum(p.stat().st_size for p in (prepared_data / "archive/packs").iterdir())

    open_name = "NP6-905-CD_spp_node_zone_hub_2025-11-02_open_page1.json"
    assert fetch(datetime(2025, 11, 3, 12, tzinfo=UTC)).report.rows == 80
    size = packs()
    unchanged = fetch(datetime(2025, 11, 3, 13, tzinfo=UTC))
    assert unchanged.report.files == 0 and unchanged.report.of(RT.id).known == 1
    assert names() == [open_name] and packs() == size
    # a late row
    last = max(site.rglob("*SPPHLZNP6905*.zip"))
    with zipfile.ZipFile(last) as file:
        (member,) = file.namelist()
        header, row, *_ = file.read(member).decode().splitlines()
    late = last.with_name(f"{last.stem}_late.zip")
    fields = row.split(",")
    fields[3] = "LATE_RN"
    try:
        with zipfile.ZipFile(late, "w") as file:
            file.writestr(member, f"{header}\n{','.join(fields)}\n")
        assert fetch(datetime(2025, 11, 3, 14, tzinfo=UTC)).report.rows == 81
        assert names() == [open_name, open_name]
        # two days later the day is whole: it is asked for once more and never again
        whole = fetch(datetime(2025, 11, 4, 12, tzinfo=UTC))
        assert whole.report.rows == 81
        assert names()[-1] == "NP6-905-CD_spp_node_zone_hub_2025-11-02_page1.json"
        assert fetch(datetime(2025, 11, 4, 13, tzinfo=UTC)).report.of(RT.id).listed == 0
    finally:
        late.unlink()


def test_the_archive_goes_first(server, prepared_data):
    server.clear_faults()
    first = backfill(server.url, RT, prepared_data, window())
    assert first.report.files == 16 and not first.report.warnings
    assert not [r for r in asked(server) if "spp_node_zone_hub" in r]


def test_without_rows_either_both_reasons_are_told(server, prepared_data):
    server.set_faults([NO_ARCHIVE, {"path": "spp_node_zone_hub", "kind": "html"}])
    (problem,) = backfill(server.url, RT, prepared_data, window()).report.problems
    assert "spp_node_zone_hub" in problem and "Expecting value" in problem
    assert "/archive/np6-905-cd" in problem and "api_endpoint" in problem


def test_a_fault_in_the_middle_keeps_the_other_days(server, prepared_data, monkeypatch):
    monkeypatch.setattr("extract.index.ercot_data.PAGE_ROWS", 50)
    html = {"path": "size=50&page=2", "kind": "html"}
    server.set_faults([NO_ARCHIVE, html])
    days = Window(DAY - timedelta(2), DAY + timedelta(1), WEEK_LATER)
    broken = backfill(server.url, RT, prepared_data, days)
    (problem,) = broken.report.problems
    assert "page 2 of 2" in problem and "an HTML page" in problem and "nothing of this" in problem
    # two days without rows are documents without rows; of the third nothing is kept
    assert query(prepared_data, "select status, count(*) from ercot._files group by 1") == [
        ("empty", 2)
    ]
    server.set_faults([NO_ARCHIVE])
    mended = backfill(server.url, RT, prepared_data, days)
    assert mended.report.ok and mended.report.files == 2 and mended.report.rows == 80


# what is asked for


def listing(handler, feed: Any, days: Window, **settings: Any) -> list[Candidate]:
    client, made = fake_client(handler, FakeClock(days.now), **ACCOUNT, retry_tries=1, **settings)

    async def go() -> list[Candidate]:
        async with client:
            return await list_feed(feed, days, client, made, nothing_known)

    return run(go())


def answer(total: int, rows: list[list[Any]], size: int) -> httpx.Response:
    meta = {"totalRecords": total, "pageSize": size, "totalPages": -(-total // size)}
    fields = [{"name": "SCEDTimestamp"}, {"name": "systemLambda"}]
    return httpx.Response(200, json={"_meta": meta, "fields": fields, "data": rows})


def api(archive: httpx.Response, data: Any = None):
    """ERCOT without its list, with an archive and, if `data` is given, rows."""

    def handler(request: httpx.Request) -> httpx.Response:
        if "b2clogin" in request.url.host:
            return httpx.Response(200, json={"id_token": TOKEN, "expires_in": "3600"})
        if "/archive/" in request.url.path:
            return archive
        if data and request.url.path.endswith("/sced_system_lambda"):
            return data(request)
        return httpx.Response(503)

    return handler


NO_DOCUMENTS = httpx.Response(200, json={"_meta": {"totalPages": 0}, "archives": []})
LAMBDA = CATALOGUE["ercot_np6_322_cd"]


def test_stamps_are_asked_for_by_the_clock_of_the_day():
    calls = []

    def data(request):
        calls.append(dict(request.url.params))
        return answer(576, [["2026-01-10T00:00:12", 20.5]], 1)

    days = Window(date(2026, 1, 10), date(2026, 1, 12), datetime(2026, 1, 20, tzinfo=UTC))
    with pytest.raises(OtherDoor, match="the archive lists no document") as raised:
        listing(api(NO_DOCUMENTS, data), LAMBDA, days)
    assert [(c["SCEDTimestampFrom"], c["SCEDTimestampTo"], c["size"]) for c in calls] == [
        ("2026-01-10T00:00:00", "2026-01-11T23:59:59", "1")
    ]
    first, second = raised.value.candidates
    assert "SCEDTimestampFrom=2026-01-11T00:00:00&SCEDTimestampTo=2026-01-11T23:59:59" in second.url
    assert first.paged and not first.recheck and TOKEN not in first.url


def test_what_the_operator_lists_now_reaches_from_the_days_of_the_list_to_tomorrow():
    now = datetime(2026, 1, 20, 18, tzinfo=UTC)
    with pytest.raises(OtherDoor) as raised:
        listing(
            api(NO_DOCUMENTS, lambda r: answer(1, [["2026-01-20T00:00:12", 1]], 1)),
            LAMBDA,
            Window(None, None, now),
        )
    found = raised.value.candidates
    assert len(found) == 7  # five days back, today, tomorrow
    assert [c.recheck for c in found] == [False] * 4 + [True] * 3  # yesterday is open, too


def test_postings_are_asked_for_with_a_day_before_and_after():
    feed = CATALOGUE["ercot_np4_732_cd"]

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/wpp_hrly_avrg_actl_fcast"):
            return answer(5184, [[]], 1)
        return api(NO_DOCUMENTS)(request)

    days = Window(date(2026, 1, 10), date(2026, 1, 11), datetime(2026, 1, 20, tzinfo=UTC))
    with pytest.raises(OtherDoor) as raised:
        listing(handler, feed, days)
    assert [c.name for c in raised.value.candidates] == [
        f"NP4-732-CD_wpp_hrly_avrg_actl_fcast_2026-01-{day:02d}_page1.json" for day in (9, 10, 11)
    ]


def test_a_used_up_quota_asks_for_no_rows():
    quota = httpx.Response(429, json={"error": "BandwidthQuotaExceeded"})
    calls = []
    days = Window(date(2026, 1, 10), date(2026, 1, 11), datetime(2026, 1, 20, tzinfo=UTC))
    with pytest.raises(ListingError, match="quota is used up") as raised:
        listing(api(quota, lambda r: calls.append(r)), LAMBDA, days)
    assert not isinstance(raised.value, OtherDoor) and raised.value.outcome == "throttled"
    assert not calls and not raised.value.candidates


def listed_on_17_january() -> dict[str, Any]:
    name = "cdr.00013114.0000000000000000.20260117.120015123.SCEDSYSLAMBDANP6322_csv.zip"
    return {
        "Document": {
            "DocID": "5",
            "ConstructedName": name,
            "FriendlyName": "SCEDSYSLAMBDANP6322_csv",
            "PublishDate": "2026-01-17T12:00:15-06:00",
        }
    }


def test_only_days_before_the_list_are_asked_for():
    """The list works and begins on 17 January: that day may be there in part."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("IceDocListJsonWS"):
            return httpx.Response(
                200, json={"ListDocsByRptTypeRes": {"DocumentList": [listed_on_17_january()]}}
            )
        return api(NO_DOCUMENTS, lambda r: answer(9, [["2026-01-10T00:00:12", 1]], 1))(request)

    days = Window(date(2026, 1, 14), date(2026, 1, 21), datetime(2026, 1, 20, 18, tzinfo=UTC))
    with pytest.raises(OtherDoor) as raised:
        listing(handler, LAMBDA, days)
    *rows, document = sorted(raised.value.candidates, key=lambda c: not c.paged)
    assert document.key == "ercot:5"
    assert [c.key[-17:-7] for c in rows] == [f"2026-01-{d}" for d in (14, 15, 16, 17)]


# all pages or nothing


FIRST = Candidate(
    "ercot_np6_322_cd",
    "ercot-data:np6-322-cd/sced_system_lambda?SCEDTimestamp=2026-01-10&page=1",
    "NP6-322-CD_sced_system_lambda_2026-01-10_page1.json",
    "https://api.ercot.com/api/public-reports/np6-322-cd/sced_system_lambda?size=2&page=1",
    None,
    paged=True,
)
ROWS = [[f"2026-01-10T00:{5 * n:02d}:12", 20 + n] for n in range(5)]


def pages(served, folder: Path, clock: FakeClock | None = None) -> list[Fetched | FetchFailed]:
    """What becomes of FIRST where `served` answers for the number of a page."""

    def data(request: httpx.Request) -> httpx.Response:
        return served(int(request.url.params["page"]))

    client, _ = fake_client(api(NO_DOCUMENTS, data), clock, **ACCOUNT, retry_tries=2)

    async def go() -> list[Fetched | FetchFailed]:
        async with client:
            return [item async for item in fetch_all([FIRST], client, folder)]

    return run(go())


def test_all_pages_come_with_the_first(tmp_path):
    (item,) = pages(lambda n: answer(5, ROWS[2 * n - 2 : 2 * n], 2), tmp_path)
    assert isinstance(item, Fetched) and item.candidate.key == FIRST.key
    assert [p.candidate.key[-6:] for p in item.pages] == ["page=2", "page=3"]
    assert [p.name for p in item.pages] == [FIRST.name.replace("page1", f"page{n}") for n in (2, 3)]
    assert json.loads(item.pages[1].path.read_bytes())["data"] == [["2026-01-10T00:20:12", 24]]
    item.discard()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("served", "reason"),
    [
        (  # a short page
            lambda n: answer(5, ROWS[:1] if n == 2 else ROWS[2 * n - 2 : 2 * n], 2),
            "page 2 of 3 holds 1 rows and not 2, with 5 in all, 2 to a page",
        ),
        (  # rows that are said to be there
            lambda n: answer(5, [], 2),
            "page 1 holds 0 rows and not 2, with 5 in all",
        ),
        (
            lambda n: httpx.Response(200, json={"message": "try later"}),
            "page 1 is no page of rows: it lacks _meta or data",
        ),
        (
            lambda n: httpx.Response(200, json={"_meta": {"totalPages": 3}, "data": []}),
            "_meta does not say totalRecords and pageSize",
        ),
        (
            lambda n: httpx.Response(200, text='{"_meta": {"totalRecords": 5, "pag'),
            "page 1 is no page of rows",
        ),
        (
            lambda n: httpx.Response(200, text="<html>maintenance</html>"),
            "an HTML page",
        ),
        (  # the quota ends between two pages
            lambda n: (
                httpx.Response(429, json={"error": "BandwidthQuotaExceeded"})
                if n == 3
                else answer(5, ROWS[2 * n - 2 : 2 * n], 2)
            ),
            "page 3 of 3: ercot_np6_322_cd",
        ),
        (lambda n: httpx.Response(404), "answered 404"),
    ],
)
def test_one_bad_page_leaves_nothing(tmp_path, served, reason):
    (item,) = pages(served, tmp_path)
    assert isinstance(item, FetchFailed) and item.candidate == FIRST
    assert reason in item.message and "nothing of this answer is kept" in item.message
    assert FIRST.url in item.message
    assert not list(tmp_path.iterdir())


def test_an_answer_that_grows_while_it_is_fetched_is_begun_again(tmp_path):
    calls = []

    def served(page: int) -> httpx.Response:
        calls.append(page)
        rows = ROWS[:3] if len(calls) == 1 else ROWS[:4]  # a run is published after the first call
        return answer(len(rows), rows[2 * page - 2 : 2 * page], 2)

    (item,) = pages(served, tmp_path)
    assert calls == [1, 2, 1, 2] and isinstance(item, Fetched)
    both = [json.loads(p.path.read_bytes())["data"] for p in (item, *item.pages)]
    assert both == [ROWS[:2], ROWS[2:4]]


def test_an_answer_that_never_holds_still_is_given_up(tmp_path):
    calls = []

    def served(page: int) -> httpx.Response:
        calls.append(page)
        total = 100 + len(calls)
        return answer(total, ROWS[:2], 2)

    (item,) = pages(served, tmp_path)
    assert isinstance(item, FetchFailed) and item.outcome == "wrong_bytes"
    assert "page 2 of 53 is of 106 rows, 2 to a page, and the first page was of 105" in item.message
    assert calls == [1, 2] * 3 and not list(tmp_path.iterdir())


def test_a_token_that_ends_between_pages_is_renewed(tmp_path):
    clock, refused = FakeClock(), []

    def served(page: int) -> httpx.Response:
        if page == 2 and not refused:
            refused.append(page)
            return httpx.Response(401)
        return answer(5, ROWS[2 * page - 2 : 2 * page], 2)

    (item,) = pages(served, tmp_path, clock)
    assert isinstance(item, Fetched) and len(item.pages) == 2 and refused
    assert clock.seconds >= 2 * 2.1  # 30 calls a minute


def test_a_working_list_and_a_working_archive_are_kept_where_bundles_fail():
    archived = {"docId": 7, "friendlyName": "SCEDSYSLAMBDA", "postDatetime": "2026-01-10T00:05:00"}
    archive = httpx.Response(200, json={"_meta": {"totalPages": 1}, "archives": [archived]})

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("IceDocListJsonWS"):
            return httpx.Response(
                200, json={"ListDocsByRptTypeRes": {"DocumentList": [listed_on_17_january()]}}
            )
        return api(archive)(request)  # bundles: 503

    days = Window(date(2018, 1, 1), date(2026, 1, 21), datetime(2026, 1, 20, 18, tzinfo=UTC))
    with pytest.raises(ListingError, match="/bundle/") as raised:
        listing(handler, LAMBDA, days)
    assert not isinstance(raised.value, OtherDoor)
    assert [c.key for c in raised.value.candidates] == ["ercot:7", "ercot:5"]
