"""Misbehaviour on order, and the log of requests."""

from __future__ import annotations

import threading
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest

import synthetic
from synthetic import mirror
from synthetic.mirror.faults import Fault, from_json, spoil
from tests.synthetic.reading import zips

FOLDER = "/Reports/Current/Dispatch_SCADA/"


@pytest.fixture(scope="module")
def server(sample_set: synthetic.Summary) -> Iterator[mirror.Mirror]:
    with mirror.start(sample_set.folder) as running:
        yield running


@pytest.fixture
def site(server: mirror.Mirror) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=20) as client:
        yield client
    server.clear_faults()
    server.reset_stats()


@pytest.fixture(scope="module")
def path(sample_set: synthetic.Summary) -> str:
    """Site path of one stored file."""
    return FOLDER + zips(sample_set.folder / "nem" / FOLDER.strip("/"))[0].name


@pytest.fixture(scope="module")
def whole(sample_set: synthetic.Summary, path: str) -> bytes:
    return (sample_set.folder / "nem" / path.strip("/")).read_bytes()


def test_status_with_and_without_retry_after(server, site, path) -> None:
    server.set_faults([{"path": path, "kind": "status", "status": 429, "retry_after": 1.5}])
    answer = site.get(path)
    assert answer.status_code == 429 and answer.headers["Retry-After"] == "1.5"
    server.set_faults([{"path": path, "kind": "status", "status": 403}])
    answer = site.get(path)
    assert answer.status_code == 403 and "Retry-After" not in answer.headers
    # others are served
    assert site.get(FOLDER).status_code == 200


def test_first_every_and_skip(server, site, path) -> None:
    def statuses(count: int, **rule: int) -> list[int]:
        server.set_faults([{"path": path, "kind": "status", **rule}])
        return [site.get(path).status_code for _ in range(count)]

    assert statuses(4, first=2) == [503, 503, 200, 200]
    assert statuses(6, every=3) == [200, 200, 503, 200, 200, 503]
    assert statuses(6, every=2, first=4) == [200, 503, 200, 503, 200, 200]
    assert statuses(5, skip=2, first=1) == [200, 200, 503, 200, 200]
    assert server.faults()[0]["seen"] == 5


