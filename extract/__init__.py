"""From an operator's site to `raw.duckdb`: list, fetch, archive, parse, land."""
