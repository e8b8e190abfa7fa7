"""NEMWEB and the sites that lie in a folder each: directory pages as IIS prints them, and files."""

from __future__ import annotations

import html
from datetime import datetime
from email.utils import formatdate, parsedate_to_datetime
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

from synthetic.mirror.library import Document, Library

_TOP = ("Reports", "Data_Archive")


def _line(when: datetime, size: str, href: str, name: str) -> str:
    """One entry: date in words, clock time with AM or PM, size (or <dir>), link."""
    day = f"{when:%A}, {when:%B} {when.day}, {when.year}"
    hour = f"{when.hour % 12 or 12}:{when:%M} {when:%p}"
    # a name with %23 in it is a name with %23 in it: its link needs %2523
    link = f'<A HREF="{quote(href)}">{html.escape(name)}</A>'
    return f"{day:>29} {hour:>8}{size} {link}<br>"


def page(path: str, folders: list[tuple[str, datetime]], files: list[Document]) -> str:
    """The directory page of the site path `path` (which ends in a slash)."""
    parent = path.rstrip("/").rsplit("/", 1)[0] + "/"
    lines = [
        _line(when, f"{'':8}&lt;dir&gt;", f"{path}{name}/", name) for name, when in sorted(folders)
    ]
    lines += [
        _line(d.published, f"{d.entry.size:>13}", path + d.name, d.name)
        for d in sorted(files, key=lambda d: d.name)
    ]
    title = f"nemweb.com.au - {path}"
    return (
        f"<html><head><title>{title}</title></head><body><H1>{title}</H1><hr>\r\n\r\n"
        f'<pre><A HREF="{quote(parent)}">[To Parent Directory]</A><br><br>'
        + "".join(lines)
        + "</pre><hr></body></html>"
    )


class Site:
    """The two trees of NEMWEB, and those of other sites, over one library.

    Letter case in paths does not matter.
    """

    def __init__(self, library: Library):
        self.library = library

    def get(self, request: Request) -> Response:
        """A directory page, or a file with its time and tag (ranges and 304 work)."""
        path = request.scope["path"]
        shelf = self.library.shelf()
        folder, _, name = path.rpartition("/")
        held = shelf.nem.get(folder.lower() + "/")
        if name and held and name.lower() in held[1]:
            return self._file(request, held[1][name.lower()])
        wanted = path if path.endswith("/") else path + "/"
        inside = [
            (spelt, documents)
            for lower, (spelt, documents) in shelf.nem.items()
            if lower.startswith(wanted.lower())
        ]
        top = wanted.strip("/").lower() in {t.lower() for t in _TOP}
        if not inside and not top:
            return PlainTextResponse("404 - File or directory not found.", 404)
        spelt = inside[0][0][: len(wanted)] if inside else wanted
        newest: dict[str, datetime] = {}
        files: list[Document] = []
        for whole, documents in inside:
            rest = whole[len(wanted) :].strip("/")
            if not rest:
                files = list(documents.values())
                continue
            child = rest.split("/")[0]
            when = max(d.published for d in documents.values())
            newest[child] = max(newest.get(child, when), when)
        return HTMLResponse(page(spelt, list(newest.items()), files))

    def with_token(self, request: Request) -> Response:
        """As `get`, for a site that answers only those with an access token (APVI)."""
        if not request.query_params.get("access_token"):
            return PlainTextResponse('{"error":"unauthorized"}', 401)
        return self.get(request)

    def _file(self, request: Request, document: Document) -> Response:
        entry = document.entry
        if document.member is not None:
            return Response(document.content(), media_type="application/x-zip-compressed")
        tag = f'"{int(entry.modified):x}-{entry.size:x}"'
        headers = {
            "ETag": tag,
            "Last-Modified": formatdate(int(entry.modified), usegmt=True),
            "Accept-Ranges": "bytes",
        }
        if _unchanged(request, tag, entry.modified):
            return Response(status_code=304, headers=headers)
        return FileResponse(entry.path, media_type="application/x-zip-compressed", headers=headers)


def _unchanged(request: Request, tag: str, modified: float) -> bool:
    asked = request.headers.get("if-none-match")
    if asked is not None:
        return tag in asked or asked.strip() == "*"
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return int(modified) <= parsedate_to_datetime(since).timestamp()
    except ValueError:
        # a date that cannot be read counts as none, as HTTP says
        return False
