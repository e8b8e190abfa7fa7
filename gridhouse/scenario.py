"""Questions to the fitted prices: asked and answered by a build, kept in the warehouse."""

from __future__ import annotations

import json
import math
import uuid
from datetime import datetime
from typing import Any

from gridhouse import dbt
from gridhouse.report import reading
from gridhouse.settings import Settings

MODELS = ["path:models/methods/scenario"]
ANSWER = """
    select run_at, ptdf_run_id, status, reason, system_lambda, threshold, uncovered_mu, document
    from marts.scenario_runs where request_id = ?
"""


class NoAnswer(Exception):
    """The question makes no sense of what has landed; the message says why."""


class ScenarioFailed(Exception):
    """The question made sense and was not answered; the message says what went wrong."""


def ask(
    settings: Settings,
    nodes: list[str],
    *,
    topk: int,
    shocks: list[str],
    at: datetime | None,
    threshold: float,
    liquidity: float,
) -> dict[str, Any]:
    """The answer as in `marts.scenario_runs`, its JSON unfolded.

    Raises NoAnswer for a question that makes no sense of the live fit, and ScenarioFailed where an
    error kept it from being answered; both are kept with their reason.
    """
    from python_models.scenario.scenario import ShockError, parse_shock

    for name, number in (("threshold", threshold), ("liquidity", liquidity)):
        if not math.isfinite(number):
            raise NoAnswer(f"{name} is {number}: give a number")
    for text in shocks:
        try:
            text.encode()
            parse_shock(text)
        except UnicodeEncodeError:
            raise NoAnswer(f"{text!r} is no text in UTF-8") from None
        except ShockError as error:
            raise NoAnswer(str(error)) from None
    with reading(settings) as connection:
        rows = connection.execute("select location from ref.estimated_ptdf_intercepts").fetchall()
    known = {location for (location,) in rows}
    if not known:
        raise NoAnswer("no fit is live: `gridhouse ptdf history` says what was fitted and decided")
    unknown = [node for node in nodes if node not in known]
    if unknown:
        raise NoAnswer(
            f"the live fit has no {', '.join(unknown)}; it has {len(known)} settlement points, "
            f"such as {', '.join(sorted(known)[:5])}"
        )
    question = {
        "request_id": uuid.uuid4().hex,
        "nodes": nodes,
        "topk": topk,
        "shocks": shocks,
        "at": at.isoformat() if at else None,
        "threshold": threshold,
        "liquidity": liquidity,
    }
    done = dbt.build(
        settings, select=MODELS, variables={"scenario": json.dumps(question).encode().hex()}
    )
    if not done.ok:
        raise ScenarioFailed("\n".join(done.failures))
    with reading(settings) as connection:
        (answer,) = (
            connection.execute(ANSWER, [question["request_id"]]).to_arrow_table().to_pylist()
        )
    if answer["status"] == "REJECTED":
        raise NoAnswer(answer["reason"])
    if answer["status"] == "FAILED":
        raise ScenarioFailed(answer["reason"])
    document = json.loads(answer.pop("document"))
    return {"request": question, **answer, **document}
