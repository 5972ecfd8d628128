# Two commands on a fresh machine with Python 3.11+ and make:
#   make run    starts the app on demonstration data
#   make test   checks the code and passes the tests, in a real browser too
PYTHON ?= python3
BIN := .venv/bin
PACKAGES := $(BIN)/python .ci/packages.py

# Children of tests and servers load the program compiled, on machines that switch that off too
unexport PYTHONDONTWRITEBYTECODE

# In a process of its own, beside those in a browser: it measures that process's memory
ALONE := tests/security/test_hostile_files.py
# The only folders with tests in a browser: the others are not read through for them
BROWSER := tests/browser tests/security

.PHONY: install run test test-plain test-browser lint soak benchmarks docs sbom pictures clean

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("mapper needs Python 3.11 or newer: make PYTHON=python3.12 ..." if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PACKAGES) '.[scan,terrain]'
	$(BIN)/python -m compileall -qq -j 0 -x '/(tests?|pip|uv)/' .venv/lib || true  # on every core
	touch $@

# What of the tools is never loaded need not be compiled
.venv/installed-dev: .venv/installed
	$(PACKAGES) '.[dev]'
	touch $@

run: install
	$(BIN)/mapper serve

# One after the other: side by side on two cores each second of work costs three, and all of it takes
# longer. Of the plain tests some wait for servers and killed processes, so three go at a time on two
# cores; those in a browser keep both busy.
test: .venv/installed-dev .venv/browser
	$(MAKE) --no-print-directory test-plain
	$(MAKE) --no-print-directory test-browser

test-browser: .venv/browser
	$(BIN)/python -m pytest -m "not soak" $(ALONE) & alone=$$!; \
		$(BIN)/python -m pytest -m "browser and not soak" $(BROWSER) \
			--numprocesses=2 --dist=loadfile; \
		passed=$$?; wait $$alone && exit $$passed

test-plain: lint
	$(BIN)/python -m pytest -m "not browser and not soak" $(ALONE:%=--ignore=%) \
		--numprocesses=3 --dist=loadfile

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers 2 || $(BIN)/mypy  # a worker that starts late is given up

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
	$(PACKAGES) '.[docs]'
	touch $@

# What a release is made of, for those who keep watch on it: every package with its version
sbom: .venv/installed-dev
	$(BIN)/python docs/make_sbom.py dist/mapper.cdx.json

# The pictures of docs/tour.md, from a running app on the demonstration data
pictures: .venv/installed-dev .venv/browser
	$(BIN)/python docs/make_pictures.py

clean:
	rm -rf docs/_build .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
