"""Runs of the PTDF fit: what there is, and which one is live."""

from __future__ import annotations

from typing import Any

from gridhouse import dbt
from gridhouse.report import reading
from gridhouse.settings import Settings

DECISIONS = ["int_ptdf__decisions+"]
HISTORY = """
    select
        run_id, fitted_at, first_run_at, last_run_at, interval_count, location_count,
        constraint_count, baseline_rmse, holdout_rmse, improvement, is_promotable, is_live,
        decided_by, promotion_reason, status, reason
    from ref.estimated_ptdf_metadata_staged
    order by fitted_at desc, run_id desc
"""
# The run that was live until the live one was first promoted.
PREVIOUS = """
    with promoted as (select * from intermediate.int_ptdf__decisions where is_promoted),

    live as (select run_id from intermediate.int_ptdf__live_run),

    since as (select min(_built_at) as first_at from promoted natural join live)

    select run_id
    from promoted
    where _built_at < (select first_at from since)
    order by _built_at desc, decided_by = 'HAND' desc, run_id desc
    limit 1
"""


class NoSuchRun(Exception):
    """There is no run to promote."""


def history(settings: Settings) -> list[dict[str, Any]]:
    """All runs, newest first."""
    with reading(settings) as connection:
        return connection.execute(HISTORY).to_arrow_table().to_pylist()


def promote(settings: Settings, run_id: str, reason: str) -> dbt.Build:
    """Make a run live. Raises NoSuchRun for one that there is not, or that fitted nothing."""
    runs = {run["run_id"]: run for run in history(settings)}
    if run_id not in runs:
        known = ", ".join(list(runs)[:5]) or "none"
        raise NoSuchRun(f"there is no run {run_id}; the newest: {known}")
    if runs[run_id]["status"] != "FITTED":
        raise NoSuchRun(f"run {run_id} fitted nothing: {runs[run_id]['reason']}")
    variables = {"ptdf_promote": run_id, "ptdf_promote_reason": reason.encode().hex()}
    # without the truth the report that compares with it would lose its rows
    exclude = [] if settings.truth else ["rpt_ptdf_truth"]
    return dbt.build(settings, select=DECISIONS, exclude=exclude, variables=variables)


def rollback(settings: Settings, reason: str) -> tuple[str, dbt.Build]:
    """Make the run live that was before the live one. Raises NoSuchRun where none was."""
    with reading(settings) as connection:
        row = connection.execute(PREVIOUS).fetchone()
    if row is None:
        raise NoSuchRun("no other run was live before the one that is")
    return row[0], promote(settings, row[0], reason)
