"""ERCOT: the real HTML list, the JSON list, the archive, local stamps, and an account's secrets."""

from __future__ import annotations

import itertools
import json
import logging
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from extract.fetch import Fetched, FetchFailed, fetch_all
from extract.index import ListingError, Window, list_feed
from extract.index.ercot_documents import published_at, published_in_name
from tests.extract.http_fakes import FakeClock, fake_client, feed, nothing_known, run, zip_bytes

LOAD = feed(
    "ercot_np6_345_cd",
    {"kind": "ercot_mis", "report_type_id": 13101, "api_product": "np6-345-cd"},
)
NOW = datetime(2023, 11, 20, 18, tzinfo=UTC)
JSON_PATH = "/misapp/servlets/IceDocListJsonWS"
PAGE_PATH = "/misapp/GetReports.do"
ACCOUNT = {
    "ercot_username": "someone@example.org",
    "ercot_password": "pass-word-7f3",
    "ercot_subscription_key": "subscription-key-91c",
}
TOKEN = "token-value-55d"
SECRETS = [*ACCOUNT.values(), TOKEN]


def document(doc_id: str, name: str, published: str, **more: str) -> dict[str, Any]:
    friendly = name.rsplit(".", 2)[-2]
    return {
        "Document": {
            "DocID": doc_id,
            "ConstructedName": name,
            "FriendlyName": friendly,
            "PublishDate": published,
            "ContentSize": "1018",
            "ReportTypeID": "13101",
            **more,
        }
    }


def load_name(day: str, kind: str = "csv") -> str:
    return f"cdr.00013101.0000000000000000.{day}.055000675.ACTUALSYSLOADWZNP6345_{kind}.zip"


def answer(*documents: Any) -> httpx.Response:
    return httpx.Response(200, json={"ListDocsByRptTypeRes": {"DocumentList": list(documents)}})


def listing(handler, start=None, end=None, *, known=nothing_known, now=NOW, **settings):
    client, made = fake_client(handler, FakeClock(now), **settings)

    async def go():
        async with client:
            return await list_feed(LOAD, Window(start, end, now), client, made, known)

    return run(go())


def json_only(*documents: Any):
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.url.path == JSON_PATH
        return answer(*documents)

    return handler


# the real HTML page


@pytest.mark.real
def test_real_html_list_of_november_2023(real_data: Path) -> None:
    page = real_data / "ercot/mis_listing/GetReports_reportTypeId_13101_2023-11-20.html"
    asked = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.host, request.url.path))
        if request.url.path == JSON_PATH:
            return httpx.Response(200, text="<html>not today</html>")
        return httpx.Response(200, content=page.read_bytes())

    found = listing(handler)
    assert asked == [("www.ercot.com", JSON_PATH), ("mis.ercot.com", PAGE_PATH)]
    assert len(found) == 32  # 64 rows, half of them XML
    assert all("_csv" in c.name and "_xml" not in c.name for c in found)
    first, last = found[0], found[-1]
    assert first.name == (
        "cdr.00013101.0000000000000000.20231020.055000484.ACTUALSYSLOADWZNP6345_csv.zip"
    )
    assert first.key == "ercot:952173876"
    assert first.published_at == datetime(2023, 10, 20, 10, 50, 0, 484000, UTC)  # daylight time
    assert last.key == "ercot:959561638"
    assert last.published_at == datetime(2023, 11, 20, 11, 50, 0, 675000, UTC)  # standard time
    assert last.url == (
        "https://www.ercot.com/misdownload/servlets/mirDownload?doclookupId=959561638"
    )


