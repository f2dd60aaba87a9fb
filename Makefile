# Works with nothing but Python 3.11 (with pip) and make.
PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/bin/uv
VENV := .venv
BIN := $(VENV)/bin
export UV_NO_PROGRESS := 1
export UV_PYTHON_DOWNLOADS := never
export SEGMINT_WORKSPACE ?=

.PHONY: setup demo test test-all test-deps lint format bench lock clean

setup: $(VENV)/.ready ## .venv with segmint and the development tools

$(UV):
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --target .tools uv==$(UV_VERSION)

$(VENV)/.ready: requirements/dev.lock pyproject.toml | $(UV)
	$(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements/dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src # else each command compiles itself anew where bytecode is not written
	@touch $@

demo: setup ## the main job on the table that the project ships
	$(BIN)/segmint demo

test: setup ## the fast checks of behavior (CI)
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow and not browser and not postgres and not reference"

test-all: setup ## everything: slow, browser, PostgreSQL and reference checks too
	$(BIN)/python -m pytest -n auto --dist worksteal

test-deps: ## system packages that `make test-all` needs (Debian)
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql chromium
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends buildah debootstrap prometheus

lint: setup ## ruff, formatting, types, floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## speed and memory beside the peers
	$(BIN)/python -m benchmarks

lock: | $(UV) ## compile the lock files anew
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements/runtime.lock
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group dev -c requirements/runtime.lock -o requirements/dev.lock
	$(UV) pip compile --quiet --python-platform linux --python-version 3.11 --generate-hashes --no-header --group pyproject.toml:serving -c requirements/dev.lock -o src/segmint/image/serve.lock
	$(UV) pip compile --quiet --python-platform linux --python-version 3.11 --generate-hashes --no-header requirements/mlflow.in -c requirements/runtime.lock -o src/segmint/image/mlflow.lock

clean:
	rm -rf $(VENV) .tools .pytest_cache .mypy_cache .ruff_cache .import_linter_cache segmint-workspace
