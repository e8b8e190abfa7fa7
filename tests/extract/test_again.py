"""Publications that are met again: repeated, mended, damaged in part; nothing lands twice."""

import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extract.archive import Entry
from extract.catalogue import CATALOGUE, Catalogue, load_catalogue
from extract.parse.typed import spool_folder
from extract.run import Report, Run
from extract.unpack import Limits

LMP = (
    "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,OPR_INTERVAL,NODE_ID_XML,NODE_ID,NODE,"
    "MARKET_RUN_ID,LMP_TYPE,XML_DATA_ITEM,PNODE_RESMRID,GRP_TYPE,POS,MW,GROUP\n"
)
DAM = "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag\n"
DAM_NAME = "cdr.00012331.0000000000000000.20260131.123456789.DAMSPNP4190"


class Site:
    """Hands publications to a run as a download does: by key, one after the other."""

    def __init__(self, data: Path):
        self.data = data
        self.clock = datetime(2026, 2, 1, tzinfo=UTC)

    def fetch(self, feed: str, key: str, content: bytes, catalogue: Catalogue) -> Report:
        self.clock += timedelta(minutes=1)
        entry = Entry(
            feed, key, key, hashlib.sha256(content).hexdigest(), len(content), "http://x", None,
            self.clock,
        )  # fmt: skip
        with Run(self.data, catalogue) as run:
            run.keep(catalogue[feed], entry, content)
            run.flush()
        return run.report

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.data / "raw.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def is_known(self, operator: str, key: str) -> bool:
        with Run(self.data, load_catalogue()) as run:
            return key in run.known_of(operator).keys

    def pack_bytes(self) -> int:
        return sum(p.stat().st_size for p in (self.data / "archive" / "packs").iterdir())


@pytest.fixture
def site(prepared_data) -> Site:
    return Site(prepared_data)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def zipped(members: dict[str, str | bytes], packing: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():  # the same bytes each time
            archive.writestr(zipfile.ZipInfo(name), content, packing)
    return out.getvalue()


def scada(minute: int) -> tuple[str, bytes]:
    """An inner zip of one reading: unit A at 00:`minute`, that many MW."""
    name = f"PUBLIC_DISPATCHSCADA_2025122700{minute:02}_00000004958675{minute:02}"
    text = (
        "C,NEMP.WORLD,DISPATCHSCADA,AEMO,PUBLIC,2025/12/27,00:00:23,0000000495867506,X,1\n"
        "I,DISPATCH,UNIT_SCADA,1,SETTLEMENTDATE,DUID,SCADAVALUE\n"
        f'D,DISPATCH,UNIT_SCADA,1,"2025/12/27 00:{minute:02}:00",A,{minute}\n'
        'C,"END OF REPORT",4\n'
    )
    return f"{name}.zip", zipped({f"{name}.CSV": text})


def oasis(first: str) -> bytes:
    """An OASIS answer of 96 prices, 0.5 to 95.5, the first of them `first`."""
    rows = [
        f"2026-01-31T{8 + n // 24:02}:00:00-00:00,2026-01-31T{9 + n // 24:02}:00:00-00:00,"
        f"2026-01-31,{1 + n // 24},0,N{n % 24},N{n % 24},N{n % 24},DAM,LMP,LMP_PRC,N{n % 24},"
        f"ALL_APNODES,0,{first if n == 0 else n + 0.5},1\n"
        for n in range(96)
    ]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        stamp = datetime.now(UTC).timetuple()[:6]
        info = zipfile.ZipInfo("20260131_20260201_PRC_LMP_DAM_v1.csv", stamp)
        info.comment = os.urandom(4)  # OASIS makes each answer anew: the bytes differ
        archive.writestr(info, LMP + "".join(rows))
    return made.getvalue()


def test_a_large_oasis_answer_that_comes_again_lands_once(site, catalogue, monkeypatch):
    monkeypatch.setattr("extract.parse.sections.BLOCK_BYTES", 2000)
    monkeypatch.setattr("extract.land.GROUP_BYTES", 4000)
    monkeypatch.setattr("extract.assemble.GROUP_BYTES", 4000)
    for first in ("0.5", "0.5", "-7.25"):  # first, unchanged, corrected in its first row
        site.fetch("caiso_prc_lmp", "request", oasis(first), catalogue)
    assert site.query("select status, rows_in_file, rows_landed from caiso._files") == [
        ("landed", 96, 96),
        ("landed", 96, 96),
    ]
    assert site.query(
        "select _file_id in (select file_id from caiso._files), count(*), min(price) "
        "from caiso.prc_lmp group by all order by 3"
    ) == [(True, 192, -7.25)]
    assert site.query(
        "select outcome, count(*) from caiso._outcomes where kind = 'parse' group by 1 order by 1"
    ) == [("not_modified", 1), ("ok", 2)]


def test_one_damaged_inner_zip_costs_nothing_else(site, catalogue):
    inner = [scada(n) for n in (5, 10, 15, 20, 25)]
    whole = zipped(dict(inner))
    damaged = whole.replace(inner[1][1], inner[1][1].replace(b"UNIT_SCADA", b"UNIT_SCAD?"))
    report = site.fetch("nem_dispatch_scada", "day.zip", damaged, catalogue)
    assert "cannot be read" in report.problems[0] and inner[1][0] in report.problems[0]
    assert site.query("select scadavalue from nem.dispatch_unit_scada order by 1") == [
        (5,), (15,), (20,), (25,),
    ]  # fmt: skip
    assert not site.is_known("nem", "day.zip")  # so that it is fetched again
    assert site.fetch("nem_dispatch_scada", "day.zip", whole, catalogue).ok
    assert site.query("select count(*), sum(scadavalue) from nem.dispatch_unit_scada") == [(5, 75)]
    assert site.is_known("nem", "day.zip")


def test_a_container_of_known_files_is_fetched_once(site, catalogue):
    for name, content in (scada(5), scada(10)):
        site.fetch("nem_dispatch_scada", name, content, catalogue)
    site.fetch("nem_dispatch_scada", "day.zip", zipped(dict([scada(5), scada(10)])), catalogue)
    assert site.query("select count(*) from nem.dispatch_unit_scada") == [(2,)]
    assert site.is_known("nem", "day.zip")


def test_a_container_that_a_folder_holds_too_is_kept_twice_at_most(site, catalogue, tmp_path):
    whole = zipped(dict([scada(5), scada(10)]))
    site.fetch("nem_dispatch_scada", "PUBLIC_DISPATCHSCADA_20251227.zip", whole, catalogue)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "PUBLIC_DISPATCHSCADA_20251227.zip").write_bytes(whole)
    sizes = []
    for _ in range(3):
        with Run(site.data, catalogue) as run:
            run.from_folder(tmp_path / "files", list(catalogue))
        sizes.append(site.pack_bytes())
    assert sizes == [2 * len(whole)] * 3
    assert site.query("select count(*) from nem.dispatch_unit_scada") == [(2,)]


