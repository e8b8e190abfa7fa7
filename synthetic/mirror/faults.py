"""Misbehaviour on order: what to do wrong, to which requests, how often."""

from __future__ import annotations

import re
import threading
from dataclasses import asdict, dataclass, fields
from typing import Any

KINDS = {
    "status": "answer with `status` (429, 503, 403, ...) and, if given, Retry-After",
    "slow": "wait `seconds` before the answer",
    "drip": "send the answer in chunks of `bytes`, waiting `seconds` before each",
    "cut": "promise the whole length, send `bytes` bytes, close the connection",
    "html": "answer 200 with an HTML page instead of the file",
    "flip": "invert `bytes` bytes in the middle of the answer",
    "truncate": "send the first `bytes` bytes (default half) as if they were all",
    "zero_tail": "keep the length, but send zeros after the first `bytes` bytes (default half)",
}
DELAYS = ("slow",)


@dataclass(frozen=True)
class Fault:
    """One rule.

    Attributes:
        path: regular expression searched in the request's path and query, as in the URL but with
            percent-encoding undone once.
        kind: one of `KINDS`.
        status: HTTP status of kind `status`.
        retry_after: seconds for the Retry-After header; None sends none.
        seconds, bytes: see `KINDS`.
        skip: let this many matching requests through first.
        every: of the rest, act on each N-th.
        first: act only while no more than this many of the rest have come; None for ever.
    """

    path: str
    kind: str
    status: int = 503
    retry_after: float | None = None
    seconds: float = 0.0
    bytes: int | None = None
    skip: int = 0
    every: int = 1
    first: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault kind {self.kind!r}; known: {', '.join(KINDS)}")
        if self.every < 1:
            raise ValueError(f"every must be 1 or more, not {self.every}")
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(
                f"fault path {self.path!r} is not a regular expression: {error}"
            ) from None


def from_json(value: Any) -> list[Fault]:
    """Faults from decoded JSON: a list of rules, or `{"faults": [...]}`.

    Raises:
        ValueError: not such a list, an unknown key or a wrong value.
    """
    if isinstance(value, dict):
        value = value.get("faults")
    if not isinstance(value, list):
        raise ValueError('faults are a list of rules or {"faults": [...]}')
    known = {f.name for f in fields(Fault)}
    out = []
    for rule in value:
        if not isinstance(rule, dict) or not {"path", "kind"} <= set(rule):
            raise ValueError(f"a rule is an object with path and kind, not {rule!r}")
        unknown = set(rule) - known
        if unknown:
            said = f"unknown key {', '.join(sorted(unknown))} in a rule"
            raise ValueError(f"{said}; known: {', '.join(sorted(known))}")
        try:
            out.append(Fault(**rule))
        except TypeError as error:
            raise ValueError(f"wrong value in {rule!r}: {error}") from None
    return out


class Faults:
    """The rules in force, with the number of matching requests each has seen."""

    def __init__(self, rules: list[Fault] | None = None):
        self._lock = threading.Lock()
        self.replace(rules or [])

    def replace(self, rules: list[Fault]) -> None:
        """Put `rules` in force, counting from zero."""
        with self._lock:
            self._rules = [(rule, re.compile(rule.path)) for rule in rules]
            self._seen = [0] * len(rules)

    def listed(self) -> list[dict[str, Any]]:
        """Rules as JSON, each with `seen`: how many requests it matched."""
        with self._lock:
            return [
                asdict(rule) | {"seen": seen}
                for (rule, _), seen in zip(self._rules, self._seen, strict=True)
            ]

    def meet(self, target: str) -> list[Fault]:
        """Rules that act on this request: every delay, and the first of the others."""
        out: list[Fault] = []
        with self._lock:
            for i, (rule, pattern) in enumerate(self._rules):
                if not pattern.search(target):
                    continue
                self._seen[i] += 1
                number = self._seen[i] - rule.skip
                if number < 1 or number % rule.every or (rule.first and number > rule.first):
                    continue
                if rule.kind in DELAYS or all(f.kind in DELAYS for f in out):
                    out.append(rule)
        return out


def spoil(rule: Fault, body: bytes) -> bytes:
    """The wrong bytes of a rule of kind flip, truncate or zero_tail."""
    keep = len(body) // 2 if rule.bytes is None else min(rule.bytes, len(body))
    if rule.kind == "truncate":
        return body[:keep]
    if rule.kind == "zero_tail":
        return body[:keep] + bytes(len(body) - keep)
    count = min(len(body), 16 if rule.bytes is None else rule.bytes)
    start = (len(body) - count) // 2
    return (
        body[:start] + bytes(b ^ 0xFF for b in body[start : start + count]) + body[start + count :]
    )
