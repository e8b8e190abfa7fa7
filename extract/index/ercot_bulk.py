"""ERCOT's archive hands out many documents in one call: one zip of the zips, named by document id.

`docs_per_call` in a feed's `index` is the product's limit. A call costs one of the 30 requests a
minute, whatever it brings.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from extract.index import Candidate
from extract.parse.sections import Quarantine, fault_of

if TYPE_CHECKING:
    from extract.catalogue import Feed

_ONE = re.compile(r"(?P<base>.*/archive/[^/?]+)\?download=(?P<doc_id>\d+)$")


def grouped(feed: Feed, candidates: Iterable[Candidate]) -> list[Candidate]:
    """`candidates` with those of the archive joined into calls; the others as they are.

    The order stays: a call stands where its first document stood.
    """
    limit = int(feed.index.get("docs_per_call", 1))
    out: list[Candidate | list[Candidate]] = []
    call: list[Candidate] | None = None
    for candidate in candidates:
        if limit < 2 or not _ONE.match(candidate.url):
            out.append(candidate)
            continue
        if call is None or len(call) == limit:
            call = []
            out.append(call)
        call.append(candidate)
    return [_call(c) if isinstance(c, list) else c for c in out]


def _call(parts: list[Candidate]) -> Candidate:
    if len(parts) == 1:
        return parts[0]
    found = [_ONE.match(p.url) for p in parts]
    base, ids = found[0]["base"], [int(m["doc_id"]) for m in found]
    return replace(
        parts[0],
        key=f"{parts[0].key}+{len(parts) - 1}",
        name=f"{base.rsplit('/', 1)[1]}.zip",
        url=f"{base}/download",
        method="POST",
        body=json.dumps({"docIds": ids}).encode(),
        headers={"Content-Type": "application/json"},
        name_is_guess=False,
        size=None,
        parts=tuple(parts),
    )


def documents(
    call: Candidate, path: Path, max_bytes: int
) -> Iterator[tuple[Candidate, bytes | None, str]]:
    """Each document of a call that the downloaded zip holds, by its published name.

    With its bytes, or with None and the reason why it cannot be read. Raises Quarantine for a zip
    that cannot be read.
    """
    wanted = {_ONE.match(part.url)["doc_id"]: part for part in call.parts}
    try:
        archive = zipfile.ZipFile(path)
    except Exception as error:
        raise Quarantine(f"{call.name}: {fault_of(error)}") from error
    with archive:
        for info in archive.infolist():
            doc_id, _, name = info.filename.rpartition("/")[2].partition(".")
            part = wanted.get(doc_id)
            if part is None or not name:
                continue
            if info.file_size > max_bytes:
                reason = f"{info.file_size} bytes, the limit is {max_bytes}"
                yield part, None, f"{name}: {reason} (GRIDHOUSE_MAX_FILE_BYTES)"
                continue
            try:
                content = archive.read(info)
            except Exception as error:
                yield part, None, f"{name}: {fault_of(error)}"
            else:
                yield replace(part, name=name), content, ""
