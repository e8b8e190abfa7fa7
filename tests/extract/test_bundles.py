"""ERCOT's bundles: months of postings from before the archive, from the mirror to the ledger."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extract.catalogue import load_catalogue
from extract.index import Window
from extract.index.ercot_api import _month
from extract.unpack import Limits, files_in
from synthetic import mirror
from synthetic.writing import write
from tests.extract.account import backfill

DAYS = (date(2025, 10, 30), date(2025, 11, 1))  # of two months
FEED = load_catalogue()["ercot_np6_905_cd"]
REACHES = timedelta(days=2555)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[mirror.Mirror]:
    folder = tmp_path / "site"
    for day in DAYS:
        write(
            folder, 3, day, day + timedelta(1), operators=["ercot"], feeds=[FEED.id],
            hours=(10, 12), points=3,
        )  # fmt: skip
    with mirror.start(folder) as running:
        yield running


def window(start: date, now: datetime) -> Window:
    return Window(start, DAYS[1] + timedelta(1), now)


def landed(data: Path) -> list[tuple]:
    with duckdb.connect(str(data / "raw.duckdb"), read_only=True) as connection:
        return connection.execute(
            "select container, count(*), count(distinct name), sum(rows_landed), min(name) "
            "from ercot._files where status = 'landed' group by 1 order by 1"
        ).fetchall()


def test_months_before_the_archive_land_from_bundles(server, prepared_data):
    # the archive begins on the first of November: October is in a bundle, November in both
    now = datetime(2025, 11, 1, 12, tzinfo=UTC) + REACHES
    first = backfill(server.url, FEED, prepared_data, window(DAYS[0], now))
    assert first.report.ok, first.report.problems
    october, november = landed(prepared_data)
    assert october[0] == "NP6-905-CD_2025-10.zip" and november[0] == "NP6-905-CD_2025-11.zip"
    for _, files, names, rows, name in (october, november):
        assert files == names == 8 and rows == first.report.rows / 2
        assert name.startswith("cdr.00012301.")
    # the archive's November, which came a second time, is the same
    assert first.report.of(FEED.id).known == 8
    assert backfill(server.url, FEED, prepared_data, window(DAYS[0], now)).report.files == 0


def test_days_before_the_oldest_bundle_are_told(server, prepared_data):
    now = datetime(2025, 11, 1, 12, tzinfo=UTC) + REACHES
    run = backfill(server.url, FEED, prepared_data, window(date(2014, 3, 1), now))
    assert run.report.files == 16  # what there is, all the same
    (problem,) = run.report.problems
    assert "the window starts 2014-02-28" in problem and "oldest bundle is of 2025-10" in problem
    assert run.report.of(FEED.id).known == 8  # the archive was asked all the same


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("NP4-190-CD_2014-05.zip", date(2014, 5, 1)),
        ("DAMSPNP4190_201405.zip", date(2014, 5, 1)),
        ("-593019152.zip", None),
        ("DAMSPNP4190_2014-13.zip", None),
    ],
)
def test_the_name_of_a_bundle_gives_its_month(name, month):
    assert _month(name) == month


def test_of_twins_in_a_bundle_the_csv_is_landed(tmp_path):
    path = tmp_path / "NP4-190-CD_2014-05.zip"
    names = ("7.cdr.1.A_csv.zip", "8.cdr.1.A_xml.zip", "9.cdr.1.B_xml.zip")
    with zipfile.ZipFile(path, "w") as bundle:
        for name in names:
            bundle.writestr(name, name)
    found = [f.name for f in files_in(path.name, path, "", Limits())]
    assert found == ["cdr.1.A_csv.zip", "cdr.1.B_xml.zip"]  # a lone one is not passed over
