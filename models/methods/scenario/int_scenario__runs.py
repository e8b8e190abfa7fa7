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
        asked = json.loads(text)
        found = newest_run(runs, targets, asked["at"])
        run_at, market_date, system_lambda, skipped = found or (None, None, None, 0)
        snapshot = "false"
        if found:
            snapshot = f"market_date = '{market_date}' and run_at = timestamptz '{run_at}'"
        names = ", ".join("'" + name.replace("'", "''") + "'" for name in asked["nodes"])
        coefficients, intercepts, residuals = (
            table.filter(f"location in ({names})").to_arrow_table() for table in tables
        )
        places = intercepts.select(["location", "location_type"]).to_pylist()
        binding = mu.filter(snapshot).project("constraint_name, contingency_name, shadow_price")
        try:
            if not found:
                raise ValueError(f"no run whose shadow prices have landed by {asked['at']}")
            options = ScenarioOptions(
                locations=tuple(tuple(place.values()) for place in places),
                shocks=tuple(asked["shocks"]),
                threshold=asked["threshold"],
                drivers=asked["topk"],
                liquidity=asked["liquidity"],
            )
            answer = scenario_table(
                binding.to_arrow_table(),
                coefficients,
                intercepts,
                residuals,
                system_lambda,
                options,
            )
        except (ValueError, TypeError, ArithmeticError) as error:
            # an answer, too: the question would stop each build to come
            answer = pa.Table.from_pylist(
                [{"status": "REJECTED", "reason": str(error)}], schema=SCENARIO_COLUMNS
            )
        if skipped and answer["status"][0].as_py() != "REJECTED":
            reason = f"shadow prices of {skipped} later run(s) have not landed"
            place = answer.column_names.index("reason")
            answer = answer.set_column(place, "reason", pa.array([reason]))
        fit = intercepts["run_id"][0].as_py() if len(intercepts) else None
        key = [request_id, "ERCOT", fit, run_at, built_at()]
        columns = [pa.array([value], field.type) for value, field in zip(key, RUN, strict=True)]
        answers.append(pa.table([*columns, *answer.columns], schema=schema))
    return pa.concat_tables(answers)


def newest_run(runs, targets, at):
    """(instant, market day, energy price, later runs passed over) of the newest run by an instant.

    Runs whose shadow prices have not landed are passed over: prices come every five minutes, the
    file of the constraints once an hour. None where there is none in three days.
    """
    until = f"run_at <= timestamptz '{at or 'infinity'}'"
    priced = runs.filter(f"{until} and energy_price is not null")
    (last_day,) = priced.aggregate("max(market_date)").fetchone()
    if last_day is None:
        return None
    days = f"market_date >= date '{last_day}' - 2"
    known = targets.filter(f"{days} and {until} and is_explained")
    (newest,) = known.aggregate("max(run_at)").fetchone()
    if newest is None:
        return None
    later = f"{days} and run_at > timestamptz '{newest}'"
    (skipped,) = priced.filter(later).aggregate("count(*)").fetchone()
    run = priced.filter(f"{days} and run_at = timestamptz '{newest}'")
    return (*run.project("run_at, market_date, energy_price").fetchone(), skipped)
