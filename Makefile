# Sajja: the menu. `make` alone prints it.
# Everything runs in .venv, which is made from requirements/*.lock (exact versions, hashes checked).

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
seed   ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long cover check fix bench bench-peers bench-growth simulate scenario schema lock clean

help: ## this menu
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

$(VENV)/.demo: requirements/demo.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements/demo.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml $(VENV)/.demo
	$(PIP) install --quiet --require-hashes -r requirements/dev.lock
	@touch $@

setup: $(VENV)/.dev ## install everything that developers need

demo: $(VENV)/.demo ## found the Pak Phun demonstration network and serve its page on http://127.0.0.1:8080
	$(BIN)/sajja demo

test: $(VENV)/.dev ## run all tests, as many at a time as there are cores
	$(BIN)/python -m pytest -n auto --dist loadfile

test-long: $(VENV)/.dev ## run the tests that do not fit every run
	$(BIN)/python -m pytest -m long

cover: $(VENV)/.dev ## show that every branch of sajja_schemas is claimed by a test of its own
	$(BIN)/python -m pytest tests/unit/schemas -n auto --dist loadfile --cov --cov-branch --cov-report=
	$(BIN)/coverage report --include="schemas/*" --fail-under=100 --show-missing --skip-covered

check: $(VENV)/.dev ## lint, format, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(VENV)/.dev ## what a tool can mend by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## measure every hot path beside its limit, write docs/benchmarks.md (args="--json")
	PYTHONPATH=tests $(BIN)/python -m benchmarks --write docs/benchmarks.md $(args)

bench-peers: $(VENV)/.dev ## the same facts in what one would pick instead, write docs/benchmarks-peers.md (needs npm)
	PYTHONPATH=tests $(BIN)/python -m benchmarks.peers --write docs/benchmarks-peers.md $(args)

bench-growth: $(VENV)/.dev ## ten million entries, write docs/benchmarks-growth.md; about an hour (args="--entries N")
	PYTHONPATH=tests $(BIN)/python -m benchmarks.growing --write docs/benchmarks-growth.md $(args)

simulate: $(VENV)/.dev ## a seeded network with bad links, killed servers, carriers and thieves (seed=N, or seed=A..B; fault=NAME)
	PYTHONPATH=tests $(BIN)/python -m simulation --seeds $(seed) $(if $(fault),--fault $(fault))

scenario: $(VENV)/.dev ## the worked year of two villages: every figure beside the published one (args="--json")
	PYTHONPATH=tests $(BIN)/python -m scenario $(args)

schema: $(VENV)/.dev ## generate schemas/json anew
	$(BIN)/python schemas/generate.py

lock: ## resolve requirements/*.lock anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --extra demo --group build -o requirements/demo.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --extra demo --extra pdf --group dev -o requirements/dev.lock pyproject.toml

clean: ## remove what was built (never the demonstration's data)
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
