"""Members, workbooks and JSON: the kinds of files beyond one CSV with one header."""

import json
from io import BytesIO

import pyarrow as pa
import pytest

from extract.catalogue import Catalogue, Column, Feed, Table
from extract.parse import read_member
from extract.parse.sections import Content, Quarantine
from extract.parse.typed import Reader
from synthetic.workbooks import workbook

FEED = {
    "id": "demo",
    "operator": "ercot",
    "description": "",
    "title": "",
    "product_id": "NP0-000-CD",
    "group": "prices",
    "landing_page": "",
    "time_zone": "America/Chicago",
    "cadence": "P1D",
    "online_days": 1,
    "index": {},
    "names": (),
}


def column(name: str, kind: str = "double", **settings) -> Column:
    return Column(name=name, data_type=kind, **settings)


DAY = column("day", "date", source_name="Delivery Date", format=("%m/%d/%Y", "%Y-%m-%d"))


def feed(*tables: Table, **settings) -> Feed:
    return Feed(**FEED, tables=tables, **settings)


@pytest.fixture
def rows(tmp_path):
    """Typed rows and rejected ones of the members given as {name: bytes}, by table."""
    reader = Reader(tmp_path)

    def read(source: Feed, members: dict[str, bytes]):
        landed, rejected, content = {}, [], Content()
        for name, data in members.items():
            for section in read_member(source, name, BytesIO(data), content):
                for _, result in reader.read([section]):
                    if not isinstance(result, pa.Table):
                        assert result.problem is None, result.problem
                        rejected += [(r.line, r.column, r.value, r.reason) for r in result.rejected]
                        result = result.table
                    found = result.drop(["_extra"]).to_pylist()
                    landed.setdefault(section.table.name, []).extend(found)
        return landed, rejected, content

    yield read
    reader.close()


def table(name: str, *columns: Column, parse: str = "csv", **settings) -> Table:
    return Table(name=name, parse=parse, columns=columns, grain=(), **settings)


def test_each_member_lands_in_the_table_that_its_name_says(rows):
    source = feed(
        table("awards", column("mw", source_name="MW"), members=(r"_Awards-.*\.csv$",)),
        table("bids", column("mw", source_name="MW"), members=(r"_Bids-.*\.csv$",)),
    )
    members = {"60d Awards-01-JAN-26.csv": b"MW\n1\n", "60d_Bids-01-JAN-26.csv": b"MW\n2\n"}
    assert rows(source, members)[0] == {"awards": [{"mw": 1.0}], "bids": [{"mw": 2.0}]}
    with pytest.raises(Quarantine, match="neither its name nor its header"):
        rows(source, {"60d_Other-01-JAN-26.csv": b"MW\n2\n"})


def test_a_renamed_member_lands_by_its_header(rows):
    source = feed(
        table("awards", column("mw", source_name="Award"), members=("_Awards",)),
        table("bids", column("mw", source_name="Bid"), members=("_Bids",)),
    )
    assert rows(source, {"mine.csv": b"Bid\n2\n"})[0] == {"bids": [{"mw": 2.0}]}


def test_a_name_gives_a_column(rows):
    service = column("service", "text", from_name=r"Offers_([A-Z]+)-")
    source = feed(table("offers", service, column("mw", source_name="MW")))
    members = {"2d_Offers_REGUP-1.csv": b"MW\n1\n", "2d_Offers_ECRSM-1.csv": b"MW\n2\n"}
    assert rows(source, members)[0]["offers"] == [
        {"service": "REGUP", "mw": 1.0},
        {"service": "ECRSM", "mw": 2.0},
    ]
    with pytest.raises(Quarantine, match="does not give service"):
        rows(source, {"2d_Offers.csv": b"MW\n1\n"})


def test_the_first_row_tells_which_format_holds(rows):
    source = feed(table("prices", DAY))
    for text in (b"Delivery Date\n03/04/2026\n", b"Delivery Date\n2026-03-04\n"):
        assert str(rows(source, {"a.csv": text})[0]["prices"][0]["day"]) == "2026-03-04"
    _, rejected, _ = rows(source, {"a.csv": b"Delivery Date\n2026-03-04\n03/05/2026\n"})
    assert [(line, name, value) for line, name, value, _ in rejected] == [
        (3, "Delivery Date", "03/05/2026")
    ]


def test_the_first_value_tells_the_format_where_the_first_row_has_none(rows):
    ends = column("ends", "date", source_name="Ends", format=("%m/%d/%Y", "%Y-%m-%d"))
    source = feed(table("outages", DAY, ends))
    text = b"Delivery Date,Ends\n2026-03-04,\n2026-03-05,\n2026-03-06,2026-03-09\n"
    landed, rejected, _ = rows(source, {"a.csv": text})
    assert [str(r["ends"]) for r in landed["outages"]] == ["None", "None", "2026-03-09"]
    assert rejected == []


