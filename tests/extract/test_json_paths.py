"""Paths to records in JSON, and the documents of the WEM and APVI that need them."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.json_paths import check, records_at
from extract.parse.sections import Quarantine
from tests.extract.test_parse_kinds import column, feed, rows, table

__all__ = ["rows"]  # the fixture

RUNS = {
    "data": {
        "primary": "08:00",
        "runs": [
            {"at": "08:00", "prices": {"energy": 1}, "units": [{"code": "A", "mw": 1}]},
            {"at": "08:05", "prices": {"energy": 9}, "units": [{"code": "A", "mw": 9}]},
            {"at": "08:10", "prices": {"energy": 8}, "units": []},
        ],
    }
}


def test_lists_within_lists_carry_what_stands_above_them():
    carry = ("data.primary", "data.runs[].at")
    assert records_at(RUNS, "data.runs[].units", carry) == [
        {"primary": "08:00", "at": "08:00", "code": "A", "mw": 1},
        {"primary": "08:00", "at": "08:05", "code": "A", "mw": 9},
    ]
    assert records_at(RUNS, "data.runs[].prices{}", carry)[2] == {
        "primary": "08:00",
        "at": "08:10",
        "energy": 8,
    }


def test_values_without_a_record_are_a_column():
    shares = {"map": {"60": {"t1": 5, "t2": None}, "61": {"t1": 7}, "note": {"t1": 1}}}
    assert records_at(shares, r"map.{code:\d\d}.{ts}=percent") == [
        {"code": "60", "ts": "t1", "percent": 5},
        {"code": "60", "ts": "t2", "percent": None},
        {"code": "61", "ts": "t1", "percent": 7},
    ]
    rows_by_stamp = {"list": [{"ts": "t1", "60": 5, "61": 7}, {"ts": "t2"}]}
    assert records_at(rows_by_stamp, r"list[].{code:\d\d}=percent", ("list[].ts",)) == [
        {"ts": "t1", "code": "60", "percent": 5},
        {"ts": "t1", "code": "61", "percent": 7},
    ]


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"a": {"b": [1]}}, "a.b[].c"),  # a number where an object should be
        ({"a": [{"b": {"c": 1}}]}, "a[].b[]"),  # an object where a list should be
        ({"a": {"b": {"c": 1}}}, "a.{k}=v"),  # an object where a value should be
        ({"a": {"b": 1}}, "a.b"),
        ({"a": 5}, "a.{k}"),
    ],
)
def test_something_else_on_the_way_is_told(document, path):
    assert records_at(document, path) is None


@pytest.mark.parametrize("document", [{}, {"a": None}, {"a": []}, {"a": {}}])
def test_nothing_there_is_told_apart(document):
    with pytest.raises(KeyError):
        records_at(document, "a.b")


@pytest.mark.parametrize("path", ["a..b", "a.{b", "a[", "a=b=c", ""])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValueError, match="no path"):
        check(path)


@given(st.lists(st.lists(st.integers(), max_size=4), max_size=4))
def test_every_value_comes_once_and_in_order(lists):
    document = {"a": [{"n": n, "b": [{"v": v} for v in values]} for n, values in enumerate(lists)]}
    found = records_at(document, "a[].b", ("a[].n",)) if lists else []
    expected = [{"n": n, "v": v} for n, values in enumerate(lists) for v in values]
    assert found == expected


def test_only_the_rows_in_which_two_columns_agree_land(rows):
    units = table(
        "units",
        column("at", "text"),
        column("code", "text"),
        column("mw"),
        parse="json",
        records=("data.runs[].units",),
        carry=("data.primary", "data.runs[].at"),
        where=(("at", "primary"),),
    )
    landed, _, content = rows(feed(units), {"run.json": json.dumps(RUNS).encode()})
    assert landed["units"] == [{"at": "08:00", "code": "A", "mw": 1.0}]
    assert content.ignored_rows == 1  # the look-ahead, told in the ledger
    assert content.notes == []  # `primary` is no unknown column


@pytest.mark.parametrize("primary", ["09:00", None])
def test_a_choice_that_no_row_meets_is_no_empty_file(rows, primary):
    units = table(
        "units",
        column("code", "text"),
        column("mw"),
        parse="json",
        records=("data.runs[].units",),
        carry=("data.primary", "data.runs[].at"),
        where=(("at", "primary"),),
    )
    runs = {"primary": primary, "runs": RUNS["data"]["runs"]}
    with pytest.raises(Quarantine, match="units: in none of 2 records at is primary"):
        rows(feed(units), {"run.json": json.dumps({"data": runs}).encode()})
    runs["runs"] = [{"at": "08:00", "units": []}]  # a list that is empty itself
    landed, _, _ = rows(feed(units), {"run.json": json.dumps({"data": runs}).encode()})
    assert landed == {}


def test_elements_without_a_key_that_others_have_are_told(rows):
    units = table("units", column("code", "text"), parse="json", records=("runs[].units",))
    runs = [{"units": [{"code": "A"}]}, {"at": 1}, {"units": None}]
    landed, _, content = rows(feed(units), {"run.json": json.dumps({"runs": runs}).encode()})
    assert landed["units"] == [{"code": "A"}]
    assert content.notes == ["table units: 2 element(s) lack runs[].units, which others have"]


def test_json_that_would_fill_the_memory_is_quarantined(rows, monkeypatch):
    monkeypatch.setattr("extract.parse.sections.MOST_JSON", 20)
    source = feed(table("points", column("at", "bigint"), parse="json", records=("data",)))
    assert rows(source, {"a.json": b'{"data": [{"at":1}]}'})[0]["points"] == [{"at": 1}]
    with pytest.raises(Quarantine, match="more than 20 bytes, which are read at once"):
        rows(source, {"a.json": b'{"data": [{"at": 1}]}'})
    page = feed(table("points", column("at", "bigint")))
    with pytest.raises(Quarantine, match="more than 20 bytes"):
        rows(page, {"a.csv": b'{"fields": [{"name": "at"}], "data": [[1]]}'})


def test_what_the_contract_does_not_know_is_told_and_lands(rows):
    source = feed(table("points", column("at", "bigint"), parse="json", records=("data",)))
    data = {"data": [{"at": 1, "bids": [{"mw": 2}], "note": "x"}, {"at": 2}]}
    landed, _, content = rows(source, {"a.json": json.dumps(data).encode()})
    assert [r["at"] for r in landed["points"]] == [1, 2]
    assert any("bids, note" in note for note in content.notes)


def test_records_of_another_era_stand_in(rows):
    shares = table(
        "shares",
        column("code", "text"),
        column("percent"),
        parse="json",
        records=("now.{code}=percent",),
        other_records=("then.{code}=percent",),
    )
    for document in ({"now": {"60": 1}}, {"now": [], "then": {"60": 1}}, [{"then": {"60": 1}}]):
        landed, _, content = rows(feed(shares), {"day.json": json.dumps(document).encode()})
        assert landed["shares"] == [{"code": "60", "percent": 1.0}]
        assert content.notes == []
    with pytest.raises(Quarantine, match=r"now.\{code\}=percent, then"):
        rows(feed(shares), {"day.json": b'{"later": 1}'})


def test_a_dash_among_numbers_is_kept_as_it_stands(rows):
    at, value = column("at", "bigint"), column("t", "text")
    source = feed(table("points", at, value, parse="json", records=("data",)))
    data = {"data": [{"at": n, "t": t} for n, t in enumerate([21.5, "-", None, 7])]}
    landed, _, _ = rows(source, {"a.json": json.dumps(data).encode()})
    assert [r["t"] for r in landed["points"]] == ["21.5", "-", None, "7"]
    with pytest.raises(Quarantine, match="plain values"):
        rows(source, {"a.json": b'{"data": [{"t": 1}, {"t": [1]}]}'})


def test_a_dispatch_solution_of_full_size_is_read_in_seconds(rows):
    """24 intervals, 7 services, 120 facilities: as many rows as the published files of 24 MB."""
    services = [
        {
            "marketService": f"s{n}",
            "facilitySchedule": [{"facilityCode": f"F{i}", "quantity": i} for i in range(120)],
        }
        for n in range(7)
    ]
    document = {
        "data": {
            "primaryDispatchInterval": "0",
            "solutionData": [
                {"dispatchInterval": str(n), "schedule": services, "constraints": ["x" * 900] * 900}
                for n in range(24)
            ],
        }
    }
    data = json.dumps(document).encode()
    assert len(data) > 20_000_000
    schedule = table(
        "schedule",
        column("interval", "text", source_name="dispatchInterval"),
        column("service", "text", source_name="marketService"),
        column("facility", "text", source_name="facilityCode"),
        column("quantity"),
        parse="json",
        records=("data.solutionData[].schedule[].facilitySchedule",),
        carry=(
            "data.primaryDispatchInterval",
            "data.solutionData[].dispatchInterval",
            "data.solutionData[].schedule[].marketService",
        ),
        where=(("dispatchInterval", "primaryDispatchInterval"),),
    )
    started = time.perf_counter()
    landed, _, content = rows(feed(schedule), {"s.json": data})
    assert time.perf_counter() - started < 5
    assert len(landed["schedule"]) == 7 * 120 and content.ignored_rows == 23 * 7 * 120
