# Every target first makes sure that .venv holds exactly what requirements.lock says. Nothing else is needed
# than make and a Python 3.11 with its venv module; to choose one: make setup PYTHON=/path/to/python3.11

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?=
BIN := .venv/bin
LINT_TARGET := .lint/target

.PHONY: help setup demo test test-fast bench screenshots lint format clean

help:
	@echo "make setup      create .venv from requirements.lock and install tieout into it"
	@echo "make demo       make the demonstration company's extracts, run everything on them, show the result"
	@echo "make test       all tests (WORKERS=n, by default 2)"
	@echo "make test-fast  the tests that take less than a minute together"
	@echo "make bench      speed and memory, as ratios taken in one run; writes benchmarks/results.md"
	@echo "make screenshots ARGS='WAREHOUSE FOLDER'  every page, light and dark, 1440 and 1024 wide"
	@echo "make lint       ruff, mypy, sqlfmt, sqlfluff, dbt parse, dbt-bouncer"
	@echo "make format     let ruff and sqlfmt rewrite the files"
	@echo "make clean      remove what the other targets made, .venv and warehouse/ excepted"

setup: .venv/.project-installed

# The environment is made anew whenever the lock changes, so it never holds more than the lock.
.venv/.lock-installed: requirements.lock
	@python="$(PYTHON)"; \
	for candidate in python3.11 python3 python; do \
	  [ -z "$$python" ] || break; \
	  path="$$(command -v "$$candidate" || true)"; \
	  if [ -n "$$path" ] && "$$path" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; \
	  then python="$$path"; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "No Python 3.11 with venv was found as python3.11, python3 or python. Install one, or say where it is: make setup PYTHON=/path/to/python3.11" >&2; \
	  exit 1; \
	fi; \
	echo "creating .venv with $$python"; \
	"$$python" -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@touch $@

.venv/.project-installed: .venv/.lock-installed pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	$(BIN)/tieout demo $(ARGS)

WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test: setup
	$(PYTEST) $(ARGS)

test-fast: setup
	$(PYTEST) -m "not slow" $(ARGS)

bench: setup
	$(BIN)/python -m benchmarks $(ARGS)

screenshots: setup
	$(BIN)/python -m tests.dashboards.screenshots $(ARGS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --ignore-missing-imports ingest dashboards
	$(BIN)/sqlfmt --line-length 110 --check --quiet models macros tests
	$(BIN)/sqlfluff lint --processes 2 models tests/controls tests/generic
	$(BIN)/dbt --warn-error-options '{"error": ["Deprecations"]}' parse --no-partial-parse --show-all-deprecations --profiles-dir . --target-path $(LINT_TARGET) --log-path .lint/logs
	$(BIN)/dbt-bouncer run --config-file dbt-bouncer.yml

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfmt --line-length 110 --quiet models macros tests

clean:
	rm -rf .lint .cache .pytest_cache .ruff_cache .mypy_cache .hypothesis *.egg-info
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
