# One word for each thing one does here. `make` alone lists them.
#
# Everything is installed into $(VENV), nothing outside it. The stamp files in it say what has been installed; they are
# older than pyproject.toml when its requirements may have changed.

VENV ?= .venv
BIN := $(VENV)/bin
BASE := $(VENV)/.stamp-base
TOOLS := $(VENV)/.stamp-tools
PIP := $(BIN)/python -m pip --disable-pip-version-check

# The first Python that is new enough; `make PYTHON=... demo` takes another.
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
endif

# Tests that kill, wait and look leave a processor idle, so there is one process more than processors; who is done takes
# tests over from who is not.
SIDE_BY_SIDE := -n $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) --dist worksteal

# Every process that is started sees the folder of outside data if the caller named one; none is assumed.
ifdef CLEARINGHOUSE_DATA
export CLEARINGHOUSE_DATA
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo venv tools test test-postgresql lint format docs bench clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' Makefile

demo: $(BASE) ## run a server with invented people and flaws on this machine, until Ctrl-C
	@$(BIN)/clearinghouse demo --serve

venv: $(BASE) ## install the program into .venv, without the tools for development

tools: $(TOOLS) ## the same, with the tools for development

# The tests run even if lint complains, so that one run tells everything; a summary of tests comes last. Lint uses one
# processor and is done long before the tests beside it, and is shown after them.
test: $(TOOLS) ## everything CI runs: style, types, floors, documents, tests on SQLite and on PostgreSQL
	@status=0; said=$$(mktemp); trap 'rm -f $$said' EXIT; \
	$(MAKE) --no-print-directory lint >$$said 2>&1 & lint=$$!; \
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(PYTEST_ARGS) || status=$$?; \
	wait $$lint || status=$$?; cat $$said; \
	$(MAKE) --no-print-directory test-postgresql || status=$$?; exit $$status

test-postgresql: $(TOOLS) ## the server's tests that touch the database, on a PostgreSQL that is there for them alone
	@$(BIN)/python tests/with_postgresql.py \
		$(BIN)/python -m pytest tests/server $(SIDE_BY_SIDE) -m 'database and not browser' $(PYTEST_ARGS)

lint: $(TOOLS) ## style, types, and the contracts between the floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(TOOLS) ## put the code into the one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(TOOLS) ## check the links and the commands in the documents
	$(BIN)/python -m pytest tests/test_docs.py $(PYTEST_ARGS)

# Every benchmark is a program of its own that takes --json FILE.
bench: $(TOOLS) ## run every benchmark, one after the other; results go to benchmarks/results
	@mkdir -p benchmarks/results
	@set -e; for each in $$(grep -l __main__ benchmarks/*.py | sort); do echo "== $$each"; \
		$(BIN)/python $$each --json benchmarks/results/$$(basename $$each .py).json; done

clean: ## remove everything that was made or installed here
	if [ -f $(VENV)/pyvenv.cfg ]; then rm -rf $(VENV); fi
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "error: no Python 3.11 or newer was found" >&2; \
		echo "try: install one (Debian 12, Ubuntu 24.04 and newer: apt-get install python3 python3-venv)," \
			"or name it: make PYTHON=/path/to/python3.12 demo" >&2; exit 2; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "error: $(PYTHON) is no Python 3.11 or newer" >&2; \
		echo "try: make PYTHON=python3.12 demo" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		package=$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing $$package, which $(PYTHON) needs to make a virtual environment."; \
			apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $$package; \
		else \
			echo "error: $(PYTHON) cannot make a virtual environment: its modules venv and ensurepip are missing" >&2; \
			echo "try: sudo apt-get install $$package" >&2; exit 2; \
		fi; }
	$(PYTHON) -m venv $(VENV)

$(BASE): $(BIN)/python pyproject.toml
	@echo "Installing into $(VENV) ..."
	@$(PIP) install --quiet --editable '.[server]'
	@touch $@

# Dependency groups (PEP 735) need pip 25.1.
$(TOOLS): $(BIN)/python pyproject.toml
	@echo "Installing into $(VENV), with the tools for development ..."
	@$(PIP) install --quiet --upgrade 'pip>=25.1'
	@$(PIP) install --quiet --editable '.[server,evaluation]' --group test --group lint --group browser --group bench
	@touch $(BASE) $@
