# Everything a newcomer needs: git, make and Python 3.11 or newer. The rest is brought by `setup`.
.DEFAULT_GOAL := help
.PHONY: help setup demo serve test lint web types bench bench-web bench-peers check-python

VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# tests in which seconds matter run alone
TIMED := tests/e2e tests/terminal/test_interrupting.py
RUN := $(BIN)/uv run --frozen --no-sync

help:
	@echo "make serve   the workbench on that plan, in the browser"
	@echo "make demo    a national plan from the bundled Medicare sample: demo/report.html and demo/territories.xlsx"
	@echo "make test    linters, types and tests"
	@echo "make bench   the measured figures of docs/benchmarks.md"
	@echo "make bench-peers   what others would use beside Bailiwick; ARGS=\"--instances DIR --seconds S --only NAME\""
	@echo "make setup   only install into .venv"
	@echo "make lint    only linters and types"

check-python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and none was found; install it, or name one: make PYTHON=/path/to/python3"; exit 2; }

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml uv.lock | check-python
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "This Python cannot make a virtual environment; install its venv package (Debian: apt install python3-venv)"; exit 2; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip --upgrade
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv sync --frozen --active --inexact --quiet
	@echo "Compiling the engine's kernels, once on this machine"
	@$(BIN)/python -c "from bailiwick.design import prepare; prepare()"
	@touch $@

demo: setup
	@$(BIN)/bailiwick demo demo --no-serve

serve: web
	@test -f demo/bailiwick.toml || $(BIN)/bailiwick demo demo --no-serve
	@$(BIN)/bailiwick serve --project demo

web: setup
	@$(BIN)/python scripts/build_web.py

types: setup
	@$(BIN)/python scripts/build_web.py --types

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/build_web.py --check

test: lint
	@$(BIN)/python scripts/bring_browser.py >/dev/null
	@$(BIN)/pytest -n 2 --dist loadfile $(TIMED:%=--ignore=%)
	@$(BIN)/pytest $(TIMED)

bench: setup
	@$(BIN)/python -m benchmarks

bench-web: web
	@$(BIN)/python scripts/bring_browser.py >/dev/null
	@$(BIN)/python -m benchmarks.web

bench-peers: setup
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv sync --frozen --active --inexact --quiet --group peers || echo "Not every peer could be installed; its row says so." >&2
	@$(BIN)/python -m benchmarks.peers $(ARGS)
