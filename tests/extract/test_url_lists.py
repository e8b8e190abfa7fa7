"""A feed that is a list of addresses, added by YAML alone: any host, with or without dates."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import duckdb
import pytest

from extract.catalogue import CatalogueError, load_catalogue
from extract.index import Window
from extract.remote import from_operators
from extract.run import Run
from gridhouse.settings import Settings

NOW = datetime(2026, 3, 5, 18, tzinfo=UTC)
HEAD = "day,mw\n"
FEED = """
version: 2
sources:
  - name: ercot_lists
    schema: ercot
    description: Peaks, from a list of addresses.
    config:
      meta:
        feed:
          title: Peaks
          product_id: LISTS
          group: context
          landing_page: https://example.org
          time_zone: America/Chicago
          cadence: P1D
          online_days: 7300
          index: {index}
          names: ['peaks']
          published: {{regex: '_(20\\d{{6}})\\.', format: '%Y%m%d'}}
    tables:
      - name: lists
        description: One row per day and file.
        config: {{meta: {{table: {{parse: csv, grain: [day, _file_id]}}}}}}
        columns:
          - name: day
            data_type: date
            config: {{meta: {{format: '%Y-%m-%d', key: true}}}}
          - name: mw
            data_type: double
"""


class Host:
    """A web server on this machine with documents by path; `name` goes into the answer's header."""

    def __init__(self) -> None:
        self.documents: dict[str, str] = {}
        self.name = ""
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text = host.documents.get(self.path)
                self.send_response(404 if text is None else 200)
                if host.name:
                    self.send_header("Content-Disposition", f'attachment; filename="{host.name}"')
                self.send_header("Content-Length", str(len(text or "")))
                self.end_headers()
                self.wfile.write((text or "").encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def hosts() -> Iterator[tuple[Host, Host]]:
    both = Host(), Host()
    yield both
    for host in both:
        host.server.shutdown()
        host.server.server_close()


def catalogue(folder: Path, index: str):
    folder.mkdir(exist_ok=True)
    (folder / "lists.yml").write_text(FEED.format(index=index))
    return load_catalogue(folder)


def fetch(data: Path, feeds, window: Window | None = None) -> Run:
    settings = Settings(data=data, retry_tries=1, retry_base_s=0.0, retry_cap_s=0.01)
    with Run(data, feeds) as run:
        from_operators(run, list(feeds), window or Window(None, None, NOW), settings)
    return run


def rows(data: Path) -> list[tuple]:
    with duckdb.connect(str(data / "raw.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return connection.execute(
            "select strftime(day, '%d'), mw, name, strftime(_published_at, '%d %H') "
            "from ercot.lists join ercot._files on file_id = _file_id "
            "order by lists._loaded_at, name, day"
        ).fetchall()


def test_a_list_of_addresses_lands_and_only_what_changed_lands_again(hosts, tmp_path):
    one, two = hosts
    one.documents = {
        "/a/peaks_20260301.csv": HEAD + "2026-03-01,10\n",
        "/b/peaks_20260301.csv": HEAD + "2026-03-02,20\n",  # the same name in another folder
    }
    two.documents = {"/files/latest%20peaks.csv?v=2": HEAD + "2026-03-03,30\n"}
    urls = [one.url + path for path in one.documents] + [two.url + path for path in two.documents]
    feeds = catalogue(tmp_path / "yml", f"{{kind: url, urls: [{', '.join(map(repr, urls))}]}}")
    data = tmp_path / "data"
    first = fetch(data, feeds)
    assert first.report.ok and first.report.files == 3, first.report.problems
    dated = [
        ("03", 30.0, "latest peaks.csv", None),
        ("01", 10.0, "peaks_20260301.csv", "01 06"),  # midnight in Texas
        ("02", 20.0, "peaks_20260301.csv", "01 06"),
    ]
    assert rows(data) == dated
    packs = data / "archive/packs"

    def archived() -> int:
        return sum(p.stat().st_size for p in packs.iterdir())

    size, lines = archived(), (data / "archive/manifest.jsonl").read_bytes()
    again = fetch(data, feeds)
    assert again.report.ok and again.report.files == 0 and again.report.of("ercot_lists").known == 3
    assert archived() == size and (data / "archive/manifest.jsonl").read_bytes() == lines

    two.documents["/files/latest%20peaks.csv?v=2"] += "2026-03-04,40\n"
    changed = fetch(data, feeds)
    assert changed.report.files == 1 and changed.report.rows == 2
    assert rows(data) == [
        *dated,
        ("03", 30.0, "latest peaks.csv", None),
        ("04", 40.0, "latest peaks.csv", None),
    ]


def test_one_address_that_is_gone_holds_up_no_other(hosts, tmp_path):
    one, _ = hosts
    one.documents = {"/peaks.csv": HEAD + "2026-03-01,10\n"}
    index = f"{{kind: url, urls: ['{one.url}/gone.csv', '{one.url}/peaks.csv']}}"
    run = fetch(tmp_path / "data", catalogue(tmp_path / "yml", index))
    assert run.report.files == 1
    (problem,) = run.report.problems
    assert f"{one.url}/gone.csv answered 404" in problem


def test_a_name_that_the_address_lacks_comes_with_the_answer(hosts, tmp_path):
    one, _ = hosts
    one.documents = {"/download?id=7": HEAD + "2026-03-01,10\n"}
    one.name = "peaks_20260302.csv"
    index = f"{{kind: url, urls: ['{one.url}/download?id=7']}}"
    run = fetch(tmp_path / "data", catalogue(tmp_path / "yml", index))
    assert run.report.ok, run.report.problems
    assert rows(tmp_path / "data") == [("01", 10.0, "peaks_20260302.csv", "02 06")]


def test_a_window_before_what_they_hold_asks_for_nothing(hosts, tmp_path):
    one, _ = hosts
    feeds = catalogue(tmp_path / "yml", f"{{kind: url, urls: ['{one.url}/peaks.csv']}}")
    run = fetch(tmp_path / "data", feeds, Window(date(1999, 1, 1), date(2000, 1, 1), NOW))
    assert run.report.ok and run.report.of("ercot_lists").listed == 0


@pytest.mark.parametrize(
    ("index", "reason"),
    [
        ("{kind: url}", "needs `urls`, or `base` and `paths`"),
        ("{kind: url, urls: 'https://example.org/a.csv'}", "`urls` is a list"),
        ("{kind: url, urls: [/a.csv]}", "not '/a.csv'"),
        ("{kind: url, urls: ['https://me:secret@example.org/a.csv']}", "whole addresses"),
        ("{kind: url, paths: [/a.csv]}", "`paths` and `base`"),
        (
            "{kind: ercot_mis, report_type_id: 1, api_product: x, api_endpoint: y}",
            "also needs api_date_field",
        ),
        (
            "{kind: ercot_mis, api_product: x, api_endpoint: y, api_date_field: mw}",
            "api_date_field mw is no published name of a date",
        ),
    ],
)
def test_a_wrong_index_is_told_with_its_file(tmp_path, index, reason):
    with pytest.raises(CatalogueError, match=reason) as raised:
        catalogue(tmp_path / "yml", index)
    assert "lists.yml" in str(raised.value) and "ercot_lists" in str(raised.value)


def test_a_base_that_is_no_setting_is_told(tmp_path):
    feeds = catalogue(tmp_path / "yml", "{kind: url, base: ercot_mis_ulr, paths: [/a.csv]}")
    (problem,) = fetch(tmp_path / "data", feeds).report.problems
    assert "ercot_mis_ulr" in problem and "does not exist" in problem
