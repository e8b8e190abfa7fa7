import json

import pyarrow as pa

from gridhouse.built_at import built_at
from python_models.scenario.frames import SCENARIO_COLUMNS, ScenarioOptions, scenario_table

RUN = pa.schema(
    [
        ("request_id", pa.string()),
        ("iso", pa.string()),
        ("ptdf_run_id", pa.string()),
        ("run_at", pa.timestamp("us", "UTC")),
        ("_built_at", pa.timestamp("us", "UTC")),
    ]
)


def model(dbt, session):
    dbt.config(
        materialized="incremental",
        incremental_strategy="append",
        full_refresh=False,
        schema="intermediate",
    )
    requests = dbt.ref("int_scenario__requests")
    if dbt.is_incremental:
        requests = requests.filter(f"request_id not in (select request_id from {dbt.this})")
    runs, targets = dbt.ref("features__sced_runs"), dbt.ref("int_ptdf__targets")
    mu = dbt.ref("int_scenario__shadow_prices")
    tables = [
        dbt.ref("int_scenario__coefficients"),
        dbt.ref("ref__estimated_ptdf_intercepts"),
        dbt.ref("int_scenario__residuals"),
    ]
    schema = pa.schema([*RUN, *SCENARIO_COLUMNS])
    answers = [schema.empty_table()]
    for request_id, text in requests.project("request_id, request").fetchall():
        run_at = fit = None
        try:
            asked = json.loads(text)
            run_at, market_date, system_lambda, skipped = newest_run(runs, targets, asked["at"])
            snapshot = mu.filter(
                f"market_date = '{market_date}' and run_at = timestamptz '{run_at}'"
            ).project("constraint_name, contingency_name, shadow_price")
            names = ", ".join("'" + name.replace("'", "''") + "'" for name in asked["nodes"])
            coefficients, intercepts, residuals = (
                table.filter(f"location in ({names})").to_arrow_table() for table in tables
            )
            fit = intercepts["run_id"][0].as_py() if len(intercepts) else None
            places = intercepts.select(["location", "location_type"]).to_pylist()
            options = ScenarioOptions(
                locations=tuple(tuple(place.values()) for place in places),
                shocks=tuple(asked["shocks"]),
                threshold=asked["threshold"],
                drivers=asked["topk"],
                liquidity=asked["liquidity"],
            )
            answer = scenario_table(
                snapshot.to_arrow_table(),
                coefficients,
                intercepts,
                residuals,
                system_lambda,
                options,
            )
            if skipped:
                answer = with_reason(
                    answer,
                    f"{skipped} later run(s) are passed over: of their energy price, prices and "
                    "shadow prices something has not landed",
                )
        except ValueError as error:
            answer = no_answer("REJECTED", str(error))
        except Exception as error:
            # whatever it is: the question would stop this build and each one to come; the command
            # that asked it reads the status and fails
            answer = no_answer("FAILED", f"{type(error).__name__}: {error}")
        key = [request_id, "ERCOT", fit, run_at, built_at()]
        columns = [pa.array([value], field.type) for value, field in zip(key, RUN, strict=True)]
        answers.append(pa.table([*columns, *answer.columns], schema=schema))
    return pa.concat_tables(answers)


def newest_run(runs, targets, at):
    """(instant, market day, energy price, later runs passed over) of the newest run by an instant.

    Of a run the energy price, the prices and the shadow prices are needed; they come in files of
    their own, some every five minutes and some once an hour. Raises ValueError where no run of the
    last three days has them all.
    """
    until = f"run_at <= timestamptz '{at or 'infinity'}'"
    priced = runs.filter(f"{until} and energy_price is not null")
    (last_day,) = priced.aggregate("max(market_date)").fetchone()
    newest = None
    if last_day is not None:
        days = f"market_date >= date '{last_day}' - 2 and {until}"
        # a target is the price less the energy price
        known = targets.filter(f"{days} and is_explained and congestion_price is not null")
        (newest,) = known.aggregate("max(run_at)").fetchone()
    if newest is None:
        raise ValueError(
            "no run whose energy price, prices and shadow prices have landed"
            + (f" by {at}" if at else " in the last three days")
        )
    later = f"{days} and run_at > timestamptz '{newest}'"
    (skipped,) = runs.filter(later).aggregate("count(*)").fetchone()
    run = priced.filter(f"{days} and run_at = timestamptz '{newest}'")
    return (*run.project("run_at, market_date, energy_price").fetchone(), skipped)


def with_reason(answer, reason):
    """The answer, its reason in front of the one that it may have."""
    own = answer["reason"][0].as_py()
    place = answer.column_names.index("reason")
    return answer.set_column(place, "reason", pa.array(["; ".join(filter(None, [reason, own]))]))


def no_answer(status, reason):
    """A row that says why there is none; what is no text of any language is a question mark."""
    reason = reason.encode(errors="replace").decode()
    return pa.Table.from_pylist([{"status": status, "reason": reason}], schema=SCENARIO_COLUMNS)
