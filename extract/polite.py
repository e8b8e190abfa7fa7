"""Polite HTTP: one gate per operator (concurrency, spacing, pauses), time-outs, back-off.

Every request of gridhouse goes through a `PoliteClient`. It chooses the operator's lane by URL,
waits for its turn, follows at most `MAX_REDIRECTS` redirects by hand (so that credentials never
travel to another host) and turns everything that can go wrong into a `Trouble`.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import httpx

from extract.redact import without_secrets
from gridhouse.settings import Rate, Settings

MAX_REDIRECTS = 5
QUOTA_PAUSE_S = 3600.0  # ERCOT resets its bandwidth quota "within the hour"
ACCESS = "access_token"
_ENDS = ("", "/", "?")
_ERROR_BODY = 4096  # bytes of an error answer that are read, for its message

T = TypeVar("T")


class Trouble(Exception):
    """A request that did not give what was asked.

    `outcome` is a word of the outcomes table, `retry` says whether trying again can help,
    `detail` is the start of the server's answer (never shown for sign-ins). Neither message nor
    detail shows secrets of an address.
    """

    def __init__(
        self,
        outcome: str,
        message: str,
        *,
        status: int | None = None,
        retry: bool = False,
        retry_after: float | None = None,
        tries: int | None = None,
        detail: str = "",
    ):
        message = without_secrets(message)
        super().__init__(message)
        self.outcome = outcome
        self.message = message
        self.status = status
        self.retry = retry
        self.retry_after = retry_after
        self.tries = tries
        self.detail = without_secrets(detail)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, kept in memory: listings and tokens. `url` shows no secrets."""

    url: str
    status: int
    headers: httpx.Headers
    content: bytes

    @property
    def text(self) -> str:
        match = re.search(r"charset=\"?([\w-]+)", self.headers.get("content-type", ""))
        with contextlib.suppress(LookupError):  # a charset that nobody knows: fall back
            return self.content.decode(match.group(1) if match else "utf-8", errors="replace")
        return self.content.decode("utf-8", errors="replace")


class Lane:
    """The gate in front of one operator's server."""

    def __init__(self, name: str, rate: Rate):
        self.name = name
        self.rate = rate
        self.slots = asyncio.Semaphore(rate.concurrency)
        self.turn = asyncio.Lock()
        self.next_start = float("-inf")
        self.closed_until = float("-inf")
        self.closed_because = ""

    def hold(self, until: float) -> None:
        """No request of this lane starts before `until`."""
        self.next_start = max(self.next_start, until)

    def close(self, until: float, because: str) -> None:
        """Requests of this lane fail at once, without being sent, until then."""
        self.closed_until, self.closed_because = until, because


