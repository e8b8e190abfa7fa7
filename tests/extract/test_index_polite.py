"""The polite client: lanes, spacing, back-off, Retry-After, redirects, time-outs."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from extract.polite import MAX_REDIRECTS, Trouble, retry_after, user_agent
from extract.redact import without_secrets
from tests.extract.http_fakes import FakeClock, Handler, fake_client, run

URL = "https://nemweb.com.au/Reports/Current/"
CAISO = "https://oasis.caiso.com/oasisapi/SingleZip"


def answers(*responses: httpx.Response | Exception) -> tuple[Handler, list[httpx.Request]]:
    left, asked = list(responses), []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        item = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(item, Exception):
            raise item
        return httpx.Response(item.status_code, headers=item.headers, content=item.content)

    return handler, asked


def read(handler: Handler, url: str = URL, clock: FakeClock | None = None, **settings):
    client, _ = fake_client(handler, clock, **settings)

    async def go():
        async with client:
            return await client.read(url)

    return run(go())


# lanes


@pytest.mark.parametrize(
    ("url", "lane"),
    [
        ("https://www.ercot.com/misapp/servlets/IceDocListJsonWS?reportTypeId=1", "ercot_mis"),
        ("https://mis.ercot.com/misapp/GetReports.do", "ercot_mis"),
        ("https://api.ercot.com/api/public-reports/archive/np6-345-cd?page=1", "ercot_api"),
        ("https://API.ercot.com/api/public-reports", "ercot_api"),
        ("https://api.ercot.com.example.org/api/public-reports", "api.ercot.com.example.org"),
        ("https://api.ercot.com/api/public-reports-of-another", "api.ercot.com"),
        ("https://oasis.caiso.com/oasisapi/SingleZip?a=b", "caiso"),
        ("https://nemweb.com.au/Data_Archive/x", "nemweb"),
        ("https://example.org/", "example.org"),
    ],
)
def test_the_lane_of_a_url(url: str, lane: str) -> None:
    client, _ = fake_client(lambda _: httpx.Response(200))
    assert client.lane(url).name == lane


def test_lanes_of_a_mirror_that_serves_all_operators_under_one_host() -> None:
    base = "http://127.0.0.1:8123"
    settings = dict.fromkeys(
        ("ercot_mis_url", "ercot_mis_html_url", "caiso_url", "nemweb_url"), base
    )
    client, _ = fake_client(
        lambda _: httpx.Response(200), **settings, ercot_api_url=f"{base}/api/public-reports"
    )
    paths = {
        "/misapp/servlets/IceDocListJsonWS?reportTypeId=1": "ercot_mis",
        "/misdownload/servlets/mirDownload?doclookupId=1": "ercot_mis",
        "/api/public-reports/archive/x": "ercot_api",
        "/oasisapi/SingleZip?x=1": "caiso",
        "/Reports/Current/DispatchIS_Reports/": "nemweb",
        "/REPORTS/ARCHIVE/DispatchIS_Reports/": "nemweb",
        "/Data_Archive/Wholesale_Electricity/": "nemweb",
    }
    assert {path: client.lane(base + path).name for path in paths} == paths
    assert {client.lane(base + path).rate.spacing_s for path in paths} == {0.0}


# spacing and concurrency


@pytest.mark.parametrize(
    ("url", "spacing"), [(CAISO, 5.0), ("https://www.ercot.com/misapp/x", 0.1), (URL, 0.05)]
)
def test_starts_of_requests_are_spaced(url: str, spacing: float) -> None:
    clock, at = FakeClock(), []

    def handler(_: httpx.Request) -> httpx.Response:
        at.append(clock.clock())
        return httpx.Response(200)

    client, _ = fake_client(handler, clock)

    async def go():
        async with client:
            await asyncio.gather(*(client.read(f"{url}?n={n}") for n in range(8)))

    run(go())
    gaps = [b - a for a, b in itertools.pairwise(at)]
    assert len(gaps) == 7 and min(gaps) >= spacing - 1e-9


def test_no_more_requests_under_way_than_the_lane_allows() -> None:
    under_way = most = 0

    async def handler(_: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _step in range(20):
            await asyncio.sleep(0)
        under_way -= 1
        return httpx.Response(200)

    client, _ = fake_client(handler, nemweb_spacing_s=0, nemweb_concurrency=3)

    async def go():
        async with client:
            await asyncio.gather(*(client.read(f"{URL}?n={n}") for n in range(12)))

    run(go())
    assert most == 3


def test_operators_do_not_wait_for_each_other() -> None:
    released = asyncio.Event()

    async def handler(request: httpx.Request) -> httpx.Response:
        if request.url.host == "oasis.caiso.com":
            await released.wait()
        return httpx.Response(200)

    client, _ = fake_client(handler)

    async def go():
        async with client:
            slow = asyncio.create_task(client.read(CAISO))
            await asyncio.sleep(0)
            await client.read(URL)  # would hang if lanes shared a gate
            assert not slow.done()
            released.set()
            await slow

    run(go())


def test_a_throttled_answer_pauses_the_whole_lane() -> None:
    clock, at = FakeClock(), []

    def handler(request: httpx.Request) -> httpx.Response:
        at.append((clock.clock(), str(request.url.params.get("n"))))
        if len(at) == 1:
            return httpx.Response(429, headers={"retry-after": "40"})
        return httpx.Response(200)

    client, _ = fake_client(handler, clock, nemweb_concurrency=1)

    async def go():
        async with client:
            await asyncio.gather(*(client.read(f"{URL}?n={n}") for n in range(3)))

    run(go())
    assert at[0][0] == 0.0 and all(moment >= 40.0 for moment, _ in at[1:])


# back-off


def test_backs_off_exponentially_with_full_jitter_and_gives_up() -> None:
    handler, asked = answers(httpx.Response(503))
    clock = FakeClock()
    with pytest.raises(Trouble, match=r"503 Service Unavailable \(tried 6 times\)") as caught:
        read(handler, clock=clock, nemweb_spacing_s=0)
    assert caught.value.outcome == "http_error" and caught.value.status == 503
    assert len(asked) == 6
    pauses = [s for s in clock.slept if s]
    assert len(pauses) == 5
    assert all(0 <= pause <= 2.0**n for n, pause in enumerate(pauses))
    assert len(set(pauses)) == 5


def test_the_total_time_of_retries_is_limited() -> None:
    handler, asked = answers(httpx.Response(429, headers={"retry-after": "50"}))
    clock = FakeClock()
    with pytest.raises(Trouble) as caught:
        read(handler, clock=clock, retry_total_s=120, retry_tries=50)
    assert caught.value.outcome == "throttled"
    assert clock.seconds <= 120 and len(asked) == 3


def test_a_retry_after_longer_than_we_wait_gives_up_at_once() -> None:
    handler, asked = answers(httpx.Response(503, headers={"retry-after": "86400"}))
    clock = FakeClock()
    with pytest.raises(Trouble):
        read(handler, clock=clock)
    assert len(asked) == 1 and clock.seconds == 0


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 403])
def test_what_is_retried(status: int) -> None:
    handler, asked = answers(httpx.Response(status), httpx.Response(200, text="ok"))
    assert read(handler).text == "ok" and len(asked) == 2


@pytest.mark.parametrize(
    ("url", "status", "outcome"),
    [
        (URL, 400, "http_error"),
        (URL, 404, "expired"),
        (URL, 410, "expired"),
        (URL, 501, "http_error"),
        (CAISO, 403, "http_error"),
        (CAISO, 404, "http_error"),
    ],
)
def test_what_is_not_retried(url: str, status: int, outcome: str) -> None:
    handler, asked = answers(httpx.Response(status))
    with pytest.raises(Trouble) as caught:
        read(handler, url)
    assert (caught.value.outcome, caught.value.status, len(asked)) == (outcome, status, 1)
    assert url in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectTimeout("slow"),
        httpx.ReadTimeout("slow"),
        httpx.PoolTimeout("slow"),
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("gone"),
    ],
)
def test_transport_errors_are_retried_and_named(error: Exception) -> None:
    handler, asked = answers(error, httpx.Response(200, text="ok"))
    assert read(handler).text == "ok" and len(asked) == 2
    handler, asked = answers(error)
    with pytest.raises(Trouble) as caught:
        read(handler)
    assert len(asked) == 6 and URL in str(caught.value)


# Retry-After


def test_retry_after_in_seconds_and_as_a_date() -> None:
    now = datetime(2026, 1, 15, 12, tzinfo=UTC)
    assert retry_after("17", now) == 17
    assert retry_after(" 0.5 ", now) == 0.5
    later = format_datetime(now + timedelta(seconds=90), usegmt=True)
    assert retry_after(later, now) == 90
    assert retry_after(format_datetime(now - timedelta(days=1), usegmt=True), now) == 0
    for nothing in (None, "", "soon", "-5"):
        assert retry_after(nothing, now) is None


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(form: str) -> None:
    clock = FakeClock()
    at = []
    value = (
        "75"
        if form == "seconds"
        else format_datetime(clock.start + timedelta(seconds=75), usegmt=True)
    )

    def handler(_: httpx.Request) -> httpx.Response:
        at.append(clock.clock())
        if len(at) == 1:
            return httpx.Response(503, headers={"retry-after": value})
        return httpx.Response(200)

    read(handler, clock=clock)
    assert len(at) == 2 and at[1] >= 75


# redirects


def test_redirects_are_followed_within_limits() -> None:
    handler, asked = answers(
        httpx.Response(302, headers={"location": "/Reports/CURRENT/"}),
        httpx.Response(301, headers={"location": "https://www.nemweb.com.au/x"}),
        httpx.Response(200, text="there"),
    )
    answer = read(handler)
    assert answer.text == "there" and answer.url == "https://www.nemweb.com.au/x"
    assert [str(r.url) for r in asked] == [
        URL,
        "https://nemweb.com.au/Reports/CURRENT/",
        "https://www.nemweb.com.au/x",
    ]


def test_a_redirect_loop_ends() -> None:
    handler, asked = answers(httpx.Response(302, headers={"location": URL}))
    with pytest.raises(Trouble, match="redirected more than 5 times") as caught:
        read(handler)
    assert len(asked) == MAX_REDIRECTS + 1 and caught.value.outcome == "http_error"


@pytest.mark.parametrize("target", ["http://nemweb.com.au/x", "ftp://nemweb.com.au/x", "file:///x"])
def test_redirects_to_less_safe_places_are_refused(target: str) -> None:
    handler, asked = answers(httpx.Response(302, headers={"location": target}))
    with pytest.raises(Trouble, match="not followed"):
        read(handler)
    assert len(asked) == 1


# secrets

HIDDEN = "https://pv-map.apvi.org.au/api/v2/2-digit/x.json"


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("https://a.b/c?access_token=x", "https://a.b/c"),
        ("https://a.b/c?day=1&access_token=x", "https://a.b/c?day=1"),
        ("https://a.b/c?Access_Token=x&day=1: timed out", "https://a.b/c?day=1: timed out"),
        ("https://a.b/c?day=1&access_token=x: timed out", "https://a.b/c?day=1: timed out"),
        ("https://a.b/c?access_token=x&access_token=y answered 500", "https://a.b/c answered 500"),
        ("'https://a.b/c?subscription-key=x' and why?", "'https://a.b/c' and why?"),
        ("https://a.b/c?day=1&dst=true", "https://a.b/c?day=1&dst=true"),
        ("is it there? access_token=", "is it there? access_token="),
    ],
)
def test_an_address_is_shown_without_its_secrets(text: str, bare: str) -> None:
    assert without_secrets(text) == bare


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(404, text="no such page: /x.json?access_token=s3cret, token s3cret"),
        httpx.Response(200, headers={"content-length": "9"}, content=b"cut"),
        httpx.Response(200, content=b"x" * 2000),
        httpx.Response(302, headers={"location": "http://a.org/?access_token=s3cret"}),
        httpx.RemoteProtocolError("gone: https://a.org/?access_token=s3cret"),
    ],
)
def test_a_token_in_the_query_reaches_no_message(response: httpx.Response | Exception) -> None:
    handler, asked = answers(response)
    with pytest.raises(Trouble) as caught:
        read(handler, HIDDEN, apvi_token="s3cret", max_listing_bytes=1000)
    assert asked[0].url.params["access_token"] == "s3cret"
    error = caught.value
    assert "s3cret" not in f"{error} {error.args} {error.message} {error.detail}"


def test_a_token_is_not_part_of_an_answers_address() -> None:
    handler, asked = answers(
        httpx.Response(302, headers={"location": f"{HIDDEN}?page=2&access_token=s3cret"}),
        httpx.Response(302, headers={"location": "https://a.org/y?access_token=s3cret&page=3"}),
        httpx.Response(200),
    )
    answer = read(handler, HIDDEN, apvi_token="s3cret")
    assert answer.url == "https://a.org/y?page=3"
    assert [r.url.params.get("access_token") for r in asked] == ["s3cret", "s3cret", None]
    handler, _ = answers(httpx.Response(200))
    assert read(handler, HIDDEN, apvi_token="s3cret").url == HIDDEN


# the rest


def test_every_request_says_who_asks() -> None:
    handler, asked = answers(httpx.Response(200))
    read(handler)
    assert asked[0].headers["user-agent"] == user_agent()
    assert user_agent().startswith("gridhouse/")


def test_a_listing_that_is_too_large_is_refused() -> None:
    handler, asked = answers(httpx.Response(200, content=b"x" * 2000))
    with pytest.raises(Trouble, match="more than 1000 bytes") as caught:
        read(handler, max_listing_bytes=1000)
    assert caught.value.outcome == "too_large" and len(asked) == 1


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("text/html; charset=windows-1252", "Tür".encode("cp1252")),
        ('text/html; charset="utf-8"', "Tür".encode()),
        ("text/html", "Tür".encode()),
        ("text/html; charset=no-such", "Tür".encode()),
    ],
)
def test_text_in_its_charset(content_type: str, content: bytes) -> None:
    handler, _ = answers(
        httpx.Response(200, headers={"content-type": content_type}, content=content)
    )
    assert read(handler).text == "Tür"
