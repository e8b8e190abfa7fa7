"""Answers that come page by page, as rows of ERCOT's data endpoints do: all pages, or nothing.

Rows may come in, or be corrected, while the pages of one answer are fetched; then one row could be
on two pages and another on none. So every page must say the same total, and hold as many rows as it
should; else nothing of the answer is kept.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

from extract.fetch import Fetched, FetchFailed, fetch_one
from extract.index import Candidate
from extract.index.ercot_data import Meta, page_of, rows_and_meta
from extract.polite import PoliteClient, Trouble

MOVED_TRIES = 3  # of an answer whose total changes while it is fetched


class _Moved(Trouble):
    """The answer changed between two of its pages."""


async def fetch_pages(
    first: Candidate, client: PoliteClient, folder: Path
) -> Fetched | FetchFailed:
    """All pages of the answer that `first` begins: its first page, with the others as `pages`.

    Nothing is left on disk where one of them fails.
    """
    started = client.clock()
    for tries in range(1, MOVED_TRIES + 1):
        try:
            pages = await _all_pages(first, client, folder)
        except Trouble as trouble:
            if isinstance(trouble, _Moved) and tries < MOVED_TRIES:
                continue
            return FetchFailed(
                first,
                trouble.outcome,
                f"{first.feed}: {first.url}: {trouble}; nothing of this answer is kept, the next "
                "run asks for it again",
                client.clock() - started,
                trouble.status,
            )
        return replace(pages[0], pages=tuple(pages[1:]))
    raise AssertionError("unreachable")


async def _all_pages(first: Candidate, client: PoliteClient, folder: Path) -> list[Fetched]:
    pages: list[Fetched] = []
    meta: Meta | None = None
    try:
        while meta is None or len(pages) < meta.pages:
            number = len(pages) + 1
            which = f"page {number}" + (f" of {meta.pages}" if meta else "")
            page = await fetch_one(page_of(first, number), client, folder)
            if isinstance(page, FetchFailed):
                raise Trouble(page.outcome, f"{which}: {page.message}", status=page.status)
            pages.append(page)
            rows, said = await asyncio.to_thread(_read, page.path, which)
            meta = meta or said
            if said != meta:
                raise _Moved(
                    "wrong_bytes",
                    f"{which} is of {said.total} rows, {said.size} to a page, and the first page "
                    f"was of {meta.total}, {meta.size} to a page: they changed meanwhile",
                )
            if rows != meta.rows_of(number):
                raise Trouble(
                    "wrong_bytes",
                    f"{which} holds {rows} rows and not {meta.rows_of(number)}, with "
                    f"{meta.total} in all, {meta.size} to a page",
                )
    except BaseException:
        for page in pages:
            page.discard()
        raise
    return pages


def _read(path: Path, which: str) -> tuple[int, Meta]:
    try:
        return rows_and_meta(json.loads(path.read_bytes()))
    except ValueError as error:
        raise Trouble("wrong_bytes", f"{which} is no page of rows: {error}") from error
