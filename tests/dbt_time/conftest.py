"""The dbt macros as Python functions, rendered by jinja alone: fast enough for property tests."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2
import pytest

MACROS = Path(__file__).resolve().parents[2] / "macros"


class MacroReturn(Exception):
    """dbt's `return`: leaves a macro with a value that is not text."""


class CompilerError(Exception):
    """What dbt makes of `exceptions.raise_compiler_error`."""


class Macros:
    """Every macro of the repository by its name; `variables` are dbt's vars."""

    def __init__(self, **variables: Any):
        self.variables = variables
        self.env = jinja2.Environment(
            extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined
        )
        pytz = SimpleNamespace(utc=datetime.UTC)
        self.env.globals |= {
            "var": lambda name, default=None: self.variables.get(name, default),
            "return": self._return,
            "exceptions": SimpleNamespace(raise_compiler_error=self._fail),
            "modules": SimpleNamespace(re=re, datetime=datetime, pytz=pytz),
        }
        for folder in (MACROS, MACROS / "time", MACROS / "records"):
            for path in folder.glob("*.sql"):
                self.env.globals[path.stem] = self._macro(path)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        try:
            return self.env.globals[name]
        except KeyError:
            raise AttributeError(name) from None

    def _macro(self, path: Path) -> Callable[..., Any]:
        template = self.env.from_string(path.read_text("utf-8"))

        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                return str(getattr(template.module, path.stem)(*args, **kwargs)).strip()
            except MacroReturn as value:
                return value.args[0]

        return call

    @staticmethod
    def _return(value: Any) -> None:
        raise MacroReturn(value)

    @staticmethod
    def _fail(message: str) -> None:
        raise CompilerError(message)


@pytest.fixture(scope="session")
def macros() -> Macros:
    return Macros()


@pytest.fixture(scope="session")
def connection() -> duckdb.DuckDBPyConnection:
    """DuckDB in a session zone that is not UTC: the macros must not depend on it."""
    made = duckdb.connect()
    made.execute("set TimeZone = 'Australia/Sydney'")
    return made


@pytest.fixture(scope="session")
def central() -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo("America/Chicago")


@pytest.fixture(scope="session")
def pacific() -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo("America/Los_Angeles")