@pytest.mark.real
def test_real_archive_answer(real_data: Path) -> None:
    text = (real_data / "ercot/public_api/archive_np3-911-er_2024-10-18.json").read_bytes()

    def handler(request: httpx.Request) -> httpx.Response:
        if "b2clogin" in request.url.host:
            return httpx.Response(200, json={"id_token": TOKEN, "expires_in": "3600"})
        if request.url.path.startswith("/api/public-reports/archive/np6-345-cd"):
            return httpx.Response(200, content=text)
        return httpx.Response(503)

    found = listing(handler, **ACCOUNT, retry_tries=1)
    assert [c.key for c in found] == ["ercot:1045038225"]
    assert found[0].published_at == datetime(2024, 10, 18, 8, 13, 31, tzinfo=UTC)
    assert found[0].url == (
        "https://api.ercot.com/api/public-reports/archive/np6-345-cd?download=1045038225"
    )
    assert found[0].name_is_guess


# the JSON list


def test_only_the_csv_twin_is_taken_and_fields_are_read() -> None:
    found = listing(
        json_only(
            document("2", load_name("20231120", "xml"), "2023-11-20T05:50:00-06:00"),
            document("1", load_name("20231120"), "2023-11-20T05:50:00-06:00"),
        )
    )
    assert len(found) == 1
    (only,) = found
    assert (only.key, only.size) == ("ercot:1", 1018)
    assert only.name == load_name("20231120")
    assert only.published_at == datetime(2023, 11, 20, 11, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        {"ListDocsByRptTypeRes": {"DocumentList": []}},
        {"ListDocsByRptTypeRes": {"DocumentList": None}},
        {"ListDocsByRptTypeRes": {}},
        {"ListDocsByRptTypeRes": None},
        {"ListDocsByRptTypeRes": ""},
    ],
)
def test_an_empty_list_is_a_valid_outcome(body: dict) -> None:
    assert listing(lambda _: httpx.Response(200, json=body)) == []


def test_a_single_document_without_a_list_around_it() -> None:
    one = document("1", load_name("20231120"), "2023-11-20T05:50:00-06:00")
    body = {"ListDocsByRptTypeRes": {"DocumentList": one}}
    assert [c.key for c in listing(lambda _: httpx.Response(200, json=body))] == ["ercot:1"]


def test_a_name_that_would_leave_the_folder_is_made_safe() -> None:
    one = document("1", "../../etc/x_csv.zip", "2023-11-20T05:50:00-06:00")
    (found,) = listing(json_only(one))
    assert found.name == "x_csv.zip"


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b"nonsense",
        b'{"ListDocsByRptTypeRes": {"DocumentList": [{"Document": {"DocID": "x"}}]}}',
        b'{"ListDocsByRptTypeRes": {"DocumentList": ["x"]}}',
    ],
)
def test_other_shapes_fall_back_to_html_and_both_failures_are_told(body: bytes) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == JSON_PATH:
            return httpx.Response(200, content=body)
        return httpx.Response(200, text="<html>Please log in</html>")

    with pytest.raises(ListingError) as caught:
        listing(handler)
    message = str(caught.value)
    assert "ercot_np6_345_cd" in message and JSON_PATH in message and PAGE_PATH in message
    assert "not a report list" in message and "report_type_id" in message
    assert caught.value.outcome == "not_recognised"


# windows


def test_window_filters_by_posting_day_with_a_day_of_slack() -> None:
    days = [f"202311{d:02d}" for d in range(8, 20)]
    documents = [
        document(d, load_name(d), f"{d[:4]}-{d[4:6]}-{d[6:]}T05:50:00-06:00") for d in days
    ]
    found = listing(json_only(*documents), date(2023, 11, 11), date(2023, 11, 13))
    assert [c.key[-2:] for c in found] == ["10", "11", "12", "13"]


def test_a_window_older_than_the_list_says_so_and_keeps_what_is_listed() -> None:
    documents = [document("1", load_name("20231020"), "2023-10-20T05:50:00-05:00")]
    with pytest.raises(ListingError, match="public list begins 2023-10-20") as caught:
        listing(json_only(*documents), date(2023, 9, 1), date(2023, 10, 21))
    assert caught.value.outcome == "expired"
    assert "GRIDHOUSE_ERCOT_USERNAME" in str(caught.value)
    assert [c.key for c in caught.value.candidates] == ["ercot:1"]


