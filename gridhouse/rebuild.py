"""`gridhouse rebuild`: computes days of an incremental model again, and of those that read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gridhouse import dbt
from gridhouse.report import reading
from gridhouse.settings import Settings

DAYS = {f"macro.gridhouse.{name}" for name in ("landed_days", "rebuilt_days")}
DAY_MACROS = DAYS | {f"macro.gridhouse.{name}" for name in ("touched_rows", "rebuilt_rows")}


class NotRebuildable(Exception):
    """A model that is not built by days; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was computed again. `downstream`: tables that are made of it, in the order of building;
    `behind`: those of them that were not built with it."""

    build: dbt.Build
    models: list[str]
    downstream: list[str]
    behind: list[str]


def rebuild(settings: Settings, name: str, first: date, last: date, with_readers: bool) -> Rebuilt:
    """Compute the market days from `first` to `last` of a model again, for all of its areas.

    Each model deletes and inserts its days in one transaction. With `with_readers` the models that
    read it follow, those that are built by days for the same days. Raises NotRebuildable, and what
    `dbt.build` raises.
    """
    manifest = dbt.parse(settings)
    node = _model(manifest, name)
    if not by_days(node):
        raise NotRebuildable(
            f"{node.name} is not built by market days, so no window of it can be computed alone: "
            f"`gridhouse build --select {node.name}` builds it"
            + (", with --full-refresh whole" if _is_incremental(node) else " whole each time")
        )
    built = _tables(settings)
    if (node.schema, node.alias) not in built:
        raise NotRebuildable(f"{name} holds nothing yet: `gridhouse build` builds it")
    readers = [n for n in _readers(manifest, node) if (n.schema, n.alias) in built]
    chosen = [node, *(readers if with_readers else [])]
    asked = [n.name for n in chosen if by_days(n)]
    build = dbt.build(
        settings,
        select=[n.name for n in chosen],
        manifest=manifest,
        variables={
            "rebuild": {"models": asked, "first": first.isoformat(), "last": last.isoformat()}
        },
        readers_tests=with_readers,  # without it the readers are behind, as the answer says
    )
    names = [n.name for n in readers]
    return Rebuilt(build, asked, names, [] if with_readers else names)


def by_days(node) -> bool:
    """Whether a model replaces market days that it finds by the macros of `macros/incremental`."""
    key = node.config.get("unique_key") or []
    return (
        _is_incremental(node)
        and node.language == "sql"
        and {"iso", "market_date"} <= set(key)
        and bool(DAY_MACROS.intersection(node.depends_on.macros))
    )


def _is_incremental(node) -> bool:
    return node.config.materialized == "incremental"


def _tables(settings: Settings) -> set[tuple[str, str]]:
    """Schema and name of all tables of the warehouse."""
    if not dbt.warehouse_path(settings).exists():
        return set()
    with reading(settings) as connection:
        found = connection.execute("select schema_name, table_name from duckdb_tables()")
        return set(found.fetchall())


def _model(manifest, name: str):
    models = [node for node in manifest.nodes.values() if node.resource_type == "model"]
    for node in models:
        if node.name == name or (node.schema, node.alias) == ("marts", name):
            return node
    raise NotRebuildable(
        f"there is no model {name}; models have the names of the files in models/, such as "
        "fct_price_intervals_revisions"
    )


def _readers(manifest, node) -> list:
    """The models that read a model, each after those that it reads."""
    found, order = set(), []

    def visit(unique_id: str) -> None:
        for child in manifest.child_map.get(unique_id, []):
            if child.startswith("model.") and child not in found:
                found.add(child)
                visit(child)
                order.append(child)

    visit(node.unique_id)
    return [manifest.nodes[i] for i in reversed(order)]
