"""Where records lie in a JSON document.

A path is keys with dots between them:

    data.prices               the list at the end holds the records
    data.runs[].units         the lists of all runs, one after the other
    data.runs[].prices{}      the object at the end is itself a record
    data.{day}.{time}         every key of an object; the key becomes a column of that name
    map.{code:\\d\\d}           only the keys that the pattern fits as a whole
    map.{code}=value          the plain values there, as a column

Values that stand above the records come along where they are asked for (`carry`, paths in the same
words): the last key names their column.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

Found = list[tuple[dict[str, Any], Any]]  # columns so far, and what was found below

_STEP = re.compile(
    r"(?:\{(?P<name>\w+)(?::(?P<pattern>[^}]+))?\}|(?P<key>[^{}\[\]=]+))"
    r"(?P<end>\[\]|\{\})?(?:=(?P<column>\w+))?"
)


def check(path: str) -> None:
    """Raises ValueError for what is no path."""
    for step in path.split("."):
        if not _STEP.fullmatch(step):
            raise ValueError(f"{path!r} is no path to records: {step!r} is not understood")


def records_at(
    document: Any, path: str, carry: tuple[str, ...] = (), lacking: Counter[str] | None = None
) -> list | None:
    """The records at a path: objects without objects inside, or whatever else is in their place.

    None where the path leads through or to something else. Raises KeyError where nothing is there:
    null, no such key, or an empty list in place of an object. `lacking` counts, by the path as far
    as it goes, the elements without a key that others have: their records are not among the answer.
    """
    found: Found = [({}, document)]
    walked, step = "", None
    for text in path.split("."):
        found = _carried(found, [c for c in carry if c.rpartition(".")[0] == walked])
        step = _STEP.fullmatch(text)
        below = _below(found, step)
        if below is None:
            return None
        walked = f"{walked}.{text}" if walked else text
        if lacking is not None and (lost := len(found) - _count_with(found, step)):
            lacking[walked] += lost
        found = below
    if step["column"]:
        if any(isinstance(value, dict | list) for _, value in found):
            return None
        return [keys | {step["column"]: value} for keys, value in found]
    if not step["name"] and not step["end"]:  # a list of records
        if not all(isinstance(value, list) for _, value in found):
            return None
        found = [(keys, row) for keys, value in found for row in value]
    return [_record(keys, row) if isinstance(row, dict) else row for keys, row in found]


def _carried(found: Found, carry: list[str]) -> Found:
    if not carry:
        return found
    names = [c.rpartition(".")[2] for c in carry]
    return [
        (keys | {n: value.get(n) for n in names} if isinstance(value, dict) else keys, value)
        for keys, value in found
    ]


def _below(found: Found, step: re.Match[str]) -> Found | None:
    """One step down, None where something else is there. Raises KeyError where nothing is."""
    objects = [(keys, value) for keys, value in found if isinstance(value, dict)]
    if len(objects) < len(found):
        if any(value != [] for _, value in found if not isinstance(value, dict)):
            return None
        if not objects:  # how some sites write an object without keys
            raise KeyError(step.group())
    if step["name"]:
        fits = re.compile(step["pattern"] or ".*", re.DOTALL).fullmatch
        return [
            (keys | {step["name"]: k}, v)
            for keys, value in objects
            for k, v in value.items()
            if fits(k)
        ]
    key = step["key"]
    below = [(keys, value[key]) for keys, value in objects if value.get(key) is not None]
    if objects and not below:
        raise KeyError(key)
    if step["end"] == "[]":
        if not all(isinstance(value, list) for _, value in below):
            return None
        below = [(keys, row) for keys, value in below for row in value]
    return below


def _count_with(found: Found, step: re.Match[str]) -> int:
    """How many of what was found have something at this step."""
    if step["name"]:
        return len(found)
    key = step["key"]
    return sum(isinstance(v, dict) and v.get(key) is not None for _, v in found)


def _record(keys: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """A row with its columns from above; most have neither those nor objects inside."""
    if dict in map(type, row.values()):
        row = _flat(row)
    return keys | row if keys else row


def _flat(record: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """A record without objects inside: `{"a": {"b": 1}}` is `{"a.b": 1}`."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        inside = isinstance(value, dict)
        flat |= _flat(value, f"{prefix}{key}.") if inside else {prefix + key: value}
    return flat
