"""Reads the tables of an HTML page."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.rows: list[list[str]] | None = None
        self.in_cell = False

    def handle_starttag(self, tag, attrs) -> None:
        if tag == "table":
            self.rows = self.tables.setdefault(dict(attrs)["id"], [])
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.in_cell = True

    def handle_endtag(self, tag) -> None:
        if tag in ("td", "th"):
            self.in_cell = False

    def handle_data(self, data) -> None:
        if self.in_cell:
            self.rows[-1][-1] += data


def tables(page: Path) -> dict[str, list[list[str]]]:
    """The texts of the cells by row, headings too, of each table by its id."""
    reader = _Tables()
    reader.feed(page.read_text("utf-8"))
    return {name: [[c.strip() for c in row] for row in t] for name, t in reader.tables.items()}


def amount(text: str) -> float | None:
    """A number as the page prints it; a dash is none."""
    return None if text == "\u2013" else float(text.replace(",", ""))