def test_an_old_window_that_the_list_still_holds_is_no_error() -> None:
    documents = [
        document("1", load_name("20200102"), "2020-01-02T05:50:00-06:00"),
        document("2", load_name("20200103"), "2020-01-03T05:50:00-06:00"),
    ]
    found = listing(json_only(*documents), date(2020, 1, 1), date(2020, 1, 3))
    assert len(found) == 2


# stamps


@pytest.mark.parametrize(
    ("stamp", "name", "wanted"),
    [
        # the repeated hour: the offset may lie, the name does not
        ("2022-11-06T01:30:00-05:00", "SPPHLZNP6905_20221106_0130_csv", "2022-11-06T06:30"),
        ("2022-11-06T01:30:00-06:00", "SPPHLZNP6905_20221106_0130_csv", "2022-11-06T06:30"),
        ("2022-11-06T01:30:00-05:00", "SPPHLZNP6905_20221106_0130xhr_csv", "2022-11-06T07:30"),
        ("2022-11-06T01:30:00-06:00", "SPPHLZNP6905_20221106_0130XHR_csv", "2022-11-06T07:30"),
        ("2022-11-06T02:30:00-06:00", "SPPHLZNP6905_20221106_0230_csv", "2022-11-06T08:30"),
        ("2023-07-01T12:00:00-05:00", "X_csv", "2023-07-01T17:00"),
        ("2023-07-01T12:00:00.000", "X_csv", "2023-07-01T17:00"),
    ],
)
def test_published_at(stamp: str, name: str, wanted: str) -> None:
    assert published_at(stamp, (name,)) == datetime.fromisoformat(f"{wanted}:00+00:00")


@pytest.mark.parametrize("stamp", [None, "", "yesterday", "2023-13-01T00:00:00"])
def test_a_stamp_that_is_none_gives_no_instant(stamp: str | None) -> None:
    assert published_at(stamp, ("X",)) is None


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (load_name("20231120"), datetime(2023, 11, 20, 11, 50, 0, 675000, UTC)),
        ("ext.00013057.0000000000000000.20241018.031331.2_Day.zip", "2024-10-18T08:13:31+00:00"),
        ("cdr.00012301.0000000000000000.20221106.013046123.SPP_0130xhr_csv.zip", "07:30"),
        ("DAM_CapPrices2023.csv", None),
        ("cdr.00013101.0000000000000000.20231399.055000675.X_csv.zip", None),
    ],
)
def test_published_in_name(name: str, wanted: object) -> None:
    found = published_in_name(name)
    if wanted is None or isinstance(wanted, datetime):
        assert found == wanted
    else:
        assert found is not None and str(wanted) in found.isoformat()


# the archive


