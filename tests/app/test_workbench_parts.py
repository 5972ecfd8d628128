"""The workbench's parts without a page: the table of questions, the plots, the runs."""

import json
import re
import time
from datetime import date
from threading import Event

import pandas as pd
import pytest

from mapper.analysis.request import AnalysisRequest
from mapper.app.shell.cell_names import cell_names
from mapper.app.shell.choices import days_of
from mapper.app.workbench import runs as workbench_runs
from mapper.app.workbench.asking import ask
from mapper.app.workbench.fields import called_by, choices_of, relevant_fields, settled
from mapper.app.workbench.plots import places_of, plot_of
from mapper.app.workbench.plots.rows import place_names, ratio_rows
from mapper.app.workbench.runs import AT_ONCE, start
from mapper.app.workbench.table import rows_to_read
from mapper.app.workbench.words import sentence_of
from mapper.areas.load import load_study_area
from mapper.base.errors import RequestError
from mapper.context.places import PLACE_COLUMNS, Places
from mapper.disclosure.make import release
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.outputs.pictures.cluster_map import cluster_map
from mapper.questions.corridor_totals import ask_corridor_totals
from mapper.questions.registry import QUESTIONS
from tests.questions.context.conftest import extract, study
from tests.small_extract import write_extract

__all__ = ["extract", "study"]

DAYS = (date(2023, 1, 1), date(2023, 12, 31))
NEAR = Places(pd.DataFrame(columns=list(PLACE_COLUMNS)).astype(dict(PLACE_COLUMNS)))
TOLD = {  # what has no default
    "evaluate": {"hotspots": ["HS-1"]},
    "scan-table": {"table": ["own.csv", "x,y,cases,population\n0,0,1,9\n"]},
}
SMALL = {
    "concentration": {"table": "lorenz"},
    "scan": {"runs": 19, "radius": 3},
    "near-repeat": {"runs": 19},
}
# Those that this extract can be asked, and whose answer has a drawing.
DRAWN = (
    *("signals", "concentration", "patterns", "change", "scan", "near-repeat", "clock"),
    *("proactivity", "phases", "signature", "shifts", "days"),
)


@pytest.fixture(scope="module")
def incidents(tmp_path_factory):
    return read_incidents([write_extract(tmp_path_factory.mktemp("data") / "small.csv")])


@pytest.fixture(scope="module")
def answered(incidents):
    """Every drawn question's release, made once."""
    kept = {}

    def released(question):
        if question not in kept:
            values = settled(QUESTIONS[question], SMALL.get(question, {}), days_of(incidents.table))
            lens = load_lens("county-lines")
            request = AnalysisRequest(lens=lens.id)
            finding = ask(incidents, request, lens, question=question, values=values)
            kept[question] = release(finding)
        return kept[question]

    return released


def test_months_of_a_pattern_are_called_as_people_call_them(answered):
    told = json.dumps(plot_of(answered("patterns")).chart.to_dict())
    assert re.search(r'"period": "(Jan|Feb|Mar) 2023"', told)
    assert not re.search(r'"period": "\d', told)


@pytest.mark.parametrize("question", ["signals", "patterns"])
def test_cells_are_called_by_ward_and_number(incidents, question):
    values = settled(QUESTIONS[question], {}, days_of(incidents.table))
    if "by" in values:
        values = {**values, "by": "cell"}
    request = AnalysisRequest(lens="county-lines")
    lens = load_lens("county-lines")
    shown = release(ask(incidents, request, lens, question=question, values=values))
    assert "cell" in shown.table
    read = rows_to_read(shown)
    assert len(read)
    assert (
        not read.astype("str")
        .apply(lambda each: each.str.contains("^89[0-9a-f]{13}"))
        .any(axis=None)
    )
    named = cell_names(shown.table["cell"], shown)
    assert len(set(named)) == shown.table["cell"].nunique()
    ward = shown.table["ward"].astype("str").iloc[0]
    assert re.fullmatch(rf"{re.escape(ward)} \d+", named[0])


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda one: one.id)
def test_every_form_starts_from_values_that_its_fields_allow(question):
    values = settled(question, {}, DAYS)
    for one in relevant_fields(question, values):
        value = values[one.name]
        if one.kind == "choice":
            assert value in one.of
        if isinstance(value, int | float) and not isinstance(value, bool):
            assert one.least is None or one.least <= value
            assert one.most is None or value <= one.most
        if one.kind == "window":
            first, last = (date.fromisoformat(part) for part in value.split(":"))
            assert DAYS[0] <= first <= last <= DAYS[1]


def test_a_field_is_asked_with_its_condition_only():
    change = QUESTIONS["change"]
    assert set(settled(change, {"windows": "since"}, DAYS)) >= {"since"}
    two = settled(change, {"windows": "two", "since": "2023-03-01"}, DAYS)
    assert {"before", "after"} <= set(two)
    assert "since" not in two


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda one: one.id)
def test_an_unchanged_form_asks_what_the_command_asks_by_default(question):
    """Days, windows and places apart, which a form proposes and a command must be told."""
    known = question.choices.known()
    begun = choices_of(question, settled(question, TOLD.get(question.id, {}), DAYS), places=NEAR)
    for one in known.values():
        if not (one.required or one.proposed or one.name in TOLD.get(question.id, {})):
            same = {"places": NEAR}.get(one.kind, one.read(one.default))
            assert getattr(begun, one.name) == same, one.name


def test_a_way_to_ask_leaves_the_choices_of_the_others_out():
    clock = QUESTIONS["clock"]
    assert choices_of(clock, {"of": "every", "cells": ["89195105007ffff"]}).every_hotspot
    assert choices_of(clock, {"of": "every", "cells": ["89195105007ffff"]}).cells == ()
    with pytest.raises(RequestError, match="cells: nothing is chosen"):
        choices_of(clock, {"of": "cells", "cells": []})


