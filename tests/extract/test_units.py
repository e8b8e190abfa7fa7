"""Catalogue, archive, ledger and recognition, each on its own."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from extract.archive import Archive, ArchiveError, Entry, sha256_of
from extract.catalogue import CATALOGUE, CatalogueError, load_catalogue
from extract.ledger import Known
from extract.recognise import recognise
from extract.unpack import Limits

FEED = (CATALOGUE / "ercot" / "ercot_np6_788_cd.yml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("cadence: PT5M", "cadense: PT5M", "cadense"),
        ("parse: csv", "parse: excel", "parse"),
        ("key: true", "kee: true", "kee"),
        ("format: ['%m/%d/%Y %H:%M:%S', '%Y-%m-%dT%H:%M:%S'],", "", "format"),
        ("time_zone: America/Chicago", "time_zone: America/Chigaco", "Chigaco"),
        ("grain: [sced_timestamp", "grain: [sced_timestmp", "sced_timestmp"),
        ("data_type: double", "data_type: number", "data_type"),
    ],
)
def test_a_wrong_catalogue_names_file_and_key(tmp_path, old, new, names):
    assert old in FEED
    (tmp_path / "feed.yml").write_text(FEED.replace(old, new, 1))
    with pytest.raises(CatalogueError) as error:
        load_catalogue(tmp_path)
    assert "feed.yml" in str(error.value) and names in str(error.value)


def test_a_table_of_two_feeds_is_refused(tmp_path):
    (tmp_path / "a.yml").write_text(FEED)
    (tmp_path / "b.yml").write_text(FEED.replace("ercot_np6_788_cd", "ercot_other"))
    with pytest.raises(CatalogueError, match="declared by"):
        load_catalogue(tmp_path)


def test_selection_by_operator_feed_or_product():
    catalogue = load_catalogue()
    assert {f.operator for f in catalogue.select(["nem"])} == {"nem"}
    assert [f.id for f in catalogue.select(["NP6-905-CD"])] == ["ercot_np6_905_cd"]
    with pytest.raises(CatalogueError, match="ercot_np6_905_cd"):  # it lists what there is
        catalogue.select(["NP6-906-CD"])


def test_every_landed_column_is_declared_once_for_dlt_and_dbt():
    for path in CATALOGUE.rglob("*.yml"):
        for source in yaml.safe_load(path.read_text()).get("sources", []):
            if "feed" not in source["config"].get("meta", {}):
                continue  # the ledger: its columns are the extraction's own
            for table in source["tables"]:
                columns = table.get("columns", [])  # none for the ledger, which dlt does not check
                assert all(c.get("description") for c in columns), (path, table["name"])


@pytest.fixture
def archive(tmp_path) -> Archive:
    return Archive(tmp_path / "archive")


def entry(archive: Archive, tmp_path, text: str, key: str = "k") -> Entry:
    path = tmp_path / "file.csv"
    path.write_text(text)
    digest = sha256_of(path)
    archive.put(path, digest)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Entry("feed", key, "file.csv", digest, len(text), "http://x", None, now)


def test_archive_keeps_bytes_and_order(archive, tmp_path):
    entries = [entry(archive, tmp_path, text, text) for text in "abc"]
    archive.record(entries)
    later = replace(entries[0], fetched_at=datetime(2026, 1, 2, tzinfo=UTC))
    archive.record([later])  # fetched again after a kill: one publication, as it landed
    assert list(archive.entries()) == [*entries[1:], later]
    assert archive.read(entries[1]).read_text() == "b"


def test_small_publications_share_a_pack(archive, tmp_path):
    texts = [b"first", b"second", b""]
    entries = []
    for text in texts:
        pack, offset = archive.append(text)
        one = entry(archive, tmp_path, text.decode(), text.decode())
        entries.append(replace(one, pack=pack, offset=offset))
    archive.record(entries)
    archive.close()
    assert len(list(archive.packs.iterdir())) == 1
    assert [archive.read(e) for e in archive.entries()] == texts
    path = archive.packs / entries[0].pack
    path.write_bytes(path.read_bytes().replace(b"second", b"sEcond"))
    with pytest.raises(ArchiveError, match="altered at byte 5"):
        archive.read(entries[1])


def test_a_line_that_a_killed_run_left_open_is_cut(archive, tmp_path):
    first, second = (entry(archive, tmp_path, text, text) for text in "ab")
    archive.record([first])
    with archive.manifest.open("ab") as file:
        file.write(b'{"feed": "feed", "ke')
    assert list(archive.entries()) == [first]
    archive.record([second])
    assert list(archive.entries()) == [first, second]
    assert all(json.loads(line) for line in archive.manifest.read_text().splitlines())


def test_an_altered_object_is_told(archive, tmp_path):
    one = entry(archive, tmp_path, "a")
    archive.path(one.sha256).write_text("b")
    with pytest.raises(ArchiveError, match="altered"):
        archive.read(one)
    archive.path(one.sha256).unlink()
    with pytest.raises(ArchiveError, match="missing"):
        archive.read(one)


def test_load_stamps_rise_even_when_the_clock_does_not():
    future = datetime.now(UTC) + timedelta(days=1)
    known = Known(last_loaded_at=future)
    first, second = known.next_loaded_at(), known.next_loaded_at()
    assert future < first < second


@pytest.mark.parametrize(
    ("path", "head", "feed"),
    [
        ("x/LMPSROSNODENP6788_20260907_114017.excerpt.csv", "", "ercot_np6_788_cd"),
        ("NP4-190-CD/20170213.csv", "DeliveryDate\n", "ercot_np4_190_cd"),
        ("x/y.csv", "SCEDTimestamp,RepeatedHourFlag,SettlementPoint,LMP\n", "ercot_np6_788_cd"),
        ("x/y.csv", "SCEDTimestamp,RepeatedHourFlag,SettlementPoint,LMP,More\n", None),
        ("trading_is/a.csv", "C,X\nI,TRADING,OTHER,1,A\n", None),
        ("trading_is/a.csv", "C,X\nI,TRADING,PRICE,1,A\n", "nem_tradingis"),
        ("x/a.csv", "C,X\nI,DISPATCH,UNIT_SCADA,1,A\n", "nem_dispatch_scada"),
        ("NP4-190-CD/README.md", "hello", None),
        # trials look like production: the folder, the report type or the name tells them apart
        ("NP6-788-RTCMT/LMPSROSNODENP6788_20250801_114017.csv", "", "ercot_rtcmt_np6_788"),
        (
            "x/cdr.00004104.0000000000000000.20250801.114020.LMPSROSNODENP6788_20250801_114017.csv",
            "",
            "ercot_rtcmt_np6_788",
        ),
        ("x/LMPSROSNODENP6788RTCMT_20250801_114017.csv", "", "ercot_rtcmt_np6_788"),
        ("NP6-788-RTCMT/y.csv", "", "ercot_rtcmt_np6_788"),
        ("NP6-788-CD/y.csv", "", "ercot_np6_788_cd"),
        # a trial of another product is of no feed, whatever its name
        ("NP4-190-RTCMT/DAMSPNP4190.csv", "DeliveryDate\n", None),
        ("x/DAMSPNP4190RTCMT.csv", "DeliveryDate\n", None),
    ],
)
def test_recognition_by_name_then_folder_then_header(tmp_path, path, head, feed):
    file = tmp_path / "root" / path
    file.parent.mkdir(parents=True)
    file.write_text(head)
    found = recognise(file, tmp_path / "root", load_catalogue(), Limits())
    assert (found.id if found else None) == feed
