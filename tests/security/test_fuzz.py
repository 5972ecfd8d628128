"""Changed files of every format: each is read or refused in words; none fells, hangs or fills."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.security.fuzz import FORMATS, MEMORY

ROOT = Path(__file__).parents[2]


def fuzzed(first, last, *forms):
    """Run the fuzzer; return what came of each file, the last one where the process ended."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.security.fuzz", str(first), str(last), *forms],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=len(forms) * (last - first) * 20 + 120,
        check=False,
    )
    found = {
        (form, seed): (told, kb)
        for form, seed, told, kb in map(json.loads, run.stdout.splitlines())
    }
    assert run.returncode == 0, (list(found.items())[-1:], run.stderr[-500:])
    return found


def check(found, number):
    assert len(found) == number
    fell = {at: told for at, (told, _) in found.items() if told not in ("read", "refused")}
    assert fell == {}
    assert max(kb for _, kb in found.values()) * 1024 < MEMORY / 2


def test_the_files_are_sound_before_they_are_changed():
    found = fuzzed(-1, 0, *(form for form in FORMATS if form != "area table"))
    assert {told for told, _ in found.values()} == {"read"}


def test_a_few_changed_files_of_every_format():
    found = fuzzed(0, 8, *FORMATS)
    check(found, 8 * len(FORMATS))


@pytest.mark.soak
@pytest.mark.parametrize("form", FORMATS)
def test_a_thousand_changed_files(form):
    check(fuzzed(0, 1_000, form), 1_000)
