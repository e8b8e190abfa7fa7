"""AEMO's register lands under the name that its address gives, and a change of it lands again."""

from datetime import date

import pytest

from synthetic.context import Context
from synthetic.nem_registration import FEED, PATH, write
from synthetic.truth import Truth
from synthetic.workbooks import workbook

NAME = PATH.rpartition("/")[2]


@pytest.fixture
def register(tmp_path) -> bytes:
    context = Context(tmp_path / "site", 7, {"nem": 12}, Truth(tmp_path))
    write(context, FEED, [date(2026, 6, 15)])
    assert context.rows[FEED] == 13 + 2 + 1  # units and one without a DUID, batteries, response
    return (tmp_path / "site" / PATH).read_bytes()


def test_a_workbook_may_be_called_xls(land, register):
    """Named as in the days before 2007, packed as since."""
    assert NAME.endswith(".xls") and register.startswith(b"PK")
    report, ask = land({NAME: register})
    assert report.problems == [] and report.warnings == []
    assert ask(
        "select sheet, duid, classification, maximum_storage_capacity "
        "from nem.registered_units where duid in ('SYNBESS1', '-') order by duid"
    ) == [
        ("PU and Scheduled Loads", "-", "Non-Scheduled**", None),
        ("PU and Scheduled Loads", "SYNBESS1", "Scheduled", "300"),
    ]


def test_the_same_name_with_other_bytes_is_another_publication(land, register):
    land({NAME: register})
    sheet = [["Facility", "DUID", "Region"]]
    report, ask = land({NAME: workbook({"PU and Scheduled Loads": sheet})})
    assert "lacks" in report.problems[0] or "holds the columns" in report.problems[0]
    assert ask("select count(*) from nem.registered_units") == [(13,)]
