"""ERCOT disclosure files for tests: all columns of the contract, most of them blank."""

from __future__ import annotations

from pathlib import Path

from extract.catalogue import load_catalogue

MEMBERS = {
    "np3_966_er__gen_resources": "60d_DAM_Gen_Resource_Data",
    "np3_966_er__esrs": "60d_DAM_ESR_Data",
    "np3_966_er__load_resources": "60d_DAM_Load_Resource_Data",
    "np3_966_er__energy_bid_awards": "60d_DAM_EnergyBidAwards",
    "np3_965_er__gen_resources": "60d_SCED_Gen_Resource_Data",
    "np3_965_er__esrs": "60d_ESR_Data_in_SCED",
    "np3_965_er__load_resources": "60d_Load_Resource_Data_in_SCED",
}


def write(folder: Path, table: str, posted: str, rows: list[dict[str, object]]) -> None:
    """A member of a disclosure; `posted` is the day in its name (`06-SEP-26`).

    Rows are {landed column: value as printed}; every column of the contract is in the header.
    """
    feed = load_catalogue()[f"ercot_{table.partition('__')[0]}"]
    columns = next(t for t in feed.tables if t.name == table).columns
    assert all(row.keys() <= {c.name for c in columns} for row in rows)
    lines = [",".join(c.source_name or c.name for c in columns)]
    lines += [",".join(str(row.get(c.name, "")) for c in columns) for row in rows]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{MEMBERS[table]}-{posted}.csv").write_text("\n".join(lines) + "\n")
