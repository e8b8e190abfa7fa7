"""Excel workbooks, written by hand: no library of the project writes them."""

from __future__ import annotations

from datetime import datetime
from xml.sax.saxutils import escape

from synthetic.zips import pack

_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(sheets: dict[str, list[list]], written: datetime = datetime(2026, 1, 1)) -> bytes:
    """A workbook of `sheets`, each a list of rows of texts, numbers and None."""
    names = list(sheets)
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/></Types>'
    )
    root = (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    book = (
        f'<workbook {_NS} xmlns:r="{_REL}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>'
            for n, name in enumerate(names, 1)
        )
        + "</sheets></workbook>"
    )
    links = (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{_REL}/worksheet" Target="worksheets/s{n}.xml"/>'
            for n in range(1, len(names) + 1)
        )
        + "</Relationships>"
    )
    members = {
        "[Content_Types].xml": types,
        "_rels/.rels": root,
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": links,
        **{f"xl/worksheets/s{n}.xml": _sheet(sheets[name]) for n, name in enumerate(names, 1)},
    }
    return pack([(name, text.encode()) for name, text in members.items()], written)


def _sheet(rows: list[list]) -> str:
    lines = "".join(
        f'<row r="{n}">'
        + "".join(_cell(c, f"{chr(65 + k)}{n}") for k, c in enumerate(row))
        + "</row>"
        for n, row in enumerate(rows, 1)
    )
    return f"<worksheet {_NS}><sheetData>{lines}</sheetData></worksheet>"


def _cell(value: object, place: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'
