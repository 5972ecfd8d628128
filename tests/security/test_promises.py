"""The page of promises names tests that exist, and every file of security tests is on it."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from mapper.disclosure.people import ROLES
from tests.security.hostile_files import BOUNDARIES, INCIDENTS, LENSES, MAPPINGS, STUDY_AREAS
from tests.security.hostile_strings import HOSTILE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", PAGE)))


@cache
def names_in(file):
    """Names of the tests in a file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


@pytest.mark.parametrize("name", NAMED)
def test_a_named_test_exists(name):
    file, test = name.split("::")
    assert test.startswith("test_")
    assert test in names_in(file)


def test_every_promise_has_a_test():
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    rows = [line for line in rows if not line.startswith("| promise")]
    assert len(rows) > 30
    for row in rows:
        assert re.search(r"`tests/[\w/]+\.py::test_\w+`", row), row


def test_every_file_of_security_tests_is_named():
    files = {name.split("::")[0] for name in NAMED}
    here = {f"tests/security/{path.name}" for path in Path(__file__).parent.glob("test_*.py")}
    assert here - files <= {"tests/security/test_promises.py"}


def test_the_counts_on_the_page_hold():
    files = [*INCIDENTS, *BOUNDARIES, *MAPPINGS, *LENSES, *STUDY_AREAS]
    assert f"list of {len(HOSTILE)} hostile strings" in " ".join(PAGE.split())
    assert f"{len(files)} hostile files" in PAGE
    assert len(HOSTILE) >= 60
    assert len(files) >= 40


def test_the_impact_assessment_leaves_to_the_force_what_only_the_force_knows():
    text = (ROOT / "docs" / "data-protection-impact-assessment.md").read_text(encoding="utf-8")
    assert text.count("**[force]**") > 30
    for part in ("Lawful basis", "What data", "Flow", "Who sees what", "How long", "Risks"):
        assert part in text
    for role in ROLES:
        assert f"| {role} |" in text
