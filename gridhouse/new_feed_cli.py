"""`gridhouse new-feed`: the YAML and the SQL of a table of AEMO's data model."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from gridhouse.command import Usage, console, guard


def new_feed(
    operator: Annotated[str, typer.Argument(help="Only nem has a data model that can be read.")],
    table: Annotated[str, typer.Argument(help="Table of the data model, for example GENCONDATA.")],
    column: Annotated[
        list[str] | None,
        typer.Option(help="Land only this column besides the key (repeat it for more)."),
    ] = None,
    data_model: Annotated[
        Path | None,
        typer.Option(
            help="Folder with an extract of AEMO's MMS Data Model Report as CSV, see "
            "docs/cookbook/add_a_product.md (default: nem/data_model in GRIDHOUSE_REAL_DATA, else "
            "in ../shared/data)."
        ),
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="Folder for the files (default: models/staging/nem).")
    ] = None,
) -> None:
    """Write the feed of an MMS table that gridhouse does not land yet.

    The table lands from its monthly files. What is written can be used as it is; descriptions are
    AEMO's, so put them into your own words before you pass them on.
    """
    from extract.catalogue import CATALOGUE, load_catalogue
    from gridhouse import new_feed as feeds

    with guard():
        if operator.lower() != "nem":
            raise Usage(f"there is no data model of {operator}: write its YAML by hand")
        real = Path(os.environ.get("GRIDHOUSE_REAL_DATA") or "../shared/data")
        try:
            feed = feeds.draft(table, data_model or real / "nem" / "data_model", column or ())
            record, feeds_now = feed.tables[0].record, list(load_catalogue())
            lands = [f.id for f in feeds_now if f.tables_for_record(record)]
            if lands:
                raise Usage(f"{table.upper()} lands already: {', '.join(lands)}")
            passing_by = [f.id for f in feeds_now if record in f.ignore_tables]
            written = feeds.write(feed, to or CATALOGUE / "nem")
        except (feeds.NoSuchTable, feeds.BadNames, OSError) as error:
            raise Usage(str(error)) from error
        for path in written:
            console.print(f"wrote {path}", soft_wrap=True)
        if passing_by:
            console.print(
                f"{record} also stands in the reports of {', '.join(passing_by)}, where "
                "`ignore_tables` names it: to land it from those, move the table into that YAML",
                soft_wrap=True,
            )
        console.print(f"next: gridhouse extract {feed.product_id} --start ... --end ...")
