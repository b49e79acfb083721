# The few commands one needs. `make run` on a fresh clone ends in a working site.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: run dev setup setup-dev test lint audit bench torture screenshots clean

run: $(VENV)/.ready
	@$(BIN)/flask start

dev: $(VENV)/.ready
	@$(BIN)/flask start --reload

setup: $(VENV)/.ready

setup-dev: $(VENV)/.ready-dev

$(VENV)/.ready: requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "Python 3.11, 3.12 or 3.13 is needed; this is " + sys.version.split()[0] + ". Say which with: make PYTHON=python3.12")'
	@test -x $(BIN)/python || { echo "Making a virtual environment in $(VENV) ..."; $(PYTHON) -m venv $(VENV); }
	@echo "Installing what the product needs; the first time this takes a few minutes ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.txt
	@echo "Installing what tests and lint need ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@

# Kernels are compiled once before: each worker would compile them for itself.
test: $(VENV)/.ready-dev
	@$(BIN)/python -m movie_recommender.core.warm_up
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

lint: $(VENV)/.ready-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/bandit -q -r movie_recommender background_api -c pyproject.toml

# Known holes in what we depend on, asked of pypi.org; without --strict it would pass when it cannot ask.
audit: $(VENV)/.ready-dev
	@$(PIP) pip-audit || { echo "make audit: pip-audit cannot be installed from here; nothing is known."; exit 1; }
	@$(BIN)/pip-audit --strict --no-deps --disable-pip --progress-spinner off -r constraints.txt || { echo \
	"make audit: a package named above has a known hole (raise it in constraints.txt); or, where it says 'could not be audited' or that the"; \
	echo "connection failed, pypi.org cannot be asked from here and nothing is known: run it where there is a network."; exit 1; }

bench: $(VENV)/.ready-dev
	@$(BIN)/flask bench $(ARGS)

torture: $(VENV)/.ready-dev
	@$(BIN)/python -m tests.torture $(ARGS)

screenshots: $(VENV)/.ready-dev
	@PYTHONPATH=. $(BIN)/python docs/screenshots.py $(ARGS)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
