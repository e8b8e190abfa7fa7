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
    runs, mu = dbt.ref("features__sced_runs"), dbt.ref("features__sced_mu")
    tables = [
        dbt.ref("int_scenario__coefficients"),
        dbt.ref("ref__estimated_ptdf_intercepts"),
        dbt.ref("int_scenario__residuals"),
    ]
    schema = pa.schema([*RUN, *SCENARIO_COLUMNS])
    answers = [schema.empty_table()]
    for request_id, text in requests.project("request_id, request").fetchall():
        asked = json.loads(text)
        until = f"run_at <= timestamptz '{asked['at'] or 'infinity'}'"
        last = runs.filter(f"{until} and energy_price is not null").order("run_at desc").limit(1)
        found = last.project("run_at, market_date, energy_price").fetchone()
        run_at, market_date, system_lambda = found or (None, None, float("nan"))
        snapshot = "false"
        if found:
            snapshot = f"market_date = '{market_date}' and run_at = timestamptz '{run_at}'"
        binding = mu.filter(f"is_binding and {snapshot}")
        names = ", ".join("'" + name.replace("'", "''") + "'" for name in asked["nodes"])
        coefficients, intercepts, residuals = (
            table.filter(f"location in ({names})").to_arrow_table() for table in tables
        )
        places = zip(
            *(intercepts[c].to_pylist() for c in ("location", "location_type")), strict=True
        )
        options = ScenarioOptions(
            locations=tuple(places),
            shocks=tuple(asked["shocks"]),
            threshold=asked["threshold"],
            drivers=asked["topk"],
            liquidity=asked["liquidity"],
        )
        shadow_prices = binding.project("constraint_name, contingency_name, shadow_price")
        try:
            answer = scenario_table(
                shadow_prices.to_arrow_table(),
                coefficients,
                intercepts,
                residuals,
                system_lambda,
                options,
            )
        except ValueError as error:
            # an answer, too: the question would stop each build to come
            answer = pa.Table.from_pylist(
                [{"status": "REJECTED", "reason": str(error)}], schema=SCENARIO_COLUMNS
            )
        fit = intercepts["run_id"][0].as_py() if len(intercepts) else None
        key = [request_id, "ERCOT", fit, run_at, built_at()]
        columns = [pa.array([value], field.type) for value, field in zip(key, RUN, strict=True)]
        answers.append(pa.table([*columns, *answer.columns], schema=schema))
    return pa.concat_tables(answers)
