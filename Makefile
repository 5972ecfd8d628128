# Two commands on a fresh machine with Python 3.11+ and make:
#   make run    starts the app on demonstration data
#   make test   checks the code and passes the tests, in a real browser too
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# Each in a process of its own: they measure that process's memory, or bring a browser of their own
ALONE := tests/security/test_hostile_files.py tests/security/test_roles_ending.py \
	tests/security/test_roles_at_a_browser.py tests/security/test_two_windows.py

.PHONY: install run test lint soak benchmarks docs pictures clean

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("mapper needs Python 3.11 or newer: make PYTHON=python3.12 ..." if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --quiet --constraint constraints.txt --editable '.[scan]'
	touch $@

.venv/installed-dev: .venv/installed
	$(PIP) install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

run: install
	$(BIN)/mapper serve

test: lint .venv/browser
	$(BIN)/python -m pytest -m "not soak" --ignore=tests/browser $(ALONE:%=--ignore=%) \
		--numprocesses=2 --dist=loadfile
	for alone in tests/browser $(ALONE); do $(BIN)/python -m pytest -m "not soak" $$alone || exit 1; done

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The long form of tests that make test runs with smaller counts
soak: .venv/installed-dev .venv/browser
	$(BIN)/python -m pytest -m soak

.venv/browser: .venv/installed-dev
	.ci/browser $(BIN)/python
	touch $@

benchmarks: .venv/installed-dev
	for script in benchmarks/[a-z]*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

# The documentation as pages that open with no network: docs/_build/index.html
docs: .venv/installed-docs
	$(BIN)/sphinx-build -q -W docs docs/_build

.venv/installed-docs: .venv/installed
	$(PIP) install --quiet --constraint constraints.txt --editable '.[docs]'
	touch $@

# The pictures of docs/tour.md, from a running app on the demonstration data
pictures: .venv/installed-dev .venv/browser
	$(BIN)/python docs/make_pictures.py

clean:
	rm -rf docs/_build .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
