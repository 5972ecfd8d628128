"""What is imported is declared, what is declared is imported, and its licences go together."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import metadata, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from docs import make_sbom
from tests.cli.test_cli import street_file

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PRODUCT = ("mapper", "demonstration", "pages", "streamlit_app.py")
OURS = {"mapper", "demonstration", "pages", "tests", "benchmarks", "docs", "setup", "_pysal"}
# A benchmark compares with the first where somebody has it; the others make the documentation
LATE = {"Lazy", "import_module"}  # called with the name of a module
IF_THERE = {"pygeoda", "sphinx", "docutils"}
NEVER_IMPORTED = {
    "authlib": "Streamlit's sign-in",
    "s3fs": "fsspec opens s3:// with it",
    "httpx": "Authlib's client inside Streamlit's sign-in",
    "tzdata": "zoneinfo reads it where the machine has no time zones of its own",
}
LICENCES = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Mozilla Public License 2\.0|MPL-2\.0"
    r"|BlueOak|LGPL-3\.0|HPND"
)
AS_LEAFLET = {("xstatic-leaflet", "(same as Leaflet)"): "BSD-2-Clause"}
LONGEST_NAME = 100


def declared(*extras):
    lines = [*PROJECT["dependencies"]]
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    return {canonicalize_name(Requirement(line).name) for line in lines} - {"mapper"}


@cache
def imported(*folders):
    """The packages that the files of some folders import, by the name they are installed under."""
    modules = set()
    for folder in folders:
        path = ROOT / folder
        for file in [path] if path.is_file() else path.rglob("*.py"):
            modules |= set(modules_of(ast.parse(file.read_text())))
    modules -= OURS | set(sys.stdlib_module_names)
    homes = packages_distributions()
    modules -= {path.stem for each in ("benchmarks", "docs") for path in (ROOT / each).glob("*.py")}
    unknown = modules - set(homes) - IF_THERE
    assert not unknown, f"not installed: {unknown}"
    return {canonicalize_name(homes[each][0]) for each in modules & set(homes)}


def modules_of(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in LATE:
            (name,) = node.args
            if isinstance(name, ast.Constant):
                yield name.value.split(".")[0]


def test_what_mapper_imports_is_declared():
    assert imported(*PRODUCT) - declared("dask", "duckdb", "scan", "store", "terrain") == set()


def test_what_is_declared_is_imported():
    assert declared("dask", "duckdb", "scan", "store", "terrain") - imported(*PRODUCT) == set(
        NEVER_IMPORTED
    )


def test_what_tests_documents_and_benchmarks_import_is_declared():
    found = imported("tests", "benchmarks", "docs", "setup.py")
    assert found - declared("dask", "duckdb", "scan", "store", "terrain", "dev", "docs") == set()


def test_streamlit_stays_below_the_next_minor_version():
    """Its private modules are used; they change without notice."""
    (line,) = [each for each in PROJECT["dependencies"] if each.startswith("streamlit")]
    assert len(Requirement(line).specifier) == 2
    assert "<1." in line


def test_every_declared_package_is_pinned_for_those_who_install():
    pins = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {canonicalize_name(line.split("==")[0]) for line in pins if "==" in line}
    assert declared("dask", "duckdb", "scan", "store", "terrain", "dev", "docs") - pinned == set()


@cache
def needed():
    """Every package that is installed with mapper: declared, and what those need in turn."""
    return sorted(set(make_sbom.needed()) - {"mapper"})


def test_every_licence_goes_with_ours():
    for name in needed():
        told = metadata(name)
        classified = [each for each in told.get_all("Classifier") or [] if "License ::" in each]
        in_full = told.get("License") or ""  # some give the whole text, of what they bundle too
        short = in_full if len(in_full) < LONGEST_NAME else ""
        words = " ".join([told.get("License-Expression") or "", short, *classified])
        words = AS_LEAFLET.get((name, words.strip()), words)
        assert LICENCES.search(words), f"{name}: {words[:80]!r} is in no row of docs/licences.md"
        assert not re.search(r"(?<!L)GPL-|AGPL|Affero", words), name


@pytest.mark.parametrize("heavy", ["esda", "libpysal", "sklearn", "networkx", "matplotlib"])
def test_what_only_the_tests_need_is_not_installed_with_mapper(heavy):
    homes = packages_distributions()
    assert canonicalize_name(homes[heavy][0]) not in needed()


def without_numba(*words):
    start = "import sys; sys.modules['numba'] = None; from mapper.cli import main; main()"
    line = [sys.executable, "-c", start, *map(str, words)]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def test_without_the_extra_a_scan_names_it_and_the_rest_works(tmp_path):
    extract = street_file(tmp_path / "2024-01-merseyside-street.csv")
    question = (extract, "--lens", "public-all", "--out", tmp_path / "table.csv")
    refused = without_numba("scan", *question)
    assert refused.returncode == 2
    assert "pip install 'mapper[scan]'" in refused.stderr
    assert not (tmp_path / "table.csv").exists()
    assert without_numba("concentration", *question).returncode == 0
