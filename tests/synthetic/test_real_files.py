"""What we write has the headers of the published files, and the mirror serves those too."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import httpx
import pytest

from synthetic import mirror
from synthetic.mirror.library import Library
from synthetic.nem_layouts import layout
from tests.synthetic.reading import aemo, members, rows
from tests.synthetic.test_caiso_files import TITLES
from tests.synthetic.test_ercot_disclosures import NEW
from tests.synthetic.test_ercot_files import HEADERS

pytestmark = pytest.mark.real

LAYOUTS = {
    ("DISPATCH", "PRICE"): "PRICE",
    ("DISPATCH", "REGIONSUM"): "REGIONSUM",
    ("DISPATCH", "INTERCONNECTORRES"): "INTERCONNECTORRES",
    ("DISPATCH", "CONSTRAINT"): "CONSTRAINT",
    ("DISPATCH", "UNIT_SCADA"): "UNIT_SCADA",
    ("DISPATCH", "CASE_SOLUTION"): "CASE_SOLUTION",
    ("DISPATCH", "LOCAL_PRICE"): "LOCAL_PRICE",
    ("DISPATCH", "INTERCONNECTION"): "INTERCONNECTION",
    ("TRADING", "PRICE"): "TRADING_PRICE",
    ("TRADING", "INTERCONNECTORRES"): "TRADING_INTERCONNECTORRES",
}


@pytest.mark.parametrize("emil_id", HEADERS)
def test_ercot_headers(emil_id: str, real_data: Path) -> None:
    seen = 0
    for path in (real_data / "ercot" / emil_id).iterdir():
        text = path.read_text() if path.suffix == ".csv" else ""
        if path.suffix == ".zip":
            (text,) = members(path.read_bytes()).values()
        assert text.splitlines()[0] == HEADERS[emil_id], path.name
        seen += 1
    assert seen


def test_ercot_headers_of_disclosures(real_data: Path) -> None:
    """Two names grew a letter in mid 2026; one excerpt came without its curves, one is of 2014."""
    folder, seen = real_data / "ercot", Counter()
    for path in [*folder.glob("NP3-965-ER/60d_*"), *folder.glob("NP3-966-ER/60d_*")]:
        header = path.read_text().splitlines()[0].replace('"', "").split(",")
        name = next((n for n in NEW if path.name.startswith(n)), None)
        if name and "07-MAY-26" not in path.name and "marketday_2014" not in path.name:
            long = {"AS Capability RRSPFR": "RRSPF", "AS Capability RRSFFR": "RRSFF"}
            if "Load" not in name:
                header = [f"AS Capability {long[h]}" if h in long else h for h in header]
            assert header == NEW[name], path.name
            seen[name] += 1
    assert set(seen) == set(NEW)


def test_ercot_layout_of_values(real_data: Path, clock_changes: Path) -> None:
    """Blanks and digits as in the real rows: leading blanks, twelve places, two decimals."""
    patterns = {
        "NP4-190-CD": r"\d\d/\d\d/\d{4},\d\d:00,\w+, -?\d+(\.\d\d?)?,[NY]",
        "NP6-788-CD": r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d,[NY],\w+,[ \d.-]{9}\.\d\d",
        "NP6-905-CD": r"\d\d/\d\d/\d{4},\d+,\d,\w+,\w+,-?\d+(\.\d\d?)?,[NY]",
        "NP6-345-CD": r"\d\d/\d\d/\d{4},\d\d:00(,\d+\.\d\d){9},[NY]",
        "NP4-188-CD": r"\d\d/\d\d/\d{4},\d\d:00,[A-Z]+,\d+(\.\d\d?)?,[NY]",
        "NP4-191-CD": r"\d\d/\d\d/\d{4},\d\d:00,\d+(, [\w ]*)+, [\d.]+, [\d.]+, [\d.]+, [\d.]+"
        r"(, \w*){4}, \d\d/\d\d/\d{4} \d\d:00:00,[NY]",
        "NP6-322-CD": r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d,[NY](,-?\d+\.\d{1,5}){1,2}",
        "NP6-86-CD": r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d,[NY],\d+,\w+,[\w ]+(,-?[\d.]+){5},\w*,\w*,"
        r"\d+,\d+,(NON)?COMP",
    }
    for emil_id, pattern in patterns.items():
        for folder in (real_data / "ercot" / emil_id, clock_changes / "ercot" / emil_id):
            path = sorted(folder.iterdir())[0]
            text = path.read_text() if path.suffix == ".csv" else ""
            if path.suffix == ".zip":
                (text,) = members(path.read_bytes()).values()
            for line in text.splitlines()[1:]:
                assert re.fullmatch(pattern, line), (path.name, line)


def test_caiso_headers_and_members(real_data: Path) -> None:
    folder = real_data / "caiso"
    for path in (folder / "prc_lmp_dam").glob("*.csv"):
        assert path.read_text().splitlines()[0] == TITLES["PRC_LMP"]
    for path in (folder / "sld_fcst").iterdir():
        if path.suffix == ".zip":
            ((name, text),) = members(path.read_bytes()).items()
            assert name == f"{path.stem}.csv"
            assert text.splitlines()[0] == TITLES["SLD_FCST"]


def test_nem_layouts(real_data: Path) -> None:
    texts: list[tuple[date, bool, str]] = []
    for folder in ("mmsdm_trimmed", "mmsdm_whole"):
        for path in sorted((real_data / "nem" / folder).glob("*.zip")):
            year, number = re.search(r"(\d{4})(\d\d)010000", path.name).groups()
            with zipfile.ZipFile(path) as z:
                head = z.open(z.namelist()[0]).read(20_000).decode("utf-8", "replace")
            texts.append((date(int(year), int(number), 1), True, head))
    current = {
        "dispatch_is/sample_dispatchis.csv": date(2025, 12, 27),
        "dispatch_scada/sample_dispatchscada.csv": date(2025, 12, 27),
        "trading_is/PUBLIC_TRADINGIS_202403031335_0000000412683134.CSV": date(2024, 3, 3),
    }
    for name, day in current.items():
        texts.append((day, False, (real_data / "nem" / name).read_text()))
    seen = 0
    for day, monthly, text in texts:
        for line in text.splitlines():
            cells = line.split(",")
            if cells[0] == "I" and tuple(cells[1:3]) in LAYOUTS:
                ours = layout(LAYOUTS[cells[1], cells[2]], day, monthly=monthly)
                assert [str(ours.version), *ours.columns] == cells[3:], (day, monthly, line)
                seen += 1
    assert seen > 40


def test_nem_footer_rule_and_form(real_data: Path, nem: Path) -> None:
    """The rule that our files keep is the one that the published ones keep."""
    real = (real_data / "nem/dispatch_is/sample_dispatchis.csv").read_bytes().decode()
    found = aemo(real)
    assert found.footer == ["C", "END OF REPORT", str(found.lines)]
    path = sorted((nem / "nem/Reports/Current/DispatchIS_Reports").glob("*_20251227*"))[0]
    (text,) = members(path.read_bytes()).values()
    ours = aemo(text)
    assert list(ours.columns) == list(found.columns) and ours.columns == found.columns
    for key, records in ours.tables.items():
        if key[1] in ("CASE_SOLUTION", "LOCAL_PRICE"):
            continue
        blank = {c for c in found.columns[key] if not any(r[c] for r in found.tables[key])}
        filled = {c for c in ours.columns[key] if any(r[c] for r in records)}
        # what AEMO leaves blank, we leave blank
        assert not filled & blank, (key, filled & blank)


def test_pages_have_the_form_of_the_real_ones(real_data: Path, sample_set) -> None:
    row = re.compile(
        r"<td class='labelOptional_ind'>([^<]+)</td>.*?"
        r"<a href='(/misdownload/servlets/mirDownload\?mimic_duns=\d+&doclookupId=(\d+))'>zip</a>"
    )
    entry = re.compile(
        r"<br>\s*\w+, \w+ \d+, \d{4}\s+\d+:\d\d [AP]M\s+(?:\d+|&lt;dir&gt;) "
        r'<a href="[^"]+">[^<]+</a>',
        re.I,
    )
    real_rows = row.findall(next((real_data / "ercot/mis_listing").iterdir()).read_text())
    pages = [p.read_text() for p in (real_data / "nem/listings").glob("*.html")]
    with mirror.start(sample_set.folder) as server:
        ours = httpx.get(f"{server.url}/misapp/GetReports.do?reportTypeId=13101").text
        directory = httpx.get(f"{server.url}/Reports/Current/TradingIS_Reports/").text
    assert len(row.findall(ours)) == 2 * sample_set.files["ercot_np6_345_cd"]
    assert all(re.search(r"_(csv|xml)\.zip$", name) for name, *_ in real_rows + row.findall(ours))
    for text in (*pages, directory):
        assert (
            len(entry.findall(text)) == len(re.findall(r"\.zip</a>|DUPLICATE</a>", text, re.I)) > 0
        )


def test_the_mirror_serves_the_real_folder(real_data: Path) -> None:
    shelf = Library(real_data).shelf()
    # the seven feeds, each found by name or by folder, bare CSVs as zips
    for report_type in (12331, 12301, 12300, 12329, 12302, 12332, 13101):
        assert shelf.ercot[report_type], report_type
    with mirror.start(real_data) as server, httpx.Client(base_url=server.url) as client:
        for documents in shelf.ercot.values():
            for document in documents:
                answer = client.get(
                    "/misdownload/servlets/mirDownload", params={"doclookupId": document.doc_id}
                )
                with zipfile.ZipFile(io.BytesIO(answer.content)) as z:
                    assert z.namelist(), document.name
        name = "PUBLIC_DISPATCHIS_202512270005_0000000495867501"
        answer = client.get(f"/Reports/Current/DispatchIS_Reports/{name}.zip")
        ((member, text),) = members(answer.content).items()
        assert member == f"{name}.CSV"
        sample = real_data / "nem/dispatch_is/sample_dispatchis.csv"
        assert text.encode() == sample.read_bytes()
        # the day of 25 hours, cut out of a file of 25 days
        answer = client.get(
            "/oasisapi/SingleZip",
            params={
                "queryname": "PRC_LMP",
                "version": 1,
                "market_run_id": "DAM",
                "resultformat": 6,
                "node": "0096WD_7_N001",
                "startdatetime": "20181104T07:00-0000",
                "enddatetime": "20181105T08:00-0000",
            },
        )
        ((member, text),) = members(answer.content).items()
        found = rows(text)
        assert member.startswith("20181104_20181105_PRC_LMP_DAM_")
        assert len(found) == 4 * 25 and {r["OPR_DT"] for r in found} == {"2018-11-04"}