def test_a_file_of_choices_is_its_name_and_its_text():
    text = 'title = "t"\nversion = "9"\nsource = "s"\n[[school_year]]\nname = "a"\n'
    text += "first = 2023-01-01\nlast = 2023-12-31\nterms = [[2023-01-09, 2023-01-13]]\n"
    found = choices_of(QUESTIONS["days"], {"school_days": ["own.toml", text]})
    assert (found.school_days.file, found.school_days.version) == ("own.toml", "9")


@pytest.mark.parametrize("question", DRAWN)
def test_every_answer_has_a_sentence_and_a_plot_with_words(answered, question):
    shown = answered(question)
    assert sentence_of(shown).endswith((".", ")"))
    plot = plot_of(shown)
    assert shown.area_title in plot.words
    assert len(plot.words) > 60
    assert plot.chart.to_dict()["$schema"]


def test_places_are_drawn_one_at_a_time(answered):
    shown = answered("shifts")
    names = places_of(shown)
    assert len(names) > 1
    assert plot_of(shown, place=names[0]).words != plot_of(shown, place=names[1]).words
    assert places_of(answered("change")) == []


def test_the_map_of_a_scan_numbers_every_cluster(answered):
    shown = answered("scan")
    picture = cluster_map(shown, load_study_area())
    for number in shown.table["cluster"]:
        assert f">{number}</text>" in picture.svg
    assert picture.alt.startswith(f"Map of {len(shown.table)} clusters")
    for said in ("N", "Liverpool", "Wirral"):
        assert f">{said}</text>" in picture.svg


def test_a_form_calls_what_is_refused_by_its_labels():
    error = RequestError("Choose {window} above 0, or {rings} 1.", names=("window", "rings"))
    told = "Choose “Periods in each test” above 0, or “Steps that count as near” 1."
    assert error.called(called_by(QUESTIONS["patterns"])) == told
    assert str(error) == "Choose window above 0, or rings 1."


def ended(run):
    assert run.ended.wait(10)
    return run


def test_a_run_tells_how_far_it_is_and_what_came_of_it(answered):
    finding = object()
    run = ended(start("key", "Title", lambda progress: (progress("Half way", 0.5), finding)[1]))
    assert (run.state, run.finding, run.share) == ("done", finding, 1.0)


def test_a_refusal_is_kept_in_words_and_a_fault_says_nothing_of_itself():
    def refuse(_progress):
        raise RequestError("Choose another window.")

    def fail(_progress):
        raise ValueError("secret detail")

    assert ended(start("key", "Title", refuse)).refusal == "Choose another window."
    run = ended(start("key", "Title", fail))
    assert run.state == "refused"
    assert "secret" not in run.refusal


def test_a_cancelled_run_stops_its_work_and_keeps_nothing():
    steps, go = [], Event()

    def work(progress):
        while True:
            go.set()
            progress("Step", 0.1)
            steps.append(1)
            time.sleep(0.005)

    run = start("key", "Title", work)
    assert go.wait(10)
    run.cancel()
    ended(run)
    run.thread.join(10)
    done = len(steps)
    time.sleep(0.05)
    assert len(steps) == done
    assert (run.state, run.finding, run.thread.is_alive()) == ("cancelled", None, False)


def test_no_more_than_a_few_runs_work_at_once_and_a_waiting_one_can_be_cancelled():
    go = Event()
    first = [start(str(n), "Long", lambda _progress: go.wait(10)) for n in range(AT_ONCE)]
    until = time.monotonic() + 10
    while any(run.state != "working" for run in first) and time.monotonic() < until:
        time.sleep(0.01)
    waiting, next_one = (start(name, "Late", lambda _progress: "late") for name in "ab")
    time.sleep(3 * workbench_runs._TURN)
    assert waiting.state == next_one.state == "waiting"
    waiting.cancel()
    assert ended(waiting).state == "cancelled"
    go.set()
    assert ended(next_one).finding == "late"
    assert all(ended(run).state == "done" for run in first)


def test_corridors_between_districts_are_drawn_most_first(study):
    shown = release(ask_corridor_totals(study))
    top = shown.table.sort_values("reports", ascending=False).iloc[0]
    words = plot_of(shown).words
    assert f"{top['from_district']} to {top['to_district']}: {top['reports']};" in words


def test_a_ratio_beyond_the_axis_is_told_as_it_is_and_never_as_the_end_of_the_axis():
    table = pd.DataFrame(
        {
            "name": ["many", "endless", "none", "few", "usual"],
            "value": [120.0, float("inf"), 0.0, 0.004, 1.5],
            "low": [60.0, 5.0, 0.0, 0.001, 1.1],
            "high": [240.0, float("inf"), 0.3, 0.01, 2.0],
        }
    )
    rows = ratio_rows(table, clear=[True] * 5, none_else="none before", none_here="none after")
    told = dict(zip(rows["name"], rows["told"], strict=True))
    assert told == {
        "many": "120.00 times",
        "endless": "none before",
        "none": "none after",
        "few": "0.004 times",
        "usual": "1.50 times",
    }
    assert (rows["beyond"] == "").tolist() == [False, False, False, False, True]
    for name in ("value", "low", "high"):
        assert rows[name].between(0.02, 50).all()


def test_two_places_of_one_name_are_two_bars():
    names = place_names(pd.DataFrame({"name": ["Oak", "Oak", "Elm"], "place_id": ["A", "B", "C"]}))
    assert names.tolist() == ["Oak", "Oak (2)", "Elm"]
