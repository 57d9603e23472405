# One entry point for people and for CI. `make help` lists the commands.

VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
RUN    := runs/demo
# Test files run on as many processes as there are cores, in the order of tests/conftest.py; each computes on one thread.
PARALLEL := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast check format mutants campaigns docs clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(READY)  ## make .venv with pinned dependencies and the CPU build of PyTorch if it is available

$(READY): pyproject.toml constraints.txt scripts/setup
	@scripts/setup $(VENV)
	@touch $@

demo: $(READY)  ## train the tutorial's VAE on Fashion-MNIST, evaluate it, write a report (31 MB, 4 minutes on 2 cores)
	@$(BIN)/python scripts/demo.py $(RUN)

test: $(READY)  ## all tests, with the coverage gate
	@$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report=term:skip-covered $(ARGS)

test-fast: $(READY)  ## the tests that take seconds
	@$(BIN)/python -m pytest -m "not slow and not browser" $(ARGS)

check: $(READY)  ## format, lint, types, and the order of imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pyright
	@$(BIN)/lint-imports

format: $(READY)  ## format the code and sort the imports
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

mutants: $(READY)  ## plant known bugs, one at a time; at least one test must catch each
	@$(BIN)/python scripts/mutants.py $(ARGS)

campaigns: $(READY)  ## damage files, kill trainings, fill disks, lay traps; nothing may break (ARGS="--count 50")
	@$(BIN)/python -m campaigns all $(ARGS)

docs: $(READY)  ## the pages of docs/ as a site, in build/site (warnings are errors)
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/site
	@echo "ready: build/site/index.html"

clean:  ## remove the environment and all caches; runs/ stays
	@rm -rf $(VENV) .pytest_cache .ruff_cache .import_linter_cache .coverage htmlcov build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
