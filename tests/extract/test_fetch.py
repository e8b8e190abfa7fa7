"""Downloading: hashing, resuming, refusing wrong bytes, limits, and one failure at a time."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from extract.fetch import Fetched, FetchFailed, fetch_all, offered_name, wrong_bytes
from extract.index import Candidate, safe_name
from extract.polite import PoliteClient
from gridhouse.settings import Settings
from tests.extract.http_fakes import FakeClock, fake_client, run, zip_bytes

BASE = "https://nemweb.com.au/Reports/Current/"
BIG = zip_bytes(text="".join(f"{n},{n * 7919 % 1009}\n" for n in range(60_000)))


def candidate(name: str = "a.zip", base: str = BASE, **more: Any) -> Candidate:
    values = {"feed": "nem_dispatchis", "key": name, "name": name, "url": base + name}
    return Candidate(**(values | {"published_at": None} | more))


def fetch(handler, folder: Path, *wanted: Candidate, clock: FakeClock | None = None, **settings):
    client, _ = fake_client(handler, clock, **settings)

    async def go():
        async with client:
            return [item async for item in fetch_all(wanted, client, folder)]

    return run(go())


def only(items: list) -> Any:
    assert len(items) == 1
    return items[0]


def sequence(*responses: Callable[[httpx.Request], httpx.Response] | httpx.Response):
    """A handler that gives one answer after the other, the last for ever; and what was asked."""
    left, asked = list(responses), []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        item = left.pop(0) if len(left) > 1 else left[0]
        return item if isinstance(item, httpx.Response) else item(request)

    return handler, asked


# a good file


def test_a_file_is_hashed_checked_and_named(tmp_path: Path) -> None:
    clock = FakeClock()
    item = only(
        fetch(lambda _: httpx.Response(200, content=BIG), tmp_path, candidate(), clock=clock)
    )
    assert isinstance(item, Fetched)
    assert item.path.read_bytes() == BIG and item.path.suffix == ".zip"
    assert item.sha256 == hashlib.sha256(BIG).hexdigest() and item.bytes == len(BIG)
    assert item.fetched_at == clock.now() and item.name == "a.zip"
    assert list(tmp_path.iterdir()) == [item.path]


def test_one_failed_file_never_stops_the_others(tmp_path: Path) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("bad.zip"):
            return httpx.Response(500)
        return httpx.Response(200, content=zip_bytes())

    names = ["1.zip", "bad.zip", *(f"{n}.zip" for n in range(2, 30))]
    items = fetch(handler, tmp_path, *map(candidate, names), retry_tries=2)
    failed = [i for i in items if isinstance(i, FetchFailed)]
    assert len(items) == 30 and len(failed) == 1
    assert failed[0].candidate.name == "bad.zip"
    assert (failed[0].outcome, failed[0].status) == ("http_error", 500)
    for word in ("nem_dispatchis", "bad.zip", "500", "tried 2 times"):
        assert word in failed[0].message
    assert len({i.path for i in items if isinstance(i, Fetched)}) == 29


def test_no_candidates_is_no_work(tmp_path: Path) -> None:
    assert fetch(lambda _: httpx.Response(500), tmp_path) == []


def test_method_body_and_headers_are_sent(tmp_path: Path) -> None:
    handler, asked = sequence(httpx.Response(200, content=zip_bytes()))
    wanted = candidate(method="POST", body=b'{"docIds":[1]}', headers={"x-a": "b"})
    assert isinstance(only(fetch(handler, tmp_path, wanted)), Fetched)
    assert (asked[0].method, asked[0].content, asked[0].headers["x-a"]) == (
        "POST",
        b'{"docIds":[1]}',
        "b",
    )


def test_closing_the_iterator_leaves_only_what_was_handed_out(tmp_path: Path) -> None:
    client, _ = fake_client(lambda _: httpx.Response(200, content=BIG))

    async def go() -> Fetched:
        async with client:
            items = fetch_all([candidate(f"{n}.zip") for n in range(50)], client, tmp_path)
            async with contextlib.aclosing(items):
                async for item in items:
                    for _ in range(200):  # others finish meanwhile
                        await asyncio.sleep(0)
                    return item
        raise AssertionError

    item = run(go())
    assert list(tmp_path.iterdir()) == [item.path]


def test_a_disk_that_cannot_be_written_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("extract.fetch._Download.keep", full)
    with pytest.raises(OSError, match="No space left"):
        fetch(lambda _: httpx.Response(200, content=BIG), tmp_path, candidate(), candidate("b.zip"))
    assert list(tmp_path.iterdir()) == []


# wrong bytes

HTML = b"\n<!DOCTYPE html><html><head><title>Sorry</title></head></html>"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.zip", HTML, "an HTML page"),
        ("a.ZIP", b"<root>Error Downloading Content</root>", "XML"),
        ("a.zip", b'{"error": 1}', "JSON"),
        ("a.zip", b"", "empty"),
        ("a.zip", BIG[:-200], "directory cannot be read"),
        ("a.zip", b"a,b\n1,2\n", "other bytes"),
        ("a.csv", HTML, "an HTML page"),
        ("a.csv", BIG, "a zip"),
        ("a.csv", b"", "empty"),
        ("a", HTML, "an HTML page"),
    ],
)
def test_wrong_bytes_with_status_200(
    name: str, content: bytes, reason: str, tmp_path: Path
) -> None:
    handler, asked = sequence(httpx.Response(200, content=content))
    item = only(fetch(handler, tmp_path, candidate(name)))
    assert isinstance(item, FetchFailed) and item.outcome == "wrong_bytes"
    assert reason in item.message and len(asked) == 3
    assert list(tmp_path.iterdir()) == []


def test_wrong_bytes_may_pass(tmp_path: Path) -> None:
    handler, _ = sequence(httpx.Response(200, content=HTML), httpx.Response(200, content=BIG))
    assert isinstance(only(fetch(handler, tmp_path, candidate())), Fetched)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.zip", zip_bytes()),
        ("a.csv", b"a,b\n1,2\n"),
        ("a.csv", b"\xef\xbb\xbfa,b\n"),
        ("a.html", HTML),
        ("a.bin", b"\x00\x01"),
    ],
)
def test_right_bytes(name: str, content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(content)
    assert wrong_bytes(file, name) is None


def test_an_empty_zip_is_a_zip(tmp_path: Path) -> None:
    out = io.BytesIO()
    zipfile.ZipFile(out, "w").close()
    (tmp_path / "x").write_bytes(out.getvalue())
    assert wrong_bytes(tmp_path / "x", "a.zip") is None


def damaged(content: bytes, at: int) -> bytes:
    return content[:at] + bytes(b ^ 0xFF for b in content[at : at + 16]) + content[at + 16 :]


def test_a_zip_that_was_damaged_on_the_way_is_fetched_again(tmp_path: Path) -> None:
    handler, asked = sequence(
        httpx.Response(200, content=damaged(BIG, 4000)),
        httpx.Response(200, content=damaged(BIG, 9000)),
        httpx.Response(200, content=BIG),
    )
    item = only(fetch(handler, tmp_path, candidate()))
    assert isinstance(item, Fetched) and item.path.read_bytes() == BIG and len(asked) == 3


def test_a_zip_damaged_differently_each_time_fails(tmp_path: Path) -> None:
    handler, _ = sequence(
        *(httpx.Response(200, content=damaged(BIG, at)) for at in (4000, 9000, 15000))
    )
    item = only(fetch(handler, tmp_path, candidate()))
    assert isinstance(item, FetchFailed) and item.outcome == "wrong_bytes"
    assert "damaged member" in item.message


def test_a_zip_that_is_published_with_a_wrong_checksum_is_the_parsers_matter(
    tmp_path: Path,
) -> None:
    published = damaged(BIG, 4000)
    handler, asked = sequence(httpx.Response(200, content=published))
    item = only(fetch(handler, tmp_path, candidate()))
    assert isinstance(item, Fetched) and item.path.read_bytes() == published and len(asked) == 3


@pytest.mark.real
def test_a_real_oasis_error_answer_is_a_good_zip(tmp_path: Path, real_data: Path) -> None:
    """What it says inside is the parser's matter."""
    name = "20231212_20231213_SLD_FCST_N_20231116_10_39_53_v1.zip"
    content = (real_data / "caiso/oasis_errors" / name).read_bytes()
    header = {"content-disposition": f"inline; filename={name};"}
    url = "https://oasis.caiso.com/oasisapi/SingleZip?queryname=SLD_FCST"
    wanted = candidate("guess_csv.zip", url=url, name_is_guess=True)
    item = only(
        fetch(lambda _: httpx.Response(200, content=content, headers=header), tmp_path, wanted)
    )
    assert isinstance(item, Fetched) and item.name == name
    assert item.bytes == len(content) == 646


