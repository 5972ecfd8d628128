"""The set-up installs from where pip is told to look."""

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "packages.py"


@pytest.fixture
def packages():
    spec = spec_from_file_location("packages", SCRIPT)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def pip(tmp_path, monkeypatch):
    """Pip's settings as a file alone tells them."""
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nextra-index-url =\n  file:///one\n  file:///two\nno-index = true\n")
    return monkeypatch


def places(options):
    return [
        (option, place)
        for option, place in pairwise(options)
        if option in {"--default-index", "--index", "--find-links"}
    ]


def test_uv_is_told_of_the_places_in_pips_file(packages, pip):
    options = packages.uv_options(packages.pips_settings())
    indexes = [("--index", "file:///one"), ("--index", "file:///two")]
    assert [one for one in places(options) if one[0] == "--index"] == indexes
    assert "--no-index" in options


def test_what_the_environment_tells_counts_before_the_file(packages, pip):
    pip.setenv("PIP_EXTRA_INDEX_URL", "file:///three")
    pip.setenv("PIP_INDEX_URL", "file:///main")
    pip.setenv("PIP_NO_INDEX", "0")
    options = packages.uv_options(packages.pips_settings())
    assert ("--default-index", "file:///main") in places(options)
    assert [place for option, place in places(options) if option == "--index"] == ["file:///three"]
    assert "--no-index" not in options


def test_what_uv_does_not_get_along_with_is_left_to_pip(tmp_path, monkeypatch):
    """A project that is none: uv cannot be fetched, pip is asked, and its refusal is the answer."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    (tmp_path / "constraints.txt").touch()
    line = [sys.executable, str(SCRIPT), str(tmp_path / "absent")]
    ran = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "pip goes on" in ran.stderr
    assert "absent" in ran.stderr
    assert "Traceback" not in ran.stderr