def test_two_columns_with_formats_of_their_own(rows):
    run = column("run_at", "timestamp", source_name="Run", format="%m/%d/%Y %H:%M:%S")
    end = column("ends_at", "timestamp", source_name="End", format="%m/%d/%Y %H:%M")
    source = feed(table("looks", run, end))
    text = b"Run,End\n01/02/2026 00:00:05,01/02/2026 00:05\n01/02/2026 00:05:05,nonsense\n"
    landed, rejected, _ = rows(source, {"a.csv": text})
    assert [(str(r["run_at"]), str(r["ends_at"])) for r in landed["looks"]] == [
        ("2026-01-02 00:00:05", "2026-01-02 00:05:00")
    ]
    assert rejected == [(3, "End", "nonsense", "no timestamp written %m/%d/%Y %H:%M")]


SHEETS = {
    "Notes": [["for reading"]],
    "Jan": [["Prices of a month"], ["Delivery Date", "Price"], ["01/31/2026", 1.5], [None, None]],
    "Feb": [["Delivery Date", "Price"]],
}
MONTHS = {"parse": "workbook", "members": (r"\[(Jan|Feb)\]$",)}


def test_a_workbook_is_read_sheet_by_sheet_from_its_header_row(rows):
    month = column("month", "text", from_name=r"\[(\w+)\]$")
    source = feed(
        table("prices", DAY, column("price", source_name="Price"), month, **MONTHS),
        ignore_members=("Notes",),
    )
    landed, _, content = rows(source, {"year.xlsx": workbook(SHEETS)})
    assert [(str(r["day"]), r["price"], r["month"]) for r in landed["prices"]] == [
        ("2026-01-31", 1.5, "Jan")
    ]
    assert content.notes == []


def test_a_sheet_that_was_saved_as_csv_is_read_like_one(rows):
    source = feed(table("prices", DAY, column("price", source_name="Price"), **MONTHS))
    text = b"Delivery Date,Price\r\n01/31/2026,1.5\r\n"
    landed, _, _ = rows(source, {"January_2026.csv": text})
    assert [(str(r["day"]), r["price"]) for r in landed["prices"]] == [("2026-01-31", 1.5)]


def test_the_footer_of_a_sheet_is_no_data_and_counted_as_left_out(rows):
    sheet = [["Delivery Date", "Price"], ["01/31/2026", 1], [None, 2], ["02/01/2026", 3]]
    for lacks, given, landed_rows, ignored in [
        (
            "day",
            [*sheet, [None, "Page 1 of 1"], [], [None, "end"]],
            3,
            2,
        ),  # a row in the middle stays, whatever it lacks
        ("price", [*sheet, ["Page 1 of 1"]], 3, 1),
        (None, sheet, 3, 0),
    ]:
        price = column("price", "text", source_name="Price")
        settings = {"parse": "workbook", "members": ("Jan",), "footer_lacks": lacks}
        day = column("day", "text", source_name="Delivery Date")
        source = feed(table("prices", day, price, **settings))
        landed, rejected, content = rows(source, {"year.xlsx": workbook({"Jan": given})})
        assert len(landed["prices"]) == landed_rows and content.ignored_rows == ignored
        assert rejected == []


def test_a_header_may_go_on_below_until_a_row_has_its_keys(rows):
    day = column("day", "text", source_name="Day", key=True)
    proof = column("proof", "text", source_name="Proof of Site Control", optional=True)
    price = column("price", source_name="Price", optional=True)
    sheet = [
        ["Notes", None, "on days"],
        ["Day", "Proof", "Price"],
        [None, "of  Site", None],
        [None, "Control", None],
        [None, None, None],
        ["Mon", "yes", 1.5],
        ["Tue", None, 2.5],
    ]
    stacked = {"parse": "workbook", "members": (r"\[Jan\]$",), "stacked_header": True}
    source = feed(table("prices", day, proof, price, **stacked))
    landed, rejected, content = rows(source, {"a.xlsx": workbook({"Jan": sheet})})
    assert [(r["day"], r["proof"], r["price"]) for r in landed["prices"]] == [
        ("Mon", "yes", 1.5),
        ("Tue", None, 2.5),
    ]
    assert rejected == [] and content.notes == []


def test_a_sheet_without_the_columns_sets_the_workbook_aside(rows):
    source = feed(table("prices", DAY, column("load", source_name="Load"), **MONTHS))
    with pytest.raises(Quarantine, match=r"year.xlsx\[Jan\]: none of the first 50 rows"):
        rows(source, {"year.xlsx": workbook(SHEETS)})
    for data in (b"PK\x03\x04 cut", b"<html>", workbook(SHEETS)[:3000]):
        with pytest.raises(Quarantine):
            rows(source, {"year.xlsx": data})