def test_the_same_bytes_are_kept_once(site, catalogue):
    answer = oasis("0.5")
    site.fetch("caiso_prc_lmp", "request", answer, catalogue)
    kept = site.pack_bytes()
    site.fetch("caiso_prc_lmp", "request", answer, catalogue)
    assert site.pack_bytes() == kept == len(answer)
    manifest = (site.data / "archive" / "manifest.jsonl").read_text()
    assert len(manifest.splitlines()) == 1


def test_a_quarantined_file_lands_once_the_contract_is_mended(site, catalogue, tmp_path):
    """The operator renames a column; the new name goes under `also`; `replay` lands the file."""
    text = DAM.replace("SettlementPointPrice", "Price") + "01/31/2026,24:00,HB_NORTH,23.94,N\n"
    content = zipped({f"{DAM_NAME}.csv": text})
    for _ in range(2):  # met again with the old contract: said again, but one row says why, not two
        report = site.fetch("ercot_np4_190_cd", f"{DAM_NAME}_csv.zip", content, catalogue)
        assert "lacks required column(s) settlementpointprice" in report.problems[0]
    assert [s for (s,) in site.query("select status from ercot._files")] == ["quarantined"]

    with Run(site.data, _with_new_name(tmp_path / "catalogue")) as run:
        run.from_archive([run.catalogue["ercot_np4_190_cd"]])
    assert run.report.rows == 1
    assert site.query("select settlement_point, settlement_point_price from ercot.np4_190_cd") == [
        ("HB_NORTH", 23.94)
    ]
    assert site.is_known("ercot", f"{DAM_NAME}_csv.zip")


def _with_new_name(folder: Path) -> Catalogue:
    shutil.copytree(CATALOGUE, folder)
    path = folder / "ercot" / "ercot_np4_190_cd.yml"
    text = path.read_text()
    assert "source_name: SettlementPointPrice," in text
    path.write_text(
        text.replace(
            "source_name: SettlementPointPrice,",
            "source_name: SettlementPointPrice, also: [Price],",
        )
    )
    return load_catalogue(folder)


def test_a_folder_is_tried_again_for_what_was_quarantined_inside_a_container(
    prepared_data, catalogue, tmp_path
):
    """One of two inner zips unpacks to more than a limit, which is then raised."""
    small, large = scada(5), scada(10)
    name, content = large
    large = name, zipped({name.replace(".zip", ".CSV"): _padded(content)}, zipfile.ZIP_DEFLATED)
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "PUBLIC_DISPATCHSCADA_20251227.zip").write_bytes(zipped(dict([small, large])))
    seen = []
    for limits in (Limits(ratio=10), Limits(ratio=10), Limits(), Limits()):
        with Run(prepared_data, catalogue, limits=limits) as run:
            run.from_folder(folder, list(catalogue))
        seen.append((run.report.rows, len(run.report.problems)))
    assert seen == [(1, 1), (0, 1), (1, 0), (0, 0)]


def _padded(content: bytes) -> bytes:
    """The text of an inner zip with a very long comment line, which packs well."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read(archive.namelist()[0])
    first, rest = text.split(b"\n", 1)
    return first + b"," + b"X" * 100_000 + b"\n" + rest


KILLED = """
import os, signal
from pathlib import Path
from extract.catalogue import load_catalogue
from extract.run import Run
with Run(Path({data!r}), load_catalogue()) as run:
    (run.spool / "text.csv").write_text("x" * 1000)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_text_that_a_killed_run_left_in_memory_goes_with_the_next(prepared_data, catalogue):
    done = subprocess.run([sys.executable, "-c", KILLED.format(data=str(prepared_data))])
    assert done.returncode == -signal.SIGKILL
    left = spool_folder(prepared_data) / "text.csv"
    assert left.exists()
    with Run(prepared_data, catalogue):
        assert not left.exists()
    assert not left.parent.exists()
