"""The stamp of the rows that a build computes."""

from __future__ import annotations

from datetime import datetime

from dbt import tracking


def built_at() -> datetime:
    """The start of this invocation of dbt, as macro `built_at` gives it in SQL.

    Models ask their inputs for rows with a later stamp than their own: a Python model that took the
    time of day would have all its days computed again by the SQL models after it, in each build.
    """
    return tracking.active_user.run_started_at
