"""The mirror as one ASGI application: routes, then faults and the log of requests around them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from synthetic.mirror.ercot import Credentials, Doors
from synthetic.mirror.faults import Fault, Faults, from_json, spoil
from synthetic.mirror.library import Library
from synthetic.mirror.nemweb import Site
from synthetic.mirror.oasis import Oasis
from synthetic.mirror.traffic import Traffic

CONTROL = "/__mirror__/"
_PAGE = "<!DOCTYPE html><html><head><title>Maintenance</title></head><body>Back soon.</body></html>"


@dataclass
class Settings:
    """How a mirror behaves.

    Attributes:
        faults: rules in force from the start.
        seconds_between: least time between two requests to a site, by site (`caiso`: 5.0); sooner
            ones get 429 without Retry-After.
        credentials: what the ERCOT Public API asks for.
        now: time of an OASIS request (aware); default the clock. A fixed one makes answers repeat
            byte for byte.
    """

    faults: list[Fault] = field(default_factory=list)
    seconds_between: dict[str, float] = field(default_factory=dict)
    credentials: Credentials = field(default_factory=Credentials)
    now: Callable[[], datetime] | None = None


class App:
    """The ASGI application over a folder."""

    def __init__(self, folder: Path | str, settings: Settings | None = None):
        settings = settings or Settings()
        library = Library(folder)
        self.faults = Faults(settings.faults)
        self.traffic = Traffic(settings.seconds_between)
        self.inner = Starlette(
            routes=[
                Route(CONTROL + "faults", self._faults, methods=["GET", "POST", "DELETE"]),
                Route(CONTROL + "stats", self._stats, methods=["GET", "DELETE"]),
                *Doors(library, settings.credentials).routes(),
                Route("/oasisapi/SingleZip", Oasis(library, settings.now).single_zip),
                Route("/api/v2/{path:path}", Site(library).with_token),
                Route("/{path:path}", Site(library).get),
            ]
        )

    async def _faults(self, request: Request) -> Response:
        """Show (GET), replace (POST) or drop (DELETE) the rules."""
        if request.method == "POST":
            try:
                self.faults.replace(from_json(json.loads(await request.body())))
            except ValueError as error:
                return JSONResponse({"error": str(error)}, 400)
        elif request.method == "DELETE":
            self.faults.replace([])
        return JSONResponse({"faults": self.faults.listed()})

    async def _stats(self, request: Request) -> Response:
        """Counts and times of requests (`?prefix=` for a part); DELETE forgets them."""
        if request.method == "DELETE":
            self.traffic.reset()
        return JSONResponse(self.traffic.stats(request.query_params.get("prefix", "")))

    async def __call__(self, scope: dict[str, Any], receive: Callable, send: Callable) -> None:
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self.inner(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        entry, in_time = self.traffic.arrive(scope["method"], scope["path"], query)

        async def noted(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
            elif message["type"] == "http.response.body":
                entry["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            if not in_time:
                entry["fault"] = "rate"
                await _plain(429)(scope, receive, noted)
                return
            target = scope["path"] + (f"?{unquote(query)}" if query else "")
            await self._serve(self.faults.meet(target), entry, scope, receive, noted)
        finally:
            self.traffic.leave(entry)

    async def _serve(self, rules: list[Fault], entry, scope, receive, send) -> None:
        act: Fault | None = None
        for rule in rules:
            entry["fault"] = rule.kind
            if rule.kind == "slow":
                await asyncio.sleep(rule.seconds)
            else:
                act = rule
        if act is None:
            await self.inner(scope, receive, send)
        elif act.kind == "status":
            await _plain(act.status, act.retry_after)(scope, receive, send)
        elif act.kind == "html":
            await HTMLResponse(_PAGE)(scope, receive, send)
        else:
            start, body = await _collect(self.inner, scope, receive)
            await _misdeliver(act, start, body, send)


def _plain(status: int, retry_after: float | None = None) -> Response:
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    return HTMLResponse(f"<html><body>{status}</body></html>", status, headers)


async def _collect(app: Callable[..., Awaitable], scope, receive) -> tuple[dict[str, Any], bytes]:
    """The whole answer of the application."""
    start: dict[str, Any] = {}
    parts: list[bytes] = []

    async def keep(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await app(scope, receive, keep)
    return start, b"".join(parts)


async def _misdeliver(rule: Fault, start: dict[str, Any], body: bytes, send) -> None:
    """Send `body` as the rule (drip, cut or wrong bytes) wants it."""
    sent = spoil(rule, body) if rule.kind in ("flip", "truncate", "zero_tail") else body
    headers = [h for h in start["headers"] if h[0].lower() != b"content-length"]
    headers.append((b"content-length", str(len(sent)).encode()))
    await send({**start, "headers": headers})
    if rule.kind == "cut":
        keep = len(sent) // 2 if rule.bytes is None else rule.bytes
        # the application ends without having sent all: the server closes the connection
        await send({"type": "http.response.body", "body": sent[:keep], "more_body": True})
        return
    step = max(1, (rule.bytes or 1024)) if rule.kind == "drip" else max(1, len(sent))
    for at in range(0, len(sent), step):
        if rule.kind == "drip":
            await asyncio.sleep(rule.seconds)
        await send({"type": "http.response.body", "body": sent[at : at + step], "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
