# Everything that a person or a CI job runs here. `make` alone lists it.

# Not exported: the program reads .env where the environment says nothing.
GRIDHOUSE_DATA ?= data
export DBT_PROFILES_DIR = $(CURDIR)
export DBT_SEND_ANONYMOUS_USAGE_STATS = false
export PIP_DISABLE_PIP_VERSION_CHECK = 1

VENV := .venv
READY := $(VENV)/.ready
BIN := $(VENV)/bin

# The first Python of at least 3.11; a version manager's shim may exist and still not run.
PYTHON ?= $(shell for p in python3.11 python3 python; do \
	"$$p" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$p"; break; }; done)

# One process per core, each with whole files: what the tests of a file share is made once. In their
# own order, since files of a single test, which would come last, are those that take minutes.
# ARGS='-n 0' runs them in this process, for a debugger.
PYTEST := $(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

# Linting compiles the models, which opens the databases: an empty pair, never the user's.
LINT := $(CURDIR)/target/lint
LINT_ENV := env -u GRIDHOUSE_WAREHOUSE GRIDHOUSE_DATA=$(LINT)

.DEFAULT_GOAL := help
.PHONY: help setup run test test-ci test-all lint lint-python lint-dbt lint-sql format docs bench mirror constraints clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "Data lie in GRIDHOUSE_DATA ($(GRIDHOUSE_DATA)). Options go in ARGS: make test ARGS='-k time'."

setup: $(READY)  ## make the environment (.venv); the others call it when needed

# Written last, so an install that broke off is begun again.
$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, as python3.11 or python3."; exit 1; }
	@echo "Installing into $(VENV) with $(PYTHON); the first time takes some minutes."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[dev]'
	@touch $@

run: $(READY)  ## samples from the mirror to the marts, and five example queries
	$(BIN)/gridhouse run --samples $(ARGS)

test: $(READY)  ## all tests but the slow ones
	$(PYTEST) -m "not slow" $(ARGS)

test-ci: $(READY)  ## the slow ones that every change must pass
	GRIDHOUSE_KILLS=2 $(PYTEST) -m ci $(ARGS)

test-all: $(READY)  ## all tests, the slow ones too
	$(PYTEST) $(ARGS)

lint: lint-python lint-dbt lint-sql  ## ruff, sqlfluff, conventions of the dbt project; changes nothing

lint-python: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# Compiled whole, because sqlfluff passes over a model that does not compile.
lint-dbt: $(LINT)/raw.duckdb
	$(LINT_ENV) $(BIN)/dbt compile --quiet --no-partial-parse --warn-error --target-path $(LINT)
	COLUMNS=160 $(BIN)/dbt-bouncer run --show-all-failures

lint-sql: $(LINT)/raw.duckdb
	$(LINT_ENV) $(BIN)/sqlfluff lint --disable-progress-bar models tests/dbt

$(LINT)/raw.duckdb: | $(READY)
	@mkdir -p $(@D)
	@$(BIN)/python -c "import duckdb, sys; duckdb.connect(sys.argv[1]).close()" $@

format: $(LINT)/raw.duckdb  ## let ruff and sqlfluff repair what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(LINT_ENV) $(BIN)/sqlfluff fix --disable-progress-bar models tests/dbt

docs: $(READY)  ## site/: these pages and the dbt docs with the lineage from file to view
	@test -f "$(GRIDHOUSE_DATA)/gridhouse.duckdb" || $(MAKE) run
	$(BIN)/python docs/feed_tables.py
	$(BIN)/dbt docs generate --static --quiet
	$(BIN)/python docs/build.py --dbt target/static_index.html --out site
	@echo "Open site/index.html."

bench: $(READY)  ## the benchmarks: ratios against a peer measured in the same run
	@for case in bench/[a-z]*.py; do echo "== $$case"; $(BIN)/python "$$case" $(ARGS) || exit 1; done

mirror: $(READY)  ## serve the samples under the operators' URL shapes, until stopped
	$(BIN)/gridhouse mirror $(ARGS)

constraints: $(READY)  ## write constraints.txt from the environment, after an upgrade
	@{ sed -n '/^#/p' constraints.txt; \
	   $(BIN)/python -m pip freeze --exclude-editable | grep -E '^[A-Za-z0-9_.-]+==' ; } > $(VENV)/pins
	@mv $(VENV)/pins constraints.txt

clean:  ## remove what can be made again, but never the data
	rm -rf $(VENV) target logs site dbt_packages build *.egg-info .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