def test_lists_of_records_land_from_json(rows):
    source = feed(
        table(
            "points",
            column("mw", source_name="net"),
            parse="json",
            records=("previousDay.data", "currentDay.data"),
        )
    )
    days = {"previousDay": {"data": [{"net": 1}, {"net": -2.5}]}, "currentDay": {"data": []}}
    landed, _, _ = rows(source, {"esr.json": json.dumps(days).encode()})
    assert landed["points"] == [{"mw": 1.0}, {"mw": -2.5}]
    for data in (b'{"previousDay": {"data": [', b'{"other": 1}', b'{"previousDay": {"data": [1]}}'):
        with pytest.raises(Quarantine):
            rows(source, {"esr.json": data})


@pytest.mark.parametrize("other", [{"a": 1}, 1, "text"])
def test_something_else_at_the_place_of_one_list_is_no_gap(rows, other):
    days = ("previousDay.data", "currentDay.data")
    source = feed(table("points", column("mw", source_name="net"), parse="json", records=days))
    data = {"previousDay": {"data": [{"net": 1}]}, "currentDay": {"data": other}}
    with pytest.raises(Quarantine, match=r"currentDay.data does not lead to records"):
        rows(source, {"esr.json": json.dumps(data).encode()})
    for nothing in ({}, {"currentDay": None}, {"currentDay": {"data": None}}):
        del data["currentDay"]
        data |= nothing
        landed, _, content = rows(source, {"esr.json": json.dumps(data).encode()})
        assert landed["points"] == [{"mw": 1.0}]
        assert content.notes == ["lacks the records currentDay.data"]
        data.setdefault("currentDay", None)


def test_a_record_may_have_what_the_first_one_lacks(rows):
    net, more = column("mw", source_name="net"), column("more", source_name="more", optional=True)
    source = feed(table("points", net, more, parse="json", records=("data",)))
    data = {"data": [{"net": 1}, {"net": 2, "more": 3}]}
    landed, _, _ = rows(source, {"a.json": json.dumps(data).encode()})
    assert landed["points"] == [{"mw": 1.0, "more": None}, {"mw": 2.0, "more": 3.0}]


def test_keys_of_objects_are_columns(rows):
    day, fuel = column("day", "text"), column("fuel", "text")
    source = feed(
        table(
            "points",
            day,
            fuel,
            column("gen", source_name="gen.mw"),
            parse="json",
            records=("data.{day}.{fuel}",),
        )
    )
    data = {"data": {"5 May": {"Coal": {"gen": {"mw": 1}}}, "6 May": {"Sun": {"gen": {"mw": 2.5}}}}}
    landed, _, _ = rows(source, {"mix.json": json.dumps(data).encode()})
    assert landed["points"] == [
        {"day": "5 May", "fuel": "Coal", "gen": 1.0},
        {"day": "6 May", "fuel": "Sun", "gen": 2.5},
    ]
    for none in ({"data": {}}, {"data": {"5 May": {}}}):
        assert not rows(source, {"mix.json": json.dumps(none).encode()})[0].get("points")
    for other in ({}, {"data": []}, {"data": {"5 May": 1}}, {"data": {"5 May": {"Coal": 1}}}):
        with pytest.raises(Quarantine):
            rows(source, {"mix.json": json.dumps(other).encode()})


def test_a_page_of_a_data_endpoint_stands_for_a_csv(rows):
    hour = column("hour_ending", "text", source_name="HourEnding")
    flag = column("dst_flag", "text", source_name="DSTFlag")
    price = column("price", source_name="Price", also=("settlementPointPrice",))
    day = column("day", "date", source_name="DeliveryDate", format=DAY.format)
    source = feed(table("prices", day, hour, price, flag))
    page = {
        "fields": [
            {"name": n} for n in ("deliveryDate", "hourEnding", "settlementPointPrice", "DSTFlag")
        ],
        "data": [["2026-01-03", "01:00", 16.85, False], ["2026-01-03", "24:00", -1, True]],
    }
    landed, _, _ = rows(source, {"page.json": json.dumps(page).encode()})
    assert [(str(r["day"]), r["price"], r["dst_flag"]) for r in landed["prices"]] == [
        ("2026-01-03", 16.85, "false"),
        ("2026-01-03", -1.0, "true"),
    ]
    page["data"][1].pop()
    with pytest.raises(Quarantine, match="not a page of rows"):
        rows(source, {"page.json": json.dumps(page).encode()})


def test_what_is_large_is_fetched_by_its_own_name_alone():
    small, large = feed(table("a", DAY)), feed(table("b", DAY), on_request=True)
    large = large.model_copy(update={"id": "large", "product_id": "NP9-999-CD"})
    catalogue = Catalogue([small, large])
    assert catalogue.select_to_fetch([]) == catalogue.select_to_fetch(["ercot"]) == [small]
    assert catalogue.select_to_fetch(["np9-999-cd"]) == [large]
    assert {f.id for f in catalogue.select_to_fetch(["ercot", "large"])} == {"demo", "large"}
    assert len(catalogue.select([])) == 2