class Api:
    """ERCOT's API as far as it matters here: sign-in, paged archive, download."""

    def __init__(self, documents: int = 2500, page: int = 1000):
        self.documents, self.page = documents, page
        self.clock = FakeClock(NOW)
        self.calls: list[tuple[float, str]] = []
        self.sign_ins = 0
        self.quota_after: int | None = None
        self.reject_next = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if "b2clogin" in request.url.host:
            self.sign_ins += 1
            form = parse_qs(request.content.decode())
            assert form["password"] == [ACCOUNT["ercot_password"]]
            assert form["grant_type"] == ["password"] and form["response_type"] == ["id_token"]
            return httpx.Response(200, json={"id_token": TOKEN, "expires_in": 3600})
        if request.url.host != "api.ercot.com":
            return httpx.Response(503, text="MIS refuses")
        self.calls.append((self.clock.clock(), str(request.url)))
        if self.reject_next:
            self.reject_next = False
            return httpx.Response(401, json={"message": "expired"})
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        assert request.headers["ocp-apim-subscription-key"] == ACCOUNT["ercot_subscription_key"]
        if self.quota_after is not None and len(self.calls) > self.quota_after:
            body = {"statusCode": 429, "error": "BandwidthQuotaExceeded"}
            return httpx.Response(429, json=body)
        query = dict(request.url.params)
        if "download" in query:
            name = f"{query['download']}.{load_name('20231001')}"
            header = {"content-disposition": f'attachment; filename="{name}"'}
            return httpx.Response(200, content=zip_bytes(), headers=header)
        return httpx.Response(200, json=self.archives(int(query["page"]), int(query["size"])))

    def archives(self, page: int, size: int) -> dict:
        begin = datetime(2023, 6, 1, 5, 50)
        entries = [
            {
                "docId": 1000 + n,
                "friendlyName": f"ACTUALSYSLOADWZNP6345_{'csv' if n % 2 else 'xml'}",
                "postDatetime": (begin + timedelta(minutes=n)).isoformat() + ".000",
            }
            for n in reversed(range(self.documents))
        ]
        meta = {"totalPages": -(-self.documents // size), "currentPage": page}
        return {"_meta": meta, "archives": entries[(page - 1) * size : page * size]}


def test_the_archive_is_paged_and_throttled_and_newest_last() -> None:
    api = Api()
    client, made = fake_client(api, api.clock, **ACCOUNT, retry_tries=1)

    async def go():
        async with client:
            window = Window(date(2023, 6, 1), date(2023, 6, 4), NOW)
            return await list_feed(LOAD, window, client, made, nothing_known)

    found = run(go())
    assert len(found) == 1250 and len(api.calls) == 3 and api.sign_ins == 1
    assert found[0].published_at < found[-1].published_at
    assert (
        "postDatetimeFrom=2023-05-31T00:00:00&postDatetimeTo=2023-06-05T00:00:00"
        in (api.calls[0][1])
    )
    starts = [at for at, _ in api.calls]
    assert all(b - a >= 2.1 for a, b in itertools.pairwise(starts))


def test_list_and_archive_are_joined_without_doubles() -> None:
    api = Api(documents=2)

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == JSON_PATH:  # 1001 is in both
            return answer(
                document("1001", load_name("20230601"), "2023-06-01T05:51:00-05:00"),
                document("3000", load_name("20231119"), "2023-11-19T05:50:00-06:00"),
            )
        return api(request)

    found = listing(handler, date(2023, 5, 1), None, **ACCOUNT)
    assert [c.key for c in found] == ["ercot:1001", "ercot:3000"]
    assert "mirDownload" in found[0].url  # the public door has no quota


def test_a_refused_token_is_renewed_once(tmp_path: Path) -> None:
    api = Api(documents=2)
    client, made = fake_client(api, api.clock, **ACCOUNT, retry_tries=1)

    async def go():
        async with client:
            window = Window(date(2023, 6, 1), date(2023, 6, 2), NOW)
            found = await list_feed(LOAD, window, client, made, nothing_known)
            api.reject_next = True
            return [item async for item in fetch_all(found, client, tmp_path)]

    (item,) = run(go())
    assert isinstance(item, Fetched) and api.sign_ins == 2
    assert item.name == load_name("20231001")  # the header's name, without the document id


def test_the_token_is_renewed_before_it_runs_out() -> None:
    api = Api(documents=2)
    client, made = fake_client(api, api.clock, **ACCOUNT, retry_tries=1)

    async def go():
        async with client:
            window = Window(date(2023, 6, 1), date(2023, 6, 2), NOW)
            for _ in range(3):
                await list_feed(LOAD, window, client, made, nothing_known)
                api.clock.seconds += 1700

    run(go())
    assert api.sign_ins == 2


def test_a_used_up_quota_stops_the_api_without_hammering(tmp_path: Path) -> None:
    api = Api(documents=20)
    client, made = fake_client(api, api.clock, **ACCOUNT)

    async def go():
        async with client:
            window = Window(date(2023, 6, 1), date(2023, 6, 2), NOW)
            made_list = await list_feed(LOAD, window, client, made, nothing_known)
            api.quota_after = len(api.calls) + 3
            return [item async for item in fetch_all(made_list, client, tmp_path)]

    items = run(go())
    good = [i for i in items if isinstance(i, Fetched)]
    bad = [i for i in items if isinstance(i, FetchFailed)]
    assert len(good) == 3 and len(bad) == 7
    assert {i.outcome for i in bad} == {"throttled"}
    assert "run again in an hour" in bad[0].message
    assert len(api.calls) == api.quota_after + 1  # one refusal, then no call at all


def test_without_an_account_the_message_names_what_is_missing() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return answer(document("1", load_name("20231119"), "2023-11-19T05:50:00-06:00"))

    with pytest.raises(ListingError) as caught:
        listing(handler, date(2023, 6, 1), None, ercot_username="u")
    assert "GRIDHOUSE_ERCOT_PASSWORD, GRIDHOUSE_ERCOT_SUBSCRIPTION_KEY" in str(caught.value)
    assert "GRIDHOUSE_ERCOT_USERNAME" not in str(caught.value)


# secrets


def echo(request: httpx.Request) -> httpx.Response:
    """A sign-in that answers with everything it was sent."""
    if "b2clogin" in request.url.host:
        text = f'{{"error":"invalid_grant","error_description":"AADB2C90225: {request.content!r}"}}'
        return httpx.Response(400, text=text)
    return httpx.Response(503)


def test_a_refused_sign_in_shows_the_code_and_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ListingError) as caught:
        listing(echo, **ACCOUNT, retry_tries=1)
    chain, error = "", caught.value
    while error is not None:
        chain += repr(error) + str(error)
        error = error.__cause__ or error.__context__
    assert "AADB2C90225" in str(caught.value)
    assert "GRIDHOUSE_ERCOT_PASSWORD" in str(caught.value)
    for secret in SECRETS:
        assert secret not in chain and secret not in caplog.text
        assert secret.replace("@", "%40") not in chain + caplog.text


def test_no_secret_in_candidates_logs_or_failures(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api = Api(documents=4)
    client, made = fake_client(api, api.clock, **ACCOUNT, retry_tries=2)

    async def go():
        async with client:
            window = Window(date(2023, 6, 1), date(2023, 6, 2), NOW)
            found = await list_feed(LOAD, window, client, made, nothing_known)
            api.quota_after = 0
            return found, [item async for item in fetch_all(found, client, tmp_path)]

    found, items = run(go())
    assert found and all(isinstance(i, FetchFailed) for i in items)
    everything = repr(found) + repr(items) + repr(made) + str(made) + caplog.text
    everything += repr(client._token) + json.dumps(made.model_dump(mode="json"))
    for secret in SECRETS:
        assert secret not in everything


def test_credentials_never_follow_a_redirect_to_another_host(tmp_path: Path) -> None:
    api = Api(documents=2)
    elsewhere: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.host in ("files.example.org", "api.ercot.com.example.org"):
            elsewhere.append(request)
            return httpx.Response(200, content=zip_bytes())
        if "download" in request.url.params:
            target = "https://api.ercot.com.example.org/api/public-reports/file.zip"
            return httpx.Response(302, headers={"location": target})
        return api(request)

    client, made = fake_client(handler, api.clock, **ACCOUNT, retry_tries=1)

    async def go():
        async with client:
            window = Window(date(2023, 6, 1), date(2023, 6, 2), NOW)
            found = await list_feed(LOAD, window, client, made, nothing_known)
            return [item async for item in fetch_all(found, client, tmp_path)]

    (item,) = run(go())
    assert isinstance(item, Fetched) and len(elsewhere) == 1
    sent = str(elsewhere[0].headers.raw)
    assert not any(secret in sent for secret in SECRETS)
