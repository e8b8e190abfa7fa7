"""ERCOT's doors: the MIS list (JSON and HTML), its downloads, dashboards, the API's archive,
bundles and rows.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from synthetic.mirror import data_rows
from synthetic.mirror.library import Document, Library, doc_id
from synthetic.mirror.products import BY_EMIL, BY_TYPE, Product
from synthetic.zips import pack

CENTRAL = ZoneInfo("America/Chicago")
API = "/api/public-reports"
DASHBOARDS = "/api/1/services/read/dashboards"
# The samples hold no points of dashboards: each is answered in its shape.
_NO_POINTS = {
    "fuel-mix.json": {"data": {}},
    "generation-outages.json": {"current": {}, "previous": {}},
    "supply-demand.json": {"data": [], "forecast": []},
    "energy-storage-resources.json": {"previousDay": {"data": []}, "currentDay": {"data": []}},
}
TOKEN_PATH = "/ercotb2c.onmicrosoft.com/B2C_1_PUBAPI-ROPC-FLOW/oauth2/v2.0/token"
_ROW = (
    "<tr><td class='labelOptional_ind'>{name}</td><td width='15%' class='labelOptional'>"
    "<div align='center'>&nbsp;</div></td><td width='15%' class='labelOptional'>"
    "<div align='center'>&nbsp;</div></td><td width='15%' class='labelOptional'>"
    "<div align='center'><a href='/misdownload/servlets/mirDownload?mimic_duns=000000000"
    "&doclookupId={id}'>zip</a></div></td></tr>"
)
_PAGE = (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN"\n'
    '"http://www.w3.org/TR/html4/loose.dtd">\n<html>\n<head>\n<title>ERCOT MIS</title>\n</head>\n'
    '<body>\n\t<form name="PortletTypeAForm" method="GET" action="/misapp/GetReports.do">\n'
    "<table width='800' class='tbl_ltTaupe'><tr><td class='hdr_grey'><b>{title}</b></td></tr>"
    "<tr><td><table width='800' border='0' cellspacing='0' cellpadding='4'><tr>"
    "<td class='labelRequired_ind'><b>Title</b></td>"
    "<td width='15%' class='labelRequired'><div align='center'><b>XML</b></div></td>"
    "<td width='15%' class='labelRequired'><div align='center'><b>CSV</b></div></td>"
    "<td width='15%' class='labelRequired'><div align='center'><b>Other</b></div></td></tr>"
    "{rows}</table></td></tr></table>\n</form>\n</body>\n</html>\n"
)


def twin_name(name: str) -> str:
    """Name of the XML posting beside a CSV one."""
    return name.replace("_csv.zip", "_xml.zip")


def publish_date(document: Document) -> str:
    """PublishDate of the JSON list: the clock time with an offset.

    On the autumn day every entry carries the standard offset, also those posted before the clock
    change: the offset that ERCOT gives there is wrong, and only the name tells the passages apart.
    """
    at = document.published
    day = datetime(at.year, at.month, at.day, tzinfo=CENTRAL)
    tomorrow = (day + timedelta(days=1)).utcoffset()
    is_autumn_day = tomorrow < day.utcoffset()
    offset = tomorrow if is_autumn_day else at.replace(tzinfo=CENTRAL).utcoffset()
    hours = int(offset / timedelta(hours=1))
    return f"{at:%Y-%m-%dT%H:%M:%S}-{-hours:02d}:00"


@dataclass
class Credentials:
    """What the Public API asks for; None accepts anything that is not empty."""

    username: str | None = None
    password: str | None = None
    subscription_key: str | None = None
    token_seconds: float = 3600.0
    issued: dict[str, float] = field(default_factory=dict)

    def token(self) -> str:
        """A new bearer token, good for `token_seconds`."""
        name = f"mirror-{len(self.issued) + 1}"
        self.issued[name] = time.time() + self.token_seconds
        return name

    def refusal(self, request: Request) -> Response | None:
        """The answer to a call without a good key and token, or None if it may pass."""
        key = request.headers.get("Ocp-Apim-Subscription-Key", "")
        if not key or (self.subscription_key is not None and key != self.subscription_key):
            said = "missing" if not key else "invalid"
            return _error(401, f"Access denied due to {said} subscription key.")
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or self.issued.get(token, 0.0) < time.time():
            return _error(401, "Unauthorized. Access token is missing or invalid.")
        return None


def _error(status: int, message: str) -> JSONResponse:
    return JSONResponse({"statusCode": status, "message": message}, status)


class Doors:
    """Routes of ERCOT over one library."""

    def __init__(self, library: Library, credentials: Credentials):
        self.library = library
        self.credentials = credentials

    def routes(self) -> list[Route]:
        """Routes in the order in which they are tried."""
        return [
            Route("/misapp/servlets/IceDocListJsonWS", self.list_json),
            Route("/misapp/GetReports.do", self.list_html),
            Route("/misdownload/servlets/mirDownload", self.download),
            Route(DASHBOARDS + "/{name}", self.dashboard),
            Route(TOKEN_PATH, self.token, methods=["POST"]),
            Route(API + "/archive/{emil}", self.archive),
            Route(API + "/archive/{emil}/download", self.archive_download, methods=["POST"]),
            Route(API + "/bundle/{emil}", self.bundles),
            Route(API + "/{emil}/{endpoint}", self.rows),
            Route(API + "/{emil}", self.product),
        ]

    def _listed(self, request: Request) -> tuple[str, list[Document]] | None:
        text = request.query_params.get("reportTypeId", "")
        if not text.isdigit():
            return None
        product = BY_TYPE.get(int(text))
        return product.title if product else "", self.library.shelf().ercot.get(int(text), [])

    def list_json(self, request: Request) -> Response:
        """The JSON list, newest first; each posting also as its XML twin."""
        found = self._listed(request)
        if found is None:
            return PlainTextResponse("reportTypeId is missing", 400)
        entries = []
        for document in found[1]:
            for kind, name in (("csv", document.name), ("xml", twin_name(document.name))):
                if kind == "xml" and name == document.name:
                    continue
                friendly = document.friendly_name
                entries.append(
                    {
                        "Document": {
                            "ExpiredDate": "",
                            "ILMStatus": "EXT",
                            "SecurityStatus": "P",
                            "ContentSize": str(document.entry.size),
                            "Extension": "zip",
                            "ReportTypeID": str(document.product.report_type),
                            "Prefix": "cdr",
                            "FriendlyName": friendly.replace("_csv", f"_{kind}"),
                            "ConstructedName": name,
                            "DocID": str(doc_id(name)),
                            "PublishDate": publish_date(document),
                            "ReportName": found[0],
                        }
                    }
                )
        return JSONResponse({"ListDocsByRptTypeRes": {"DocumentList": entries}})

    def list_html(self, request: Request) -> Response:
        """The HTML list: a row per posting and one for its XML twin."""
        found = self._listed(request)
        if found is None:
            return PlainTextResponse("reportTypeId is missing", 400)
        names = [n for d in found[1] for n in dict.fromkeys((d.name, twin_name(d.name)))]
        rows = "".join(_ROW.format(name=n, id=doc_id(n)) for n in names)
        return HTMLResponse(_PAGE.format(title=found[0], rows=rows))

    def dashboard(self, request: Request) -> Response:
        shape = _NO_POINTS.get(request.path_params["name"])
        return PlainTextResponse("", 404) if shape is None else JSONResponse(shape)

    def download(self, request: Request) -> Response:
        """A posting by its id. The XML twins are listed only: 404."""
        text = request.query_params.get("doclookupId", "")
        document = self.library.shelf().by_id.get(int(text)) if text.isdigit() else None
        if document is None:
            return PlainTextResponse("document not found", 404)
        return _zip(document.content(), document.name)

    async def token(self, request: Request) -> Response:
        """The bearer token for a user name and a password (form fields)."""
        body = (await request.body()).decode()
        form = {k: v[0] for k, v in parse_qs(body).items()} | dict(request.query_params)
        c = self.credentials
        good = (
            form.get("grant_type") == "password"
            and form.get("username")
            and form.get("password")
            and c.username in (None, form["username"])
            and c.password in (None, form["password"])
        )
        if not good:
            said = "The username or password provided in the request are invalid."
            return JSONResponse({"error": "access_denied", "error_description": said}, 400)
        token = c.token()
        return JSONResponse(
            {
                "access_token": token,
                "id_token": token,
                "token_type": "Bearer",
                "expires_in": str(int(c.token_seconds)),
            }
        )

    def _product(self, request: Request) -> Product | Response:
        refusal = self.credentials.refusal(request)
        if refusal is not None:
            return refusal
        product = BY_EMIL.get(request.path_params["emil"].upper())
        return product or _error(404, "Product not found.")

    def product(self, request: Request) -> Response:
        """Name, report type and limit of a product."""
        product = self._product(request)
        if isinstance(product, Response):
            return product
        return JSONResponse(
            {
                "emilId": product.emil_id,
                "name": product.title,
                "reportTypeId": product.report_type,
                "downloadLimit": product.download_limit,
            }
        )

    def archive(self, request: Request) -> Response:
        """The archive list of a product, newest first, by page; or one file (`download=`)."""
        product = self._product(request)
        if isinstance(product, Response):
            return product
        documents = self.library.shelf().ercot.get(product.report_type, [])
        query = request.query_params
        if "download" in query:
            for document in documents:
                if str(document.doc_id) == query["download"]:
                    return _zip(document.content(), document.name)
            return _error(404, f"Document {query['download']} not found.")
        try:
            bounds = [
                datetime.fromisoformat(query[name]).replace(tzinfo=None) if name in query else None
                for name in ("postDatetimeFrom", "postDatetimeTo")
            ]
            size, page = int(query.get("size", 1000)), int(query.get("page", 1))
        except ValueError as error:
            return _error(400, f"Bad Request: {error}")
        if size < 1 or page < 1:
            return _error(400, "Bad Request: size and page start at 1")
        first, last = bounds
        chosen = [
            d
            for d in documents
            if (first is None or d.published >= first) and (last is None or d.published <= last)
        ]
        link = f"{str(request.base_url).rstrip('/')}{API}/archive/{product.emil_id.lower()}"
        shown = chosen[(page - 1) * size : page * size]
        named = {n: query[n] for n in ("postDatetimeFrom", "postDatetimeTo") if n in query}
        return JSONResponse(
            {
                "_meta": {
                    "totalRecords": len(chosen),
                    "pageSize": size,
                    "totalPages": -(-len(chosen) // size),
                    "currentPage": page,
                    "query": {
                        "parameterCount": len(named),
                        "parameters": named,
                        "sortedBy": "postDatetime: DESC",
                    },
                },
                "product": {
                    "emilId": product.emil_id,
                    "name": product.title,
                    "reportTypeId": product.report_type,
                },
                "archives": [
                    {
                        "docId": d.doc_id,
                        "friendlyName": d.friendly_name.removesuffix("_csv"),
                        "postDatetime": d.published.isoformat(timespec="milliseconds"),
                        "_links": {"endpoint": {"href": f"{link}?download={d.doc_id}"}},
                    }
                    for d in shown
                ],
                "_links": {"self": {"href": link}, "parent": {"href": link.rsplit("/", 2)[0]}},
            }
        )

    def bundles(self, request: Request) -> Response:
        """The list of a product's months; or one month's postings in a zip (`download=`)."""
        product = self._product(request)
        if isinstance(product, Response):
            return product
        months: dict[str, list[Document]] = {}
        for document in self.library.shelf().ercot.get(product.report_type, []):
            months.setdefault(f"{document.published:%Y-%m}", []).append(document)
        numbers = {month: -doc_id(f"{product.emil_id}_{month}") for month in months}
        wanted = request.query_params.get("download")
        if wanted is None:
            entries = [
                {"docId": numbers[month], "friendlyName": f"{product.emil_id}_{month}"}
                for month in sorted(months, reverse=True)
            ]
            pages = {"totalRecords": len(entries), "totalPages": 1, "currentPage": 1}
            return JSONResponse({"_meta": pages, "bundles": entries})
        for month, documents in months.items():
            if str(numbers[month]) == wanted:
                return _zip(_numbered(documents), f"{product.emil_id}_{month}.zip")
        return _error(404, f"Bundle {wanted} not found.")

    def rows(self, request: Request) -> Response:
        """A page of a product's rows."""
        product = self._product(request)
        if isinstance(product, Response):
            return product
        endpoint, _ = data_rows.ENDPOINTS.get(product.emil_id, ("", False))
        if request.path_params["endpoint"] != endpoint:
            return _error(404, "The requested resource does not exist.")
        documents = self.library.shelf().ercot.get(product.report_type, [])
        try:
            query = dict(request.query_params)
            return JSONResponse(data_rows.report(product.emil_id, documents, query))
        except ValueError as error:
            return _error(400, f"Bad Request: {error}")

    async def archive_download(self, request: Request) -> Response:
        """Several files in one zip, each named `<docId>.<constructed name>`."""
        product = self._product(request)
        if isinstance(product, Response):
            return product
        try:
            ids = [int(i) for i in json.loads(await request.body())["docIds"]]
        except (ValueError, KeyError, TypeError):
            return _error(400, 'Bad Request: the body is {"docIds": [..]}')
        if not ids or len(ids) > product.download_limit:
            return _error(400, f"Bad Request: 1 to {product.download_limit} docIds a call")
        known = {d.doc_id: d for d in self.library.shelf().ercot.get(product.report_type, [])}
        found = [known[i] for i in ids if i in known]
        if not found:
            return _error(404, "None of the documents was found.")
        return _zip(_numbered(found), f"{product.emil_id.lower()}.zip")


def _numbered(documents: list[Document]) -> bytes:
    """A zip of zips, each named `<docId>.<constructed name>`."""
    parts = [(f"{d.doc_id}.{d.name}", d.content()) for d in documents]
    return pack(parts, datetime(2026, 1, 1), store=True)


def _zip(data: bytes, name: str) -> Response:
    return Response(
        data,
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
