"""Market notices: plain text files whose names end in their number."""

from __future__ import annotations

import httpx
import pytest

from gridhouse.check import FIXTURES
from tests.extract.http_fakes import zip_bytes
from tests.extract.test_index_dated import feed, listed

SAMPLES = FIXTURES / "nem_market_notice_texts"
COLUMNS = "notice_id, notice_type_id, creation_date, external_reference, reason"


def test_the_samples_land(land):
    report, ask = land({p.name: p.read_bytes() for p in SAMPLES.iterdir()})
    assert report.problems == [] and report.not_recognised == []
    first, second = ask(f"select {COLUMNS} from nem.market_notice_text order by 1")
    assert first[:4] == (
        140001,
        "NON-CONFORMANCE",
        "15/06/2026     13:23:42",
        "NON-CONFORMANCE SA1 Region - 15/06/2026",
    )
    lines = first[4].split("\x0b")
    assert lines[0] == "SYNTHETIC MARKET NOTICE" and lines[-1] == "Constraint: NC-S_SYNWF1"
    assert "Unit: SYNWF1" in lines  # a colon within the text is no label
    assert second[3].split("\x0b") == ["Forecast LOR1 in the SA region", "on 16/06/2026"]
    assert second[4] == 'Forecast reserve: 432 MW, "tight" at 1800 hrs, see 140001'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<html><body>Forbidden</body></html>", "no line begins with one of creation date"),
        ("Notice ID : 5\nReason :\nwithout a kind\nEND OF REPORT\n", "notice type id"),
        ("", "no notice"),
    ],
)
def test_another_text_is_quarantined(land, text, reason):
    report, _ = land({"NEMITWEB1_MKTNOTICE_20260615.R140003": text})
    assert len(report.problems) == 1 and reason in report.problems[0].lower()


def test_a_notice_that_was_cut_off_is_quarantined_unless_a_zip_says_that_it_is_whole(land):
    whole = (SAMPLES / "NEMITWEB1_MKTNOTICE_20260615.R140001").read_text()
    cut = whole[: whole.index("Constraint:")]
    name = "NEMITWEB1_MKTNOTICE_20260615.R140001"
    report, ask = land({name: cut})
    assert len(report.problems) == 1 and '"END OF REPORT" is missing' in report.problems[0]
    assert ask("select count(*) from nem.market_notice_text") == [(0,)]
    report, ask = land({f"{name}.zip": zip_bytes(name, cut)})
    assert len(report.problems) == 1  # still the plain one
    assert ask("select name, status from nem._files where status = 'landed'") == [
        (f"{name}.zip", "landed")
    ]
    assert ask("select notice_id from nem.market_notice_text") == [(140001,)]


def test_a_notice_of_another_code_page_is_read(land):
    text = (SAMPLES / "NEMITWEB1_MKTNOTICE_20260615.R140001").read_text()
    data = text.replace("SYNTHETIC", "H\u00fctte \u2013").encode("cp1252")
    report, ask = land({"NEMITWEB1_MKTNOTICE_20260616.R140009": data})
    assert report.problems == []
    assert ask("select reason[:7] from nem.market_notice_text") == [("H\u00fctte \u2013",)]


def test_notices_are_listed_by_their_names():
    folder = "/Reports/Current/Market_Notice/"
    names = ("NEMITWEB1_MKTNOTICE_20260615.R140001", "NEMITWEB1_MKTNOTICE_20260615.R140002")
    rows = "".join(
        f'<br> Monday, June 15, 2026  1:23 PM   1344 <A HREF="{folder}{n}">{n}</A>' for n in names
    )
    page = f'<h1>{folder}</h1><pre><A HREF="/">[To Parent Directory]</A><br>{rows}</pre>'
    found = listed(feed("nem_market_notice_texts"), lambda r: httpx.Response(200, text=page))
    assert tuple(c.name for c in found) == names