# sizes


@pytest.mark.parametrize("stated", [True, False])
def test_files_above_the_limit_are_refused(stated: bool, tmp_path: Path) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    def handler(_: httpx.Request) -> httpx.Response:
        headers = {"content-length": "100000"} if stated else {}
        return httpx.Response(200, headers=headers, content=stream())

    counted, asked = sequence(handler)
    item = only(fetch(counted, tmp_path, candidate(), max_file_bytes=50_000))
    assert isinstance(item, FetchFailed) and item.outcome == "too_large"
    assert "GRIDHOUSE_MAX_FILE_BYTES" in item.message and len(asked) == 1
    assert list(tmp_path.iterdir()) == []


# cut off, resumed


def ranged(request: httpx.Request, content: bytes, etag: str = '"v1"') -> httpx.Response:
    """A server that knows Range and If-Range."""
    headers = {"accept-ranges": "bytes", "etag": etag}
    wanted = request.headers.get("range")
    if wanted is None or request.headers.get("if-range") != etag:
        return httpx.Response(200, headers=headers, content=content)
    start = int(wanted.removeprefix("bytes=").rstrip("-"))
    headers["content-range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
    return httpx.Response(206, headers=headers, content=content[start:])


def cut(response: httpx.Response, after: int) -> httpx.Response:
    headers = dict(response.headers) | {"content-length": str(len(response.content))}
    body = response.content[:after]

    async def stream() -> AsyncIterator[bytes]:
        yield body

    return httpx.Response(response.status_code, headers=headers, content=stream())


def test_a_body_that_is_cut_off_is_resumed(tmp_path: Path) -> None:
    handler, asked = sequence(
        lambda r: cut(ranged(r, BIG), 1000),
        lambda r: cut(ranged(r, BIG), 5000),
        lambda r: ranged(r, BIG),
    )
    item = only(fetch(handler, tmp_path, candidate()))
    assert isinstance(item, Fetched)
    assert item.sha256 == hashlib.sha256(BIG).hexdigest() and item.path.read_bytes() == BIG
    assert [r.headers.get("range") for r in asked] == [None, "bytes=1000-", "bytes=6000-"]
    assert asked[1].headers["if-range"] == '"v1"'


def test_a_file_that_changed_meanwhile_is_fetched_anew(tmp_path: Path) -> None:
    other = zip_bytes(text="new\n" * 5000)
    handler, asked = sequence(
        lambda r: cut(ranged(r, BIG), 1000), lambda r: ranged(r, other, '"v2"')
    )
    item = only(fetch(handler, tmp_path, candidate()))
    assert isinstance(item, Fetched) and item.path.read_bytes() == other
    assert item.bytes == len(other) and len(asked) == 2


def test_without_range_support_it_is_fetched_again(tmp_path: Path) -> None:
    whole = httpx.Response(200, content=BIG)
    handler, asked = sequence(lambda _: cut(whole, 1000), lambda _: whole)
    item = only(fetch(handler, tmp_path, candidate()))
    assert isinstance(item, Fetched) and item.path.read_bytes() == BIG
    assert [r.headers.get("range") for r in asked] == [None, None]


@pytest.mark.parametrize("answer", ["another range", "416"])
def test_a_server_that_resumes_wrongly_is_not_believed(answer: str, tmp_path: Path) -> None:
    def wrong(_: httpx.Request) -> httpx.Response:
        if answer == "416":
            return httpx.Response(416)
        headers = {"content-range": f"bytes 0-{len(BIG) - 1}/{len(BIG)}"}
        return httpx.Response(206, headers=headers, content=BIG)

    handler, asked = sequence(lambda r: cut(ranged(r, BIG), 1000), wrong, lambda r: ranged(r, BIG))
    item = only(fetch(handler, tmp_path, candidate()))
    assert isinstance(item, Fetched) and item.path.read_bytes() == BIG and len(asked) == 3


def test_a_file_that_is_always_cut_off_fails_as_such(tmp_path: Path) -> None:
    whole = httpx.Response(200, content=BIG)
    item = only(fetch(lambda _: cut(whole, 1000), tmp_path, candidate(), retry_tries=3))
    assert isinstance(item, FetchFailed) and item.outcome == "cut_off"
    assert f"cut off after 1000 of {len(BIG)} bytes" in item.message
    assert list(tmp_path.iterdir()) == []


# throttling, missing files


def test_throttled_to_the_end(tmp_path: Path) -> None:
    item = only(fetch(lambda _: httpx.Response(403), tmp_path, candidate()))
    assert isinstance(item, FetchFailed) and (item.outcome, item.status) == ("throttled", 403)


@pytest.mark.parametrize(
    ("age", "tries"), [(timedelta(minutes=3), 4), (timedelta(days=2), 1), (None, 1)]
)
def test_404_is_retried_for_a_freshly_listed_file(
    age: timedelta | None, tries: int, tmp_path: Path
) -> None:
    clock = FakeClock()
    missing = httpx.Response(404)
    handler, asked = sequence(missing, missing, missing, httpx.Response(200, content=BIG))
    wanted = candidate(listed_at=clock.now() - age if age else None)
    item = only(fetch(handler, tmp_path, wanted, clock=clock))
    assert len(asked) == tries
    if tries == 1:
        assert isinstance(item, FetchFailed) and (item.outcome, item.status) == ("expired", 404)
    else:
        assert isinstance(item, Fetched)


# names


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("attachment; filename=a.zip", "a.zip"),
        ('attachment; filename="a b.zip"', "a b.zip"),
        ("inline; filename=a.zip;", "a.zip"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\x\\\\a.zip"', "a.zip"),
        ('attachment; filename="1045038225.ext.00013057.0.20241018.X.zip"', None),
        ("attachment; filename=1045038225.ext.1.zip", "ext.1.zip"),
        ("attachment", None),
        ("", None),
    ],
)
def test_offered_name(header: str, wanted: str | None) -> None:
    found = offered_name(httpx.Response(200, headers={"content-disposition": header}))
    assert found == (wanted or ("ext.00013057.0.20241018.X.zip" if "13057" in header else None))


