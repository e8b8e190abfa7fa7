"""The pages of this folder and the dbt docs, as a small site: `make docs` runs it.

python docs/build.py --dbt target/static_index.html --out site
"""

from __future__ import annotations

import argparse
import html
import re
import shutil
from pathlib import Path

from markdown_it import MarkdownIt

DOCS = Path(__file__).resolve().parent
DBT_PAGE = "tables.html"

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem 2rem }
nav { border-bottom: 1px solid #ccc; padding-bottom: .5rem; font-size: .9rem }
nav a { margin-right: 1rem } table { border-collapse: collapse; margin: 1rem 0 }
td, th { border: 1px solid #ddd; padding: .3rem .6rem; text-align: left; vertical-align: top }
pre { background: #f5f5f5; padding: .8rem; overflow-x: auto }
code { font-size: .92em; overflow-wrap: anywhere }
"""


def title_of(text: str, page: Path) -> str:
    """The page's first heading; a page without one is an error."""
    found = re.match(r"# (.+)", text)
    if not found:
        raise SystemExit(f"{page}: the first line is no heading; begin the page with '# Title'")
    return found.group(1)


def html_of(page: Path, text: str, titles: dict[Path, str]) -> str:
    """One page with links to all others; `titles` maps pages (relative) to their headings."""
    up = "../" * (len(page.parts) - 1)
    links = [(f"{up}{DBT_PAGE}", "Tables and lineage")]
    links += [(up + str(other.with_suffix(".html")), title) for other, title in titles.items()]
    nav = "".join(f'<a href="{href}">{html.escape(title)}</a> ' for href, title in links)
    body = MarkdownIt("commonmark").enable("table").render(text)
    body = re.sub(r'href="([^":]+)\.md(#[^"]*)?"', r'href="\1.html\2"', body)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{titles[page]}</title>'
        f"<style>{STYLE}</style><nav>{nav}</nav>{body}</html>\n"
    )


def build(dbt: Path, out: Path) -> int:
    """Write the site into the folder `out`; returns the number of pages."""
    if not dbt.is_file():
        raise SystemExit(f"{dbt} is not there; run `dbt docs generate --static` first")
    # The index first, the rest by path.
    pages = sorted(DOCS.rglob("*.md"), key=lambda p: (p.name != "index.md", p))
    texts = {page.relative_to(DOCS): page.read_text("utf-8") for page in pages}
    titles = {page: title_of(text, page) for page, text in texts.items()}
    for page, text in texts.items():
        target = out / page.with_suffix(".html")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(html_of(page, text, titles), "utf-8")
    for image in sorted([*DOCS.rglob("*.png"), *DOCS.rglob("*.svg")]):
        target = out / image.relative_to(DOCS)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(image, target)
    shutil.copyfile(dbt, out / DBT_PAGE)
    return len(texts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dbt", type=Path, required=True, help="static page of dbt docs")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    given = parser.parse_args()
    print(f"{build(given.dbt, given.out)} pages in {given.out}")
