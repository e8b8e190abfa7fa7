import json

import pyarrow as pa

from gridhouse.built_at import built_at
from python_models.scenario.frames import SCENARIO_COLUMNS, ScenarioOptions, scenario_table

KEY = pa.schema(
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
    prices, mu = dbt.ref("features__lmp_target"), dbt.ref("features__sced_mu")
    coefficients = dbt.ref("ref__estimated_ptdf")
    intercepts = dbt.ref("ref__estimated_ptdf_intercepts")
    residuals = dbt.ref("int_scenario__residuals")
    schema = pa.schema([*KEY, *SCENARIO_COLUMNS])
    answers = [schema.empty_table()]
    for request_id, text in requests.project("request_id, request").fetchall():
        asked = json.loads(text)
        until = f"timestamptz '{asked['at']}'" if asked["at"] else "timestamptz 'infinity'"
        # a run without any price has no lambda either
        last = prices.filter(f"run_at <= {until} and energy_price is not null")
        day = f"market_date = ({last.aggregate('max(market_date)').sql_query()})"
        found = last.filter(day).order("run_at desc").limit(1)
        found = found.project("run_at, market_date, energy_price").fetchone()
        if found is None:
            raise ValueError(f"no run of the dispatch has landed until {asked['at']}")
        run_at, market_date, system_lambda = found
        snapshot = f"run_at = timestamptz '{run_at.isoformat()}' and market_date = '{market_date}'"
        names = ", ".join("'" + name.replace("'", "''") + "'" for name in asked["nodes"])
        chosen = intercepts.filter(f"location in ({names})").to_arrow_table()
        live = coefficients.filter(f"location in ({names})")
        run_ids = {row["run_id"] for row in chosen.select(["run_id"]).to_pylist()}
        places = zip(
            chosen["location"].to_pylist(), chosen["location_type"].to_pylist(), strict=True
        )
        answer = scenario_table(
            mu.filter(f"is_binding and {snapshot}")
            .project("constraint_name, contingency_name, shadow_price")
            .to_arrow_table(),
            live.to_arrow_table(),
            chosen,
            residuals.filter(f"location in ({names})").to_arrow_table(),
            system_lambda,
            ScenarioOptions(
                locations=tuple(places),
                shocks=tuple(asked["shocks"]),
                threshold=asked["threshold"],
                drivers=asked["topk"],
                liquidity=asked["liquidity"],
            ),
        )
        key = [request_id, "ERCOT", next(iter(run_ids), None), run_at, built_at()]
        columns = [pa.array([v], f.type) for v, f in zip(key, KEY, strict=True)]
        answers.append(pa.table([*columns, *answer.columns], schema=schema))
    return pa.concat_tables(answers)
