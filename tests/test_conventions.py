"""Rules of the repository that no linter knows: who imports whom, and links that lead somewhere.

The conventions of the dbt project are in `dbt-bouncer.yml`; `make lint` checks both.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from extract.catalogue import load_catalogue
from gridhouse.settings import Settings

REPOSITORY = Path(__file__).resolve().parent.parent

# What each package may import of ours (docs/index.md); itself goes without saying.
ALLOWED = {
    "extract": {"gridhouse.settings"},
    "python_models": set(),
    "synthetic": set(),
}
OURS = {"extract", "gridhouse", "python_models", "synthetic"}
# What reads or writes anything: the numerics take arrays and give arrays.
OUTSIDE = {"dbt", "dlt", "duckdb", "httpx", "io", "os", "pathlib", "socket", "urllib"}


def imported_modules(file: Path, package: str) -> set[str]:
    """Full names of the modules that a Python file imports, also those inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            # A relative import stays inside its package; `from a import b` may mean module a.b.
            base = package if node.level else module
            names |= {base} if node.level else {f"{base}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_packages_import_only_what_they_may(package: str) -> None:
    wrong = []
    for file in sorted((REPOSITORY / package).rglob("*.py")):
        for name in sorted(imported_modules(file, package)):
            if name.partition(".")[0] not in OURS - {package}:
                continue
            if not any(name == m or name.startswith(f"{m}.") for m in ALLOWED[package]):
                wrong.append(f"{file.relative_to(REPOSITORY)} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_numerics_reach_for_nothing_outside() -> None:
    files = sorted((REPOSITORY / "python_models").rglob("*.py"))
    used = {n.partition(".")[0] for f in files for n in imported_modules(f, "python_models")}
    assert files and not used & OUTSIDE


def pages() -> list[Path]:
    return sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", pages(), ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_links_of_the_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    files = [link.partition("#")[0] for link in links if "://" not in link]
    broken = [f for f in files if f and not (page.parent / f).exists()]
    assert not broken, f"{page.relative_to(REPOSITORY)}: no such file: {', '.join(broken)}"


def test_decisions_have_numbers_of_their_own() -> None:
    files = sorted((REPOSITORY / "docs/decisions").glob("*.md"))
    numbers = [int(file.name[:4]) for file in files]
    assert len(numbers) == len(set(numbers))
    titles = [int(re.match(r"# (\d+)[.:] ", file.read_text("utf-8")).group(1)) for file in files]
    assert titles == numbers


def test_the_ledger_has_the_files_of_every_operator() -> None:
    macro = (REPOSITORY / "macros/ledger.sql").read_text("utf-8")
    listed = re.findall(r"'(\w+)'", macro.partition(" in [")[2].partition("]")[0])
    assert listed == load_catalogue().operators


def test_the_page_of_aemo_lists_what_stays_in_staging() -> None:
    models = REPOSITORY / "models"
    there = {f.stem for market in ("nem", "wem") for f in models.glob(f"staging/{market}/*.sql")}
    readers = [f for layer in ("intermediate", "marts") for f in (models / layer).rglob("*.sql")]
    read = {name for f in readers for name in re.findall(r"stg_\w+", f.read_text("utf-8"))}
    page = (REPOSITORY / "docs/sources/aemo.md").read_text("utf-8")
    table = page.partition("## What stays in staging")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"stg_\w+", table)) == sorted(there - read)


def test_env_example_shows_the_settings_and_their_defaults() -> None:
    lines = (REPOSITORY / ".env.example").read_text("utf-8").splitlines()
    shown = dict(line[1:].split("=", 1) for line in lines if line.startswith("#GRIDHOUSE_"))
    settings = Settings()
    for variable, text in shown.items():
        name = variable.removeprefix("GRIDHOUSE_").lower()
        assert name in Settings.model_fields, f"{variable} is no setting"
        default = getattr(settings, name)
        if text and default is not None:  # politeness: the default depends on the operator
            given = Settings(**{name: text})
            assert getattr(given, name) == default, f"{variable} is {default} by default"


@pytest.mark.parametrize("operator", load_catalogue().operators)
def test_feed_tables_show_the_catalogue(operator: str) -> None:
    sources = (REPOSITORY / "docs" / "sources").glob("*.md")
    pages = "\n".join(p.read_text("utf-8") for p in sorted(sources))
    tables = re.findall(rf"<!-- feeds:{operator} -->(.*?)<!-- /feeds -->", pages, re.DOTALL)
    assert len(tables) == 1, f"no page of docs/sources, or several, have the feeds of {operator}"
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \|.*\| (\d+) days \|$", tables[0], re.MULTILINE)
    feeds = load_catalogue().of(operator)
    assert rows == [(f.id, f.product_id, str(f.online_days)) for f in feeds], (
        "run `make docs`, which writes the tables anew"
    )
