"""Questions that counts are enough for answer to the byte as over all rows, whoever counts."""

import json

import pytest

from mapper.base.errors import MapperError
from mapper.disclosure.make import release
from mapper.incidents.sliced_file import WholeNeeded
from mapper.outputs.write import answer_files
from mapper.questions.registry import QUESTIONS
from tests.analysis import test_parted
from tests.analysis.test_slices import (
    ROOT,
    SPOILT,
    area,
    counted,
    in_slices_of,
    read_at_once,
)
from tests.street_rows import StreetRows

__all__ = ["area", "in_slices_of"]  # fixtures

ASKED = [
    ("where-next", {}),
    ("where-next", {"by": "core", "ahead": "quarter"}),
    ("where-next", {"by": "district"}),
    ("where-next", {"by": "hotspot"}),
    ("change", {"since": "2024-05-01"}),
    ("change", {"by": "ward", "before": "2023-02-01:2023-07-31", "after": "2024-02-01:2024-07-31"}),
    ("concentration", {"table": "stability", "every": "month"}),
    ("concentration", {"table": "lorenz"}),
    ("density", {"over": "demand"}),
    ("density", {"over": "land"}),
    ("patterns", {"by": "cell"}),
    ("patterns", {"by": "hotspot"}),
    ("risk-terrain", {"table": "cells"}),
]
AREA = str(ROOT / "data" / "boundaries" / "merseyside.parquet")
OF_MONTHS = {"change", "concentration"}
NEED_ROWS = {"steps", "other points", "other points after a gap"}  # of which single rows are told


def written(question, study, choices):
    """What is written of an answer but for the time of the run, or the words of a refusal."""
    try:
        found = question.ask(study, question.choices.given(choices))
    except MapperError as error:
        return str(error)
    files = answer_files(release(found), f"{question.id}.csv")
    manifest = json.loads(files.pop(f"{question.id}.manifest.json"))
    manifest.pop("made_at", None)
    return files, manifest


def choices_of(name, choices, folder):
    """Choices with a file of places where the question asks for one."""
    if name != "risk-terrain":
        return choices
    places = folder / "pubs.csv"
    made = StreetRows()
    points = zip(made.lon[:120].tolist(), made.lat[:120].tolist(), strict=True)
    lines = [f"Pub {at},pub,{lon},{lat}" for at, (lon, lat) in enumerate(points)]
    places.write_text("\n".join(["name,kind,lon,lat", *lines]))
    return {**choices, "places": [str(places)]}


def test_every_question_that_counts_are_enough_for_is_compared():
    assert {name for name, _ in ASKED} == {
        name for name, one in QUESTIONS.items() if one.counts_are_enough
    }


@pytest.fixture(scope="module")
def both(tmp_path_factory, area):
    """Return the study of slices, that of workers and that of all rows, for a fault."""
    known = {}

    def of(spoilt):
        if spoilt not in known:
            folder = tmp_path_factory.mktemp("rows")
            paths = SPOILT[spoilt](StreetRows()).write(folder / "a.csv", folder / "b.csv")
            workers = test_parted.InThisProcess()
            one = counted(paths, area)
            two = test_parted.counted(paths, area, workers)
            known[spoilt] = one, two, read_at_once(paths, area)
        return known[spoilt]

    return of


@pytest.fixture(scope="module")
def of_rows(tmp_path_factory, both):
    """Return what is written of all rows for a fault and a question, worked out once."""
    known = {}

    def of(spoilt, name, choices):
        key = spoilt, name, str(choices)
        if key not in known:
            asked = choices_of(name, choices, tmp_path_factory.mktemp("of rows"))
            known[key] = written(QUESTIONS[name], both(spoilt)[2], asked)
        return known[key]

    return of


def is_quick(spoilt, name):
    """Tell whether an ordinary run compares a question of files with a fault."""
    return spoilt == "faults" or (spoilt == "months missing" and name in OF_MONTHS)


@pytest.mark.parametrize(
    ("spoilt", "name", "choices"),
    [
        pytest.param(one, *asked, marks=() if is_quick(one, asked[0]) else pytest.mark.soak)
        for one in SPOILT
        if one not in NEED_ROWS
        for asked in ASKED
    ],
    ids=str,
)
def test_an_answer_is_the_same_to_the_byte(
    tmp_path, both, of_rows, in_slices_of, spoilt, name, choices
):
    in_slices_of(401)
    sliced, parted, _ = both(spoilt)
    question, asked = QUESTIONS[name], choices_of(name, choices, tmp_path)
    expected = of_rows(spoilt, name, choices)
    assert written(question, sliced, asked) == expected
    assert written(question, parted, asked) == expected


def test_answers_are_answers_and_no_refusals(of_rows, in_slices_of):
    in_slices_of(401)
    for name, choices in ASKED:
        found = of_rows("faults", name, choices)
        assert not isinstance(found, str), (name, found)


def test_what_a_veto_on_rows_touches_is_not_told_by_counts(tmp_path, area, in_slices_of):
    paths = SPOILT["steps"](StreetRows()).write(tmp_path / "a.csv")
    in_slices_of(401)
    question = QUESTIONS["where-next"]
    with pytest.raises(WholeNeeded):
        question.ask(counted(paths, area))
    assert len(question.ask(read_at_once(paths, area)).table)


def test_the_command_answers_from_counts_or_else_from_rows(tmp_path, run, in_slices_of):
    (plain,) = StreetRows().write(tmp_path / "plain.csv")
    (steps,) = SPOILT["steps"](StreetRows()).write(tmp_path / "steps.csv")

    def answers(paths, folder):
        said = []
        for path in paths:
            for words in (("where-next",), ("change", "--since", "2024-05-01")):
                out = tmp_path / folder / f"{path.stem}-{words[0]}.csv"
                told = run(*words, path, "--lens", "public-all", "--area", AREA, "--out", out)
                assert told.code == 0, told.err
                said.append((out.read_bytes(), told.out.replace(folder, "")))
        return said

    whole = answers([plain, steps], "whole-")
    in_slices_of(401)
    assert answers([plain, steps], "slice-") == whole
