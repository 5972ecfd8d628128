"""The wheel works by itself: installed beside its dependencies, run outside the checkout."""

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What stands beside the package, and what the build reads
TOP = ("streamlit_app.py", "pages", "data", ".streamlit", "constraints.txt")
BUILD = ("mapper", "demonstration", "setup.py", "MANIFEST.in", "pyproject.toml", "README.md")
NOT_SOURCE = shutil.ignore_patterns("__pycache__", "*.egg-info")
ANSWERS_WITHIN = 90


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of a copy of the sources: a build in the checkout would leave its folders there."""
    folder = tmp_path_factory.mktemp("build")
    for name in (*TOP, *BUILD, *(path.name for path in ROOT.glob("LICENSE*"))):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=NOT_SOURCE)
        else:
            shutil.copy(source, folder)
    options = ("--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", "dist")
    pip("wheel", *options, ".", cwd=folder)
    (built,) = (folder / "dist").glob("mapper-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A runner of the wheel's ``mapper`` in a folder of its own.

    Its environment has every package that this one has, but for mapper.
    """
    place, folder = tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("elsewhere")
    venv.create(place, with_pip=False, symlinks=True)
    scheme = {"base": str(place), "platbase": str(place)}
    packages = Path(sysconfig.get_path("purelib", "venv", scheme))
    for here in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for each in Path(here).iterdir():
            if not each.name.lower().startswith(("mapper", "__editable__")):
                (packages / each.name).symlink_to(each)
    python = Path(sysconfig.get_path("scripts", "venv", scheme)) / "python"
    pip("--python", str(python), "install", "--no-deps", "--no-index", "--quiet", str(wheel))
    kept = {name: value for name, value in os.environ.items() if "PYTHON" not in name}
    environment = {name: value for name, value in kept.items() if not name.startswith("MAPPER_")}

    def command(*words, **options):
        line = [str(python.with_name("mapper")), *map(str, words)]
        return subprocess.Popen(
            line, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, **options
        )

    command.folder, command.python = folder, python
    return command


def pip(*words, cwd=None):
    line = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    made = subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr


def said(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err
    return out


def test_everything_in_the_package_and_at_the_top_is_in_the_wheel(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    package = [path for path in (ROOT / "mapper").rglob("*") if path.is_file()]
    top = [path for name in TOP for path in [ROOT / name, *(ROOT / name).rglob("*")]]
    expected = {path.relative_to(ROOT).as_posix() for path in package} | {
        f"mapper/top_level/{path.relative_to(ROOT).as_posix()}" for path in top if path.is_file()
    }
    expected = {name for name in expected if "__pycache__" not in name}
    assert expected <= inside, expected - inside
    rest = {name for name in inside - expected if not name.startswith("demonstration/")}
    assert all(name.split("/")[0].endswith(".dist-info") for name in rest), rest


def test_it_knows_its_version_and_runs_from_where_it_was_installed(installed):
    version = said(installed("--version", stderr=subprocess.PIPE))
    assert version.startswith("mapper 0.")
    line = [installed.python, "-c", "import mapper; print(mapper.__file__)"]
    found = subprocess.run(line, cwd=installed.folder, capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()).is_relative_to(installed.python.parents[1])


def test_the_demonstration_and_its_hot_spots_come_out(installed):
    said(installed("demo", "--out", "demo", stderr=subprocess.PIPE))
    extract = installed.folder / "demo" / "incidents.csv"
    made = installed("hotspots", extract, "--lens", "county-lines", "--out", "out")
    assert "OFFICIAL-SENSITIVE" in said(made)
    written = {path.name for path in (installed.folder / "out").iterdir()}
    assert {"hotspots.csv", "hotspots.geojson", "map.html", "manifest.json"} <= written


def test_the_doctor_finds_all_that_serve_needs(installed):
    out, _ = installed("doctor", "--offline").communicate(timeout=60)
    assert "WRONG  App" not in out
    assert "pages are there" in out


def test_the_app_starts_and_answers(installed):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = installed("serve", "--no-browser", "--port", port, stderr=subprocess.STDOUT)
    try:
        assert f"http://localhost:{port}" in process.stdout.readline()
        assert answer(f"http://localhost:{port}/_stcore/health", process) == "ok"
        assert "<title>" in answer(f"http://localhost:{port}/hot-spots", process)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def answer(address, process):
    until = time.monotonic() + ANSWERS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(address, timeout=5) as page:
            return page.read().decode()
        time.sleep(0.1)
    process.terminate()
    raise AssertionError(f"The app did not answer at {address}: {process.communicate()[0]}")