class PoliteClient:
    """An async HTTP client with a lane per operator. Use as `async with PoliteClient(...)`.

    `clock` (seconds, monotonic), `sleep`, `now` and `transport` can be replaced, so that tests
    run without waiting and without a network.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        rng: random.Random | None = None,
    ):
        from extract.index.ercot_token import ErcotToken  # it builds on this module

        self.settings = settings
        self.clock, self.sleep, self.now = clock, sleep, now
        self._rng = rng or random.Random()
        self._token = ErcotToken(self, settings)
        self._lanes, self._doors = _lanes(settings)
        self._http = httpx.AsyncClient(
            transport=transport,
            follow_redirects=False,  # by hand, see `attempt`
            headers={"User-Agent": user_agent(), "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(
                connect=settings.connect_timeout_s,
                read=settings.read_timeout_s,
                write=settings.read_timeout_s,
                pool=settings.read_timeout_s,
            ),
        )

    async def __aenter__(self) -> PoliteClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    def lane(self, url: str) -> Lane:
        """The lane of a URL: the operator whose door is the longest prefix of it."""
        wanted = url.lower()
        # A prefix ends where a path or a query begins: "https://api.ercot.com.example" is not
        # ERCOT's, and must not get its credentials.
        fitting = [
            door
            for door in self._doors
            if wanted.startswith(door) and wanted[len(door) :][:1] in _ENDS
        ]
        if fitting:
            return self._lanes[self._doors[max(fitting, key=len)]]
        host = urlsplit(url).netloc.lower()  # somewhere an operator redirects to
        if host not in self._lanes:
            self._lanes[host] = Lane(host, Rate(2, 0.5))
        return self._lanes[host]

    async def read(
        self,
        url: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A whole answer, with retries. Raises Trouble."""

        async def once() -> Answer:
            async with self.attempt(url, method=method, body=body, headers=headers) as response:
                content = await self._content(response)
                answered = without_secrets(str(response.url))
                return Answer(answered, response.status_code, response.headers, content)

        return await self.retrying(url, once)

    @contextlib.asynccontextmanager
    async def attempt(
        self,
        url: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """One try: a successful response whose body is not read yet.

        The lane's slot is held until the block is left. Raises Trouble for anything else,
        transport errors while the body is read inside the block included.
        """
        lane = self.lane(url)
        async with lane.slots:
            with _transport_troubles(url):
                response = await self._send(url, method, body, headers or {})
                try:
                    yield response
                finally:
                    await response.aclose()

    async def retrying(self, url: str, work: Callable[[], Awaitable[T]]) -> T:
        """`work` until it succeeds, may not be retried, or tries or time run out."""
        lane, limits = self.lane(url), self.settings
        started, tries = self.clock(), 0
        while True:
            tries += 1
            try:
                return await work()
            except Trouble as trouble:
                delay = self._delay(lane, tries, trouble)
                spent = self.clock() - started
                worth = trouble.retry and tries < (trouble.tries or limits.retry_tries)
                if not worth or spent + delay > limits.retry_total_s:
                    if tries > 1:
                        trouble.args = (f"{trouble.message} (tried {tries} times)",)
                    raise
                if trouble.outcome == "throttled":
                    lane.hold(self.clock() + delay)  # it is the client that is too fast
            await self.sleep(delay)

    def _delay(self, lane: Lane, tries: int, trouble: Trouble) -> float:
        """Exponential back-off with full jitter; never less than the server asked for."""
        base = max(self.settings.retry_base_s, lane.rate.spacing_s)
        ceiling = min(self.settings.retry_cap_s, base * 2.0 ** (tries - 1))
        return max(self._rng.uniform(0, ceiling), lane.rate.spacing_s, trouble.retry_after or 0)

    async def _send(
        self, url: str, method: str, body: bytes | None, headers: Mapping[str, str]
    ) -> httpx.Response:
        asked, hops, signed_in_again = url, 0, False
        while True:
            lane = self.lane(url)
            await self._turn(lane)
            credentials = await self._token.headers() if lane.name == "ercot_api" else {}
            request = self._http.build_request(
                method,
                url,
                content=body,
                headers={**headers, **credentials},
                params=self._access(lane) or None,
            )
            response = await self._http.send(request, stream=True)
            if response.status_code in (200, 206):
                return response
            try:
                if response.status_code == 401 and credentials and not signed_in_again:
                    self._token.forget()
                    signed_in_again = True
                elif target := _redirect_target(response, method):
                    hops += 1
                    if hops > MAX_REDIRECTS:
                        raise Trouble(
                            "http_error",
                            f"{method} {asked}: redirected more than {MAX_REDIRECTS} times",
                            status=response.status_code,
                        )
                    url = target
                else:
                    raise await self._refusal(lane, response, f"{method} {asked}")
            finally:
                await response.aclose()

    def _access(self, lane: Lane) -> dict[str, str]:
        """What a site wants to see in the query; it never shows in messages."""
        token = self.settings.apvi_token
        if lane.name != "apvi" or token is None:
            return {}
        return {ACCESS: token.get_secret_value()}

    async def _turn(self, lane: Lane) -> None:
        async with lane.turn:
            while (wait := lane.next_start - self.clock()) > 0:
                await self.sleep(wait)  # in a loop: a pause may have been added meanwhile
            if self.clock() < lane.closed_until:
                raise Trouble("throttled", lane.closed_because, status=429)
            lane.next_start = self.clock() + lane.rate.spacing_s

    async def _refusal(self, lane: Lane, response: httpx.Response, asked: str) -> Trouble:
        """What an unsuccessful answer means."""
        status = response.status_code
        detail = await _start_of_body(response)
        for secret in self._access(lane).values():
            detail = detail.replace(secret, "***")  # an answer may repeat what it was asked with
        said = f"{asked} answered {status} {response.reason_phrase}".strip()
        if status == 429 and lane.name == "ercot_api" and "bandwidthquota" in detail.lower():
            because = (
                "ERCOT's hourly bandwidth quota is used up; run again in an hour "
                "(what was fetched so far is kept)"
            )
            lane.close(self.clock() + QUOTA_PAUSE_S, because)
            return Trouble("throttled", because, status=status)
        # NEMWEB says 403 to a client that asks too fast
        throttled = status == 429 or (status == 403 and lane.name == "nemweb")
        gone = status in (404, 410) and lane.name != "caiso"
        return Trouble(
            "throttled" if throttled else "expired" if gone else "http_error",
            said,
            status=status,
            retry=throttled or status in (408, 425) or (status >= 500 and status != 501),
            retry_after=retry_after(response.headers.get("retry-after"), self.now()),
            detail=detail,
        )

    async def _content(self, response: httpx.Response) -> bytes:
        limit = self.settings.max_listing_bytes
        started, chunks, size = self.clock(), [], 0
        async for chunk in response.aiter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size > limit:
                raise Trouble("too_large", f"{response.url}: more than {limit} bytes for a listing")
            if self.clock() - started > self.settings.download_timeout_s:
                raise Trouble("cut_off", f"{response.url}: too slow, given up", retry=True)
        stated = body_length(response)
        if stated is not None and size != stated:
            raise Trouble(
                "cut_off", f"{response.url}: cut off after {size} of {stated} bytes", retry=True
            )
        return b"".join(chunks)


def user_agent() -> str:
    try:
        return f"gridhouse/{version('gridhouse')}"
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "gridhouse/0"


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (seconds or a date); None when it says nothing."""
    if not value:
        return None
    if re.fullmatch(r"\s*\d+(\.\d+)?\s*", value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def body_length(response: httpx.Response) -> int | None:
    """The Content-Length of a body that is sent as it is; None when unstated or compressed."""
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        return None
    stated = response.headers.get("content-length", "")
    return int(stated) if stated.isdigit() else None


@contextlib.contextmanager
def _transport_troubles(url: str):
    try:
        yield
    except httpx.TimeoutException as error:
        raise Trouble("http_error", f"{url}: timed out ({_word(error)})", retry=True) from error
    except httpx.RemoteProtocolError as error:
        raise Trouble("cut_off", f"{url}: connection broken: {error}", retry=True) from error
    except httpx.TransportError as error:
        raise Trouble(
            "http_error", f"{url}: {_word(error)}: {error or 'no answer'}", retry=True
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Trouble("http_error", f"{url}: {_word(error)}: {error}") from error


def _word(error: Exception) -> str:
    return type(error).__name__


def _redirect_target(response: httpx.Response, method: str) -> str | None:
    location = response.headers.get("location")
    if response.status_code not in (301, 302, 303, 307, 308) or not location:
        return None
    here = str(response.url.copy_remove_param(ACCESS))
    target = urljoin(here, location)
    if f"{ACCESS}=" in target:  # repeated by the site; who may see it is told by its lane
        target = str(httpx.URL(target).copy_remove_param(ACCESS))
    downgrade = here.startswith("https:") and not target.startswith("https:")
    if method != "GET" or downgrade or not target.startswith(("http:", "https:")):
        raise Trouble(
            "http_error",
            f"{method} {here}: redirected to {urlsplit(target).netloc or target}, which is not "
            "followed (only GET, and never from https to anything else)",
            status=response.status_code,
        )
    return target


async def _start_of_body(response: httpx.Response) -> str:
    start = b""
    with contextlib.suppress(httpx.HTTPError):  # the status already tells; this is only colour
        async for chunk in response.aiter_bytes():
            start += chunk
            if len(start) >= _ERROR_BODY:
                break
    return start[:_ERROR_BODY].decode("utf-8", errors="replace")


def _lanes(settings: Settings) -> tuple[dict[str, Lane], dict[str, str]]:
    """Lanes by name, and the lower-case URL prefixes ("doors") that lead to them.

    Doors name paths, too: a local mirror serves all operators under one host.
    """
    doors = {
        "ercot_mis": [
            settings.ercot_mis_url,
            f"{settings.ercot_mis_url}/misapp",
            f"{settings.ercot_mis_url}/misdownload",
            settings.ercot_mis_html_url,
            f"{settings.ercot_mis_html_url}/misapp",
            f"{settings.ercot_mis_html_url}/misdownload",
        ],
        "ercot_api": [settings.ercot_api_url],
        "ercot_token": [settings.ercot_token_url],
        "caiso": [settings.caiso_url, f"{settings.caiso_url}/oasisapi"],
        "nemweb": [
            settings.nemweb_url,
            f"{settings.nemweb_url}/reports",
            f"{settings.nemweb_url}/data_archive",
        ],
        "aemo": [settings.aemo_url, f"{settings.aemo_url}/-/media", f"{settings.aemo_url}/aemo"],
        "wem": [settings.wem_url, f"{settings.wem_url}/public"],
        "apvi": [settings.apvi_url, f"{settings.apvi_url}/api"],
        "bom": [settings.bom_url, f"{settings.bom_url}/fwo", f"{settings.bom_url}/jsp"],
    }
    lanes = {name: Lane(name, settings.rate(name, urls[0])) for name, urls in doors.items()}
    return lanes, {url.lower(): name for name, urls in doors.items() for url in urls}