def test_slow_and_drip(server, site, path, whole) -> None:
    server.set_faults([Fault(path, "slow", seconds=0.3)])
    started = time.monotonic()
    assert site.get(path).content == whole
    assert 0.3 <= time.monotonic() - started < 3
    chunks = -(-len(whole) // 100)
    server.set_faults([Fault(path, "drip", seconds=0.02, bytes=100)])
    started = time.monotonic()
    answer = site.get(path)
    assert answer.content == whole and answer.headers["Content-Length"] == str(len(whole))
    assert time.monotonic() - started >= 0.02 * chunks


def test_cut_off(server, site, path, whole) -> None:
    server.set_faults([Fault(path, "cut", bytes=50, first=1)])
    got = b""
    with pytest.raises(httpx.RemoteProtocolError), site.stream("GET", path) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Length"] == str(len(whole))
        for part in answer.iter_raw():
            got += part
    assert got == whole[:50]
    # the rest can be asked for
    rest = site.get(path, headers={"Range": "bytes=50-"})
    assert got + rest.content == whole


def test_wrong_bytes(server, site, path, whole) -> None:
    server.set_faults([Fault(path, "html")])
    answer = site.get(path)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
    assert answer.content.startswith(b"<!DOCTYPE html>")

    server.set_faults([Fault(path, "flip")])
    answer = site.get(path)
    assert len(answer.content) == len(whole)
    assert sum(a != b for a, b in zip(answer.content, whole, strict=True)) == 16

    server.set_faults([Fault(path, "truncate")])
    answer = site.get(path)
    assert answer.content == whole[: len(whole) // 2]
    assert answer.headers["Content-Length"] == str(len(answer.content))
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(BytesIO(answer.content))

    server.set_faults([Fault(path, "zero_tail", bytes=30)])
    answer = site.get(path)
    assert answer.content == whole[:30] + bytes(len(whole) - 30)
    server.clear_faults()
    assert site.get(path).content == whole


def test_rules_match_the_query_too_and_delays_add_up(server, site) -> None:
    query = {"queryname": "SLD_FCST", "startdatetime": "20200101T08:00-0000"}
    rules = [
        Fault("SingleZip.*T08:00-0000", "slow", seconds=0.1),
        Fault("queryname=SLD_FCST", "slow", seconds=0.1),
        Fault("queryname=SLD_FCST", "status", status=503),
        Fault("SingleZip", "html"),
    ]
    server.set_faults(rules)
    started = time.monotonic()
    assert site.get("/oasisapi/SingleZip", params=query).status_code == 503
    assert time.monotonic() - started >= 0.2
    assert site.get("/oasisapi/SingleZip?queryname=PRC_AS").status_code == 200


def test_faults_over_http(server, site, path) -> None:
    rules = [{"path": path, "kind": "status", "status": 500}]
    answer = site.post("/__mirror__/faults", json={"faults": rules})
    assert answer.json()["faults"][0]["status"] == 500
    assert site.get(path).status_code == 500
    assert site.get("/__mirror__/faults").json()["faults"][0]["seen"] == 1
    assert site.post("/__mirror__/faults", json=rules).status_code == 200
    assert site.delete("/__mirror__/faults").json() == {"faults": []}
    assert site.get(path).status_code == 200
    wrong = [
        [{"path": "x", "kind": "explode"}],
        [{"path": "(", "kind": "html"}],
        [{"path": "x", "kind": "html", "colour": 1}],
        [{"kind": "html"}],
        [{"path": "x", "kind": "html", "every": 0}],
        "html",
    ]
    for rule in wrong:
        answer = site.post("/__mirror__/faults", json=rule)
        assert answer.status_code == 400 and answer.json()["error"], rule
    assert site.post("/__mirror__/faults", content=b"{").status_code == 400
    assert server.faults() == []


def test_unknown_rules_are_refused_at_the_start(sample_set) -> None:
    with pytest.raises(ValueError, match="unknown fault kind"):
        mirror.start(sample_set.folder, faults=[{"path": "x", "kind": "explode"}])
    with pytest.raises(ValueError, match="unknown site"):
        mirror.start(sample_set.folder, seconds_between={"pjm": 1.0})
    with pytest.raises(ValueError, match="list of rules"):
        from_json(3)


def test_spoil_keeps_its_promises() -> None:
    body = bytes(range(100))
    assert spoil(Fault("", "truncate", bytes=500), body) == body
    assert spoil(Fault("", "flip", bytes=2), b"") == b""
    assert len(spoil(Fault("", "zero_tail"), body)) == 100


def test_rate_of_a_site(sample_set) -> None:
    with mirror.start(sample_set.folder, seconds_between={"caiso": 0.4}) as running:
        client = httpx.Client(base_url=running.url)
        query = "/oasisapi/SingleZip?queryname=NOTHING"
        assert client.get(query).status_code == 200
        soon = client.get(query)
        assert soon.status_code == 429 and "Retry-After" not in soon.headers
        # other sites are not held back
        assert client.get(FOLDER).status_code == 200
        time.sleep(0.45)
        assert client.get(query).status_code == 200
        counts = running.stats()["sites"]["caiso"]
        client.close()
    assert counts["statuses"] == {"200": 2, "429": 1}


def test_stats(server, site, path) -> None:
    server.set_faults([Fault(path, "slow", seconds=0.2)])
    before = time.time()
    threads = [threading.Thread(target=httpx.get, args=(server.url + path,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    site.get(FOLDER)
    site.get("/misapp/servlets/IceDocListJsonWS?reportTypeId=12331")
    stats = site.get("/__mirror__/stats").json()
    assert stats["total"] == 5 and set(stats["sites"]) == {"nemweb", "ercot_mis"}
    nemweb = stats["sites"]["nemweb"]
    assert nemweb["count"] == 4 and nemweb["most_under_way"] == 3
    assert stats["prefixes"][FOLDER]["statuses"] == {"200": 4}
    times = nemweb["times"]
    assert times == sorted(times) and before <= times[0] <= times[-1] <= time.time()
    first = stats["requests"][0]
    assert (first["path"], first["fault"], first["status"]) == (path, "slow", 200)
    assert first["seconds"] >= 0.2 and first["bytes"] > 0
    only = site.get("/__mirror__/stats", params={"prefix": "/misapp/"}).json()
    assert only["total"] == 1 and only["requests"][0]["query"] == "reportTypeId=12331"
    assert site.delete("/__mirror__/stats").json()["total"] == 0


def test_hidden_and_half_written_files_are_not_offered(tmp_path: Path) -> None:
    folder = tmp_path / "nem" / FOLDER.strip("/")
    folder.mkdir(parents=True)
    (folder / ".PUBLIC_DISPATCHSCADA_202606150005_0000000000000001.zip.part").write_bytes(b"x")
    (folder / "PUBLIC_DISPATCHSCADA_202606150010_0000000000000002.zip").write_bytes(b"broken")
    (folder / "notes.txt").write_text("not a product")
    with mirror.start(tmp_path) as running:
        page = httpx.get(running.url + FOLDER).text
        assert page.count("<A HREF") == 2
        name = "PUBLIC_DISPATCHSCADA_202606150010_0000000000000002.zip"
        # a broken zip is served as it is
        assert httpx.get(running.url + FOLDER + name).content == b"broken"
