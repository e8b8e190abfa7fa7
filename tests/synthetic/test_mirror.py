"""The mirror's answers: every URL shape of the operators."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from typer.testing import CliRunner

import synthetic
from gridhouse.cli import app
from synthetic import mirror
from synthetic.mirror.ercot import API, TOKEN_PATH
from synthetic.mirror.library import doc_id
from tests.synthetic.conftest import DAY, SEED
from tests.synthetic.reading import gmt, members, rows, zips

CURRENT = "/Reports/Current/DispatchIS_Reports/"
OASIS = "http://www.caiso.com/soa/OASISReport_v1.xsd"


@pytest.fixture(scope="module")
def server(sample_set: synthetic.Summary) -> Iterator[mirror.Mirror]:
    with mirror.start(sample_set.folder) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: mirror.Mirror) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url) as opened:
        yield opened


def listed(client: httpx.Client, report_type: int) -> list[dict[str, str]]:
    answer = client.get(f"/misapp/servlets/IceDocListJsonWS?reportTypeId={report_type}&_=1")
    return [d["Document"] for d in answer.json()["ListDocsByRptTypeRes"]["DocumentList"]]


# ERCOT MIS


@pytest.mark.parametrize(("report_type", "emil_id"), [(12331, "NP4-190-CD"), (13114, "NP6-322-CD")])
def test_json_list_has_every_posting_and_its_twin(client, sample_set, report_type, emil_id) -> None:
    found = listed(client, report_type)
    names = [d["ConstructedName"] for d in found]
    stored = {p.name: p for p in zips(sample_set.folder / "ercot" / emil_id)}
    assert stored
    assert {n for n in names if "_csv" in n} == set(stored)
    assert {n for n in names if "_xml" in n} == {n.replace("_csv", "_xml") for n in stored}
    stamps = [n.split(".")[3:5] for n in names]
    assert stamps == sorted(stamps, reverse=True)
    for d in found:
        assert isinstance(d["DocID"], str) and int(d["DocID"]) == doc_id(d["ConstructedName"])
        assert d["FriendlyName"] == d["ConstructedName"].split(".")[-2]
        if "_csv" in d["ConstructedName"]:
            assert d["ContentSize"] == str(stored[d["ConstructedName"]].stat().st_size)
    assert listed(client, 99999) == []
    assert client.get("/misapp/servlets/IceDocListJsonWS").status_code == 400


def test_publish_date_has_a_wrong_offset_on_the_autumn_day(client) -> None:
    dates = {d["FriendlyName"]: d["PublishDate"] for d in listed(client, 12301)}
    assert dates["SPPHLZNP6905_20251102_0115_csv"].endswith("-06:00")
    assert dates["SPPHLZNP6905_20251102_0115_xhr_csv"].endswith("-06:00")
    assert dates["SPPHLZNP6905_20260615_1800_csv"].endswith("-05:00")


def test_html_list_and_download(client, sample_set) -> None:
    page = client.get("/misapp/GetReports.do?reportTypeId=13101").text
    links = re.findall(r"ind'>([^<]+)</td>.*?href='([^']+)'", page)
    stored = {p.name: p.read_bytes() for p in zips(sample_set.folder / "ercot/NP6-345-CD")}
    assert len(links) == 2 * len(stored)
    for name, href in links:
        answer = client.get(href)
        if "_xml" in name:
            # the twin is listed only
            assert answer.status_code == 404
        else:
            assert answer.content == stored[name]
            assert name in answer.headers["Content-Disposition"]
    assert client.get("/misdownload/servlets/mirDownload?doclookupId=1").status_code == 404


def test_ids_are_the_same_after_a_restart_and_in_both_doors(client, sample_set) -> None:
    before = {d["ConstructedName"]: d["DocID"] for d in listed(client, 12331)}
    with mirror.start(sample_set.folder) as again, httpx.Client(base_url=again.url) as other:
        assert {d["ConstructedName"]: d["DocID"] for d in listed(other, 12331)} == before
        entries = archive(other, "np4-190-cd", size=1000).json()["archives"]
    assert {str(e["docId"]) for e in entries} == {i for n, i in before.items() if "_csv" in n}


def test_new_files_appear_at_once(tmp_path: Path) -> None:
    days = [date(2026, 6, 15) + n * DAY for n in range(3)]
    feeds = ["ercot_np4_190_cd", "nem_dispatch_scada"]
    for n, day in enumerate(days):
        synthetic.write(tmp_path, SEED, day, day + DAY, feeds=feeds, points=2, hours=(0, 1))
        if n == 0:
            running = mirror.start(tmp_path)
        with httpx.Client(base_url=running.url) as client:
            assert len(listed(client, 12331)) == 2 * (n + 1)
            page = client.get("/Reports/Current/Dispatch_SCADA/").text
            assert page.count(".zip</A>") == 12 * (n + 1)
            newest = listed(client, 12331)[0]["DocID"]
            found = client.get("/misdownload/servlets/mirDownload", params={"doclookupId": newest})
            assert found.status_code == 200
    shutil.rmtree(tmp_path / "ercot")
    with httpx.Client(base_url=running.url) as client:
        assert listed(client, 12331) == []
    running.stop()


# ERCOT Public API


def token(client: httpx.Client, **form: str) -> httpx.Response:
    body = {"grant_type": "password", "username": "me", "password": "secret"} | form
    return client.post(TOKEN_PATH, data=body)


def headers(client: httpx.Client) -> dict[str, str]:
    bearer = token(client).json()["id_token"]
    return {"Authorization": f"Bearer {bearer}", "Ocp-Apim-Subscription-Key": "key"}


def archive(client: httpx.Client, product: str, **query: object) -> httpx.Response:
    return client.get(f"{API}/archive/{product}", params=query, headers=headers(client))


def test_archive_pages_and_bounds(client, sample_set) -> None:
    count = sample_set.files["ercot_np6_905_cd"]
    seen: list[dict] = []
    for page in range(1, 7):
        answer = archive(client, "NP6-905-CD", size=50, page=page).json()
        meta = answer["_meta"]
        assert (meta["totalRecords"], meta["totalPages"], meta["currentPage"]) == (count, 6, page)
        seen += answer["archives"]
    assert len({e["docId"] for e in seen}) == count
    times = [e["postDatetime"] for e in seen]
    assert times == sorted(times, reverse=True)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", times[0])
    bounds = {"postDatetimeFrom": "2026-06-15T00:00:00", "postDatetimeTo": "2026-06-16T00:00:00"}
    some = archive(client, "np6-905-cd", **bounds).json()["archives"]
    assert len(some) == 95 and {e["postDatetime"][:10] for e in some} == {"2026-06-15"}
    assert archive(client, "np0-000-cd").status_code == 404
    assert archive(client, "np6-905-cd", postDatetimeFrom="June").status_code == 400


def test_archive_downloads(client, sample_set) -> None:
    entries = archive(client, "np4-190-cd", size=3).json()["archives"]
    ids = [e["docId"] for e in entries]
    one = archive(client, "np4-190-cd", download=ids[0])
    assert client.get(
        entries[0]["_links"]["endpoint"]["href"], headers=headers(client)
    ).content == (one.content)
    path = f"{API}/archive/np4-190-cd/download"
    many = client.post(path, json={"docIds": ids}, headers=headers(client))
    stored = {p.name: p.read_bytes() for p in zips(sample_set.folder / "ercot/NP4-190-CD")}
    with zipfile.ZipFile(io.BytesIO(many.content)) as outer:
        assert len(outer.namelist()) == 3
        for name in outer.namelist():
            number, _, constructed = name.partition(".")
            assert int(number) in ids and outer.read(name) == stored[constructed]
            if int(number) == ids[0]:
                assert outer.read(name) == one.content
    too_many = {"docIds": list(range(501))}
    assert client.post(path, json=too_many, headers=headers(client)).status_code == 400
    assert client.post(path, json={"docIds": [1]}, headers=headers(client)).status_code == 404
    assert client.post(path, content=b"x", headers=headers(client)).status_code == 400


def test_archive_needs_key_and_token(sample_set) -> None:
    credentials = mirror.Credentials("me", "secret", "key", token_seconds=0.3)
    with mirror.start(sample_set.folder, credentials=credentials) as running:
        client = httpx.Client(base_url=running.url)
        path = f"{API}/archive/np4-190-cd"
        good = headers(client)
        assert client.get(path, headers=good).status_code == 200
        assert client.get(path).status_code == 401
        for name in good:
            rest = {k: v for k, v in good.items() if k != name}
            assert client.get(path, headers=rest).status_code == 401
            assert client.get(path, headers=good | {name: "wrong"}).status_code == 401
        assert token(client, password="wrong").status_code == 400
        assert token(client, grant_type="refresh").status_code == 400
        time.sleep(0.35)
        assert client.get(path, headers=good).status_code == 401
        assert client.get(path, headers=headers(client)).status_code == 200
        client.close()


def test_product_page(client) -> None:
    found = client.get(f"{API}/np4-190-cd", headers=headers(client)).json()
    assert (found["reportTypeId"], found["downloadLimit"]) == (12331, 500)


# CAISO


def single_zip(client: httpx.Client, **query: object) -> tuple[str, dict[str, str]]:
    """Name of the zip and its members."""
    answer = client.get("/oasisapi/SingleZip", params=query)
    assert answer.status_code == 200
    name = re.search(r"filename=([^;]+)", answer.headers["Content-Disposition"]).group(1)
    return name, members(answer.content)


LMP = {
    "queryname": "PRC_LMP",
    "version": 12,
    "market_run_id": "DAM",
    "resultformat": 6,
    "startdatetime": "20251102T07:00-0000",
    "enddatetime": "20251103T08:00-0000",
}


def test_single_zip_names_and_the_day_of_25_hours(client) -> None:
    name, inside = single_zip(client, **LMP, node="TH_NP15_GEN-APND,TH_SP15_GEN-APND")
    assert re.fullmatch(r"20251102_20251103_PRC_LMP_DAM_\d{8}(_\d\d){3}_v12\.zip", name)
    assert list(inside) == [name.replace(".zip", ".csv")]
    found = rows(next(iter(inside.values())))
    assert len(found) == 2 * 5 * 25
    assert {r["OPR_HR"] for r in found} == {str(h) for h in range(1, 26)}


def test_start_is_inclusive_and_end_exclusive(client) -> None:
    query = LMP | {"startdatetime": "20251102T08:00-0000", "enddatetime": "20251102T10:00-0000"}
    _, inside = single_zip(client, **query, node="TH_NP15_GEN-APND")
    starts = {gmt(r["INTERVALSTARTTIME_GMT"]).hour for r in rows(next(iter(inside.values())))}
    assert starts == {8, 9}


def test_a_window_over_several_days_and_files(client) -> None:
    query = LMP | {"startdatetime": "20251101T07:00-0000", "enddatetime": "20251104T08:00-0000"}
    _, inside = single_zip(client, **query, node="TH_NP15_GEN-APND")
    found = rows(next(iter(inside.values())))
    keys = {(r["INTERVALSTARTTIME_GMT"], r["LMP_TYPE"]) for r in found}
    assert len(found) == len(keys) == (24 + 25 + 24) * 5


def test_end_is_ignored_with_a_group(client) -> None:
    query = LMP | {"startdatetime": "20251102T07:00-0000", "enddatetime": "20251102T09:00-0000"}
    _, inside = single_zip(client, **query, grp_type="ALL")
    found = rows(next(iter(inside.values())))
    assert len({r["INTERVALSTARTTIME_GMT"] for r in found}) == 25
    assert len({r["NODE"] for r in found}) == 6
    _, inside = single_zip(client, **query, grp_type="ALL_APNODES")
    nodes = {r["NODE"] for r in rows(next(iter(inside.values())))}
    assert len(nodes) == 5 and all(n.endswith("-APND") for n in nodes)

    query |= {"queryname": "PRC_INTVL_LMP", "version": 3, "market_run_id": "RTM"}
    query |= {"enddatetime": "20251103T08:00-0000"}
    name, inside = single_zip(client, **query, grp_type="ALL")
    assert name.startswith("20251102_20251102_")
    assert len(inside) == 5
    for text in inside.values():
        found = rows(text)
        assert len({r["LMP_TYPE"] for r in found}) == 1
        assert len({r["INTERVALSTARTTIME_GMT"] for r in found}) == 12


def test_versions_and_runs_choose_rows(client) -> None:
    _, inside = single_zip(client, **(LMP | {"version": 1}), node="TH_NP15_GEN-APND")
    kinds = {r["LMP_TYPE"] for r in rows(next(iter(inside.values())))}
    assert kinds == {"LMP", "MCE", "MCC", "MCL"}
    query = LMP | {"queryname": "PRC_AS", "market_run_id": "HASP", "anc_type": "RU,RD"}
    _, inside = single_zip(client, **query, anc_region="AS_CAISO_EXP")
    found = rows(next(iter(inside.values())))
    assert len(found) == 2 * 25
    assert {r["ANC_TYPE"] for r in found} == {"RU", "RD"}
    query = LMP | {"queryname": "SLD_FCST", "version": 1}
    for run, execution, count in (("RTM", "RTD", 300), ("RTM", "RTPD", 100), ("ACTUAL", "", 25)):
        more = {"execution_type": execution} if execution else {}
        name, inside = single_zip(client, **(query | {"market_run_id": run}), **more)
        found = rows(next(iter(inside.values())))
        assert f"_SLD_FCST_{run}_" in name and len(found) == 8 * count
    del query["market_run_id"]
    name, inside = single_zip(client, **query)
    assert "_SLD_FCST_N_" in name
    assert len({r["EXECUTION_TYPE"] for r in rows(next(iter(inside.values())))}) == 6


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"startdatetime": "20200102T08:00-0000", "enddatetime": "20200103T08:00-0000"}, 1000),
        ({"node": "NOWHERE"}, 1000),
        ({"startdatetime": "20250901T07:00-0000"}, 1004),
        ({"startdatetime": "2025-11-02"}, 1002),
        ({"version": None}, 1020),
        ({"version": 7}, 1020),
        ({"queryname": "PRC_NOTHING"}, 1005),
        ({"market_run_id": "WEEKLY"}, 1001),
        ({"node": ",".join(f"N{i}" for i in range(11))}, 1017),
        ({"node": None}, 1001),
        ({"queryname": "PRC_AS", "startdatetime": "20251101T07:00-0000"}, 1004),
    ],
)
def test_errors_come_as_xml_in_a_zip(change: dict, code: int, client) -> None:
    query = {**LMP, "node": "TH_NP15_GEN-APND", **change}
    _, inside = single_zip(client, **{k: v for k, v in query.items() if v is not None})
    ((name, text),) = inside.items()
    assert name.endswith(".xml")
    found = ElementTree.fromstring(text).findtext(f".//{{{OASIS}}}ERR_CODE")
    assert found == str(code)


def test_31_days_pass(client) -> None:
    query = LMP | {"startdatetime": "20251003T07:00-0000", "enddatetime": "20251103T08:00-0000"}
    _, inside = single_zip(client, **query, node="TH_NP15_GEN-APND")
    assert next(iter(inside)).endswith(".csv")


def test_xml_answers(client) -> None:
    query = {k: v for k, v in LMP.items() if k != "resultformat"} | {"node": "TH_NP15_GEN-APND"}
    _, inside = single_zip(client, **query)
    ((name, text),) = inside.items()
    assert name.endswith(".xml")
    data = ElementTree.fromstring(text).findall(f".//{{{OASIS}}}REPORT_DATA")
    assert len(data) == 5 * 25
    _, inside = single_zip(client, **query, resultformat=6)
    csv = {
        (r["XML_DATA_ITEM"], r["INTERVALSTARTTIME_GMT"]): r["MW"]
        for r in rows(next(iter(inside.values())))
    }
    for record in data:
        cell = {child.tag.split("}")[1]: child.text for child in record}
        assert csv[cell["DATA_ITEM"], cell["INTERVAL_START_GMT"]] == cell["VALUE"]
        assert cell["RESOURCE_NAME"] == "TH_NP15_GEN-APND"


def test_a_correction_replaces_values_in_the_answer(tmp_path: Path) -> None:
    day = date(2026, 3, 8)
    options = {"operators": ["caiso"], "feeds": ["caiso_prc_lmp"]}
    synthetic.write(tmp_path, SEED, day, day + DAY, **options)
    fixed = datetime(2026, 4, 1, 20, tzinfo=UTC)
    query = LMP | {"startdatetime": "20260308T08:00-0000", "enddatetime": "20260309T07:00-0000"}
    with mirror.start(tmp_path, now=lambda: fixed) as running:
        client = httpx.Client(base_url=running.url)
        name, before = single_zip(client, **query, grp_type="ALL")
        assert single_zip(client, **query, grp_type="ALL") == (name, before)
        assert "_20260401_13_00_00_" in name
        synthetic.write_corrections(tmp_path, SEED, day, day + DAY, **options, share=0.2)
        _, after = single_zip(client, **query, grp_type="ALL")
        client.close()

    def values(inside: dict[str, str]) -> dict[tuple[str, ...], str]:
        keys = ("NODE", "INTERVALSTARTTIME_GMT", "LMP_TYPE")
        return {tuple(r[k] for k in keys): r["MW"] for r in rows(next(iter(inside.values())))}

    first, second = values(before), values(after)
    assert first.keys() == second.keys() and len(first) == 23 * 6 * 5
    assert 0 < sum(first[k] != second[k] for k in first) < len(first) / 2
    truth = synthetic.Truth(tmp_path).table("fct_price_intervals").to_pylist()
    newest = {(r["location"], r["interval_start"]): r["price"] for r in truth if r["revision"] == 2}
    assert newest == {(k[0], gmt(k[1])): float(v) for k, v in second.items() if k[2] == "LMP"}


# NEMWEB


def test_directory_pages_lead_to_every_file(client, sample_set) -> None:
    folder = sample_set.folder / "nem"
    files = [*zips(folder), *folder.rglob("CO2EII_*.CSV")]  # served as they are
    stored = {p.name: p.read_bytes() for p in files}
    found: dict[str, bytes] = {}
    todo = ["/Reports/", "/Data_Archive/"]
    while todo:
        path = todo.pop()
        page = client.get(path)
        assert page.status_code == 200 and "[To Parent Directory]" in page.text
        for href, name in re.findall(r'<A HREF="([^"]+)">([^<]+)</A>', page.text)[1:]:
            if href.endswith("/"):
                todo.append(href)
            else:
                assert ("%2523" in href) == ("%23" in name)
                found[name] = client.get(href).content
    assert found == stored


def test_page_lines_and_letter_case(client) -> None:
    page = client.get(CURRENT).text
    assert client.get(CURRENT.upper()).text.count("<br>") == page.count("<br>")
    line = re.search(r"<br>( *\w+, \w+ \d+, \d{4} +\d+:\d\d [AP]M +\d+) <A", page).group(1)
    assert line == f"        Monday, June 15, 2026 11:00 AM{line[-13:]}"
    assert "&lt;dir&gt;" in client.get("/Reports/Current/").text
    assert client.get("/Reports/Current/Nothing/").status_code == 404
    assert client.get(CURRENT + "PUBLIC_NONE.zip").status_code == 404
    # a client that does not encode the per cent sign asks for a name with #
    path = "/Data_Archive/Wholesale_Electricity/MMSDM/2024/MMSDM_2024_08/"
    path += "MMSDM_Historical_Data_SQLLoader/DATA/"
    path += "PUBLIC_ARCHIVE{0}DISPATCHPRICE{0}FILE01{0}202408010000.zip"
    assert client.get(path.format("%2523")).status_code == 200
    assert client.get(path.format("%23")).status_code == 404


def test_conditional_and_partial_requests(client) -> None:
    name = re.search(r'HREF="([^"]+\.zip)"', client.get(CURRENT).text).group(1)
    whole = client.get(name)
    tag, changed = whole.headers["ETag"], whole.headers["Last-Modified"]
    assert client.get(name, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(name, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get(name, headers={"If-Modified-Since": changed}).status_code == 304
    earlier = "Mon, 01 Jun 2026 00:00:00 GMT"
    assert client.get(name, headers={"If-Modified-Since": earlier}).status_code == 200
    part = client.get(name, headers={"Range": "bytes=100-"})
    assert part.status_code == 206 and part.content == whole.content[100:]


# the command


COMMAND = [sys.executable, "-c", "from gridhouse.cli import app; app()", "mirror"]


def test_the_command_prints_the_settings_serves_and_misbehaves(sample_set, tmp_path: Path) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text('[{"path": "Reports/$", "kind": "status", "status": 418, "first": 1}]')
    options = ["--port", "0", "--faults", str(rules), "--seconds-between", "ercot_mis=60"]
    process = subprocess.Popen(
        [*COMMAND, "--folder", str(sample_set.folder), *options], stdout=subprocess.PIPE, text=True
    )
    try:
        lines = [process.stdout.readline() for _ in range(1 + len(mirror.base_urls("")))]
        said = dict(x.removeprefix("export ").strip().split("=", 1) for x in lines[1:])
        url = said["GRIDHOUSE_NEMWEB_URL"]
        assert said == mirror.base_urls(url)
        with httpx.Client(base_url=url, transport=httpx.HTTPTransport(retries=5)) as client:
            assert [client.get("/Reports/").status_code for _ in range(2)] == [418, 200]
            mis = "/misapp/servlets/IceDocListJsonWS?reportTypeId=12331"
            assert [client.get(mis).status_code for _ in range(2)] == [200, 429]
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


def test_wrong_folder_and_taken_port(tmp_path: Path, server: mirror.Mirror) -> None:
    with pytest.raises(FileNotFoundError, match="no folder"):
        mirror.start(tmp_path / "nothing")
    with pytest.raises(OSError, match="cannot listen"):
        mirror.start(tmp_path, port=server.port)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--folder", "nothing"], "no folder"),
        (["--faults", "nothing.json"], "nothing.json"),
        (["--faults", "broken.json"], "broken.json: Expecting"),
        (["--faults", "wrong.json"], "wrong.json: unknown fault kind 'explode'; known: status"),
        (["--faults", "text.json"], "text.json: wrong value in"),
        (["--seconds-between", "caiso"], "'caiso' is no SITE=SECONDS; write it as caiso=5"),
        (["--seconds-between", "caiso=soon"], "'caiso=soon' is no SITE=SECONDS"),
        (["--seconds-between", "pjm=5"], "unknown site pjm; known: ercot_mis"),
    ],
)
def test_the_command_refuses_what_it_cannot_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("broken", "["),
        ("wrong", '[{"path": "x", "kind": "explode"}]'),
        ("text", '[{"path": "x", "kind": "html", "every": "3"}]'),
    ):
        Path(f"{name}.json").write_text(text)
    monkeypatch.setattr(mirror, "_bind", lambda *_: pytest.fail("it serves"))
    done = CliRunner().invoke(app, ["mirror", "--folder", str(tmp_path), *options])
    assert done.exit_code == 2 and reason in done.stderr, done.output


def test_start_is_quick(sample_set) -> None:
    started = time.monotonic()
    with mirror.start(sample_set.folder) as running:
        httpx.get(running.url + CURRENT)
    assert timedelta(seconds=time.monotonic() - started) < timedelta(seconds=5)


def test_other_sites_lie_as_they_are(client: httpx.Client) -> None:
    """AEMO's register and the WEM's folders, APVI for those with a token, BOM's documents."""
    page = client.get("/public/market-data/wemde/facilityScada/current/").text
    assert "[To Parent Directory]" in page and ">SCADA_2026-06-15.json</A>" in page
    found = client.get("/public/market-data/wemde/facilityScada/current/SCADA_2026-06-15.json")
    rows = found.json()["data"]["facilityScadaDispatchIntervals"]
    assert len(rows) == 288 * 5 and rows[0]["dispatchInterval"] == "2026-06-15T08:00:00+08:00"
    assert client.get("/api/v2/2-digit/2026-06-15.json").status_code == 401
    given = client.get("/api/v2/2-digit/2026-06-15.json", params={"access_token": "any"})
    assert "performance" in given.json()
    weather = client.get("/fwo/IDW60901/IDW60901.94610.json").json()["observations"]["data"]
    assert len(weather) == 145 and weather[0]["aifstime_utc"] > weather[-1]["aifstime_utc"]
    register = (
        "/-/media/files/electricity/nem/participant_information/"
        "nem-registration-and-exemption-list.xls"
    )
    assert client.get(register).content.startswith(b"PK")