def test_only_a_guessed_name_gives_way_to_the_server(tmp_path: Path) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        headers = {"content-disposition": "attachment; filename=theirs.zip"}
        return httpx.Response(200, content=BIG, headers=headers)

    listed, guessed = candidate("listed.zip"), candidate("guessed.zip", name_is_guess=True)
    assert {i.name for i in fetch(handler, tmp_path, listed, guessed)} == {
        "listed.zip",
        "theirs.zip",
    }


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("a.zip", "a.zip"),
        ("/x/y/a.zip", "a.zip"),
        ("..\\a.zip", "a.zip"),
        ("...a.zip", "a.zip"),
        ("a\x00b\n.zip", "ab.zip"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("x" * 500 + ".zip", "x" * 196 + ".zip"),
        ("PUBLIC_ARCHIVE%23X%23.zip", "PUBLIC_ARCHIVE%23X%23.zip"),
    ],
)
def test_safe_name(name: str, wanted: str) -> None:
    assert safe_name(name) == wanted


# over a real connection

Connection = Callable[[asyncio.StreamReader, asyncio.StreamWriter, str], Awaitable[None]]


def over_http(behave: Connection, folder: Path, names: list[str], **settings: Any) -> list:
    """Fetch from a server on this machine whose every answer `behave` writes byte by byte."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            await behave(reader, writer, request)
        writer.close()

    async def go() -> list:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        base = f"http://127.0.0.1:{port}"
        made = Settings(nemweb_url=base, retry_base_s=0, **settings)
        async with server, PoliteClient(made) as client:
            wanted = [candidate(name, base=f"{base}/Reports/") for name in names]
            return [item async for item in fetch_all(wanted, client, folder)]

    return run(go())


def test_resumes_over_a_connection_that_breaks(tmp_path: Path) -> None:
    ranges: list[str] = []

    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter, request: str) -> None:
        lines = dict(line.lower().split(": ", 1) for line in request.split("\r\n")[1:] if line)
        start = int(lines.get("range", "bytes=0-")[6:-1])
        ranges.append(lines.get("range", ""))
        status = "206 Partial Content" if start else "200 OK"
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Length: {len(BIG) - start}\r\nAccept-Ranges: bytes\r\n"
            f"Last-Modified: Mon, 05 Jan 2026 10:00:00 GMT\r\nConnection: close\r\n"
            f"Content-Range: bytes {start}-{len(BIG) - 1}/{len(BIG)}\r\n\r\n".encode()
        )
        writer.write(BIG[start : start + len(BIG) // 2])
        await writer.drain()

    item = only(over_http(behave, tmp_path, ["a.zip"]))
    assert isinstance(item, Fetched) and item.path.read_bytes() == BIG
    assert ranges[0] == "" and ranges[1].startswith("bytes=") and len(ranges) == 3


def test_a_silent_server_times_out(tmp_path: Path) -> None:
    async def behave(reader: asyncio.StreamReader, *_: object) -> None:
        await reader.read()

    item = only(over_http(behave, tmp_path, ["a.zip"], read_timeout_s=0.1, retry_tries=2))
    assert isinstance(item, FetchFailed) and item.outcome == "http_error"
    assert "timed out (ReadTimeout)" in item.message


def test_a_body_that_drips_is_given_up(tmp_path: Path) -> None:
    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: str) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(BIG)}\r\n\r\n".encode())
        for byte in BIG:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.02)

    settings = {"download_timeout_s": 0.2, "retry_tries": 2}
    item = only(over_http(behave, tmp_path, ["a.zip"], **settings))
    assert isinstance(item, FetchFailed) and item.outcome == "cut_off"
    assert "too slow" in item.message


def test_a_chunked_body_that_breaks_is_cut_off(tmp_path: Path) -> None:
    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: str) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        writer.write(b"%x\r\n%s\r\n" % (1000, BIG[:1000]))
        await writer.drain()

    item = only(over_http(behave, tmp_path, ["a.zip"], retry_tries=2))
    assert isinstance(item, FetchFailed) and item.outcome == "cut_off"


def test_nobody_listens(tmp_path: Path) -> None:
    made = Settings(retry_base_s=0, retry_tries=2)

    async def go() -> list:
        async with PoliteClient(made) as client:
            wanted = candidate(base="http://127.0.0.1:1/")
            return [item async for item in fetch_all([wanted], client, tmp_path)]

    item = only(run(go()))
    assert isinstance(item, FetchFailed) and item.outcome == "http_error"
    assert "ConnectError" in item.message and "127.0.0.1:1" in item.message


def test_fetched_at_is_aware(tmp_path: Path) -> None:
    clock = FakeClock(datetime(2026, 3, 1, 4, tzinfo=UTC))
    item = only(
        fetch(lambda _: httpx.Response(200, content=BIG), tmp_path, candidate(), clock=clock)
    )
    assert item.fetched_at.tzinfo is not None
