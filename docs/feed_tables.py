"""The tables of feeds on `docs/sources/*.md`, from the catalogue.

python docs/feed_tables.py    rewrites what stands between their `feeds` marks
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from extract.catalogue import Feed, load_catalogue

SOURCES = Path(__file__).resolve().parent / "sources"
BETWEEN = re.compile(r"(?<=<!-- feeds:)(\w+)( -->\n)(.*?)(?=<!-- /feeds -->)", re.DOTALL)
HEADER = "| feed | product | what | published every | public list keeps |\n|---|---|---|---|---|\n"


def filled(text: str) -> str:
    """A page's text with the tables that the catalogue says now."""
    feeds = load_catalogue()
    return BETWEEN.sub(lambda m: m[1] + m[2] + table_of(feeds.of(m[1])), text)


def table_of(feeds: list[Feed]) -> str:
    rows = [
        f"| `{f.id}` | {f.product_id} | {first_sentence(f.description)} | {words(f.cadence)} "
        f"| {f.online_days} days |\n"
        for f in feeds
    ]
    return HEADER + "".join(rows)


def first_sentence(text: str) -> str:
    return re.split(r"(?<=\.)\s", " ".join(text.split()), maxsplit=1)[0]


def words(cadence: timedelta) -> str:
    minutes = cadence.total_seconds() / 60
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes % size == 0:
            count = int(minutes // size)
            return unit if count == 1 else f"{count} {unit}s"
    return f"{minutes:g} minutes"


if __name__ == "__main__":
    for page in sorted(SOURCES.glob("*.md")):
        page.write_text(filled(page.read_text("utf-8")), "utf-8")
