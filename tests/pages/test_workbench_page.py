"""The workbench: values on screen are the finding's, runs can be stopped, kept, compared."""

import time
from threading import Event

import pandas as pd
import pytest
from sqlalchemy import text

from mapper.analysis.request import AnalysisRequest
from mapper.app.shell.choices import days_of
from mapper.app.shell.router import PAGES, entries_for
from mapper.app.workbench import answers as workbench_answers
from mapper.app.workbench import page as workbench_page
from mapper.app.workbench.asking import ask
from mapper.app.workbench.fields import settled
from mapper.app.workbench.saved import VIEW
from mapper.app.workbench.table import is_share
from mapper.base.errors import RefusedError
from mapper.base.settings import settings
from mapper.disclosure.for_viewer import release_to
from mapper.disclosure.people import Viewer
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.outputs.forms import ANSWER_FORMS
from mapper.questions.registry import QUESTIONS
from mapper.records.open import database
from mapper.records.saved_runs import list_runs
from tests.pages.conftest import forget, said, start
from tests.small_extract import write_extract

SCORE = "count"
PAGE = str(PAGES / "analysis" / "workbench.py")


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Wait for every answer in the run that asked."""
    monkeypatch.setattr(workbench_page, "QUICK", 25)


def opened():
    """The page, asked for concentrated places: this extract has such in every lens."""
    app = start().switch_page(PAGE).run()
    return app.selectbox(key="score").set_value(SCORE).run()


def asked(app, question, **values):
    app.selectbox(key="workbench question").select(question).run()
    for name, value in values.items():
        key = f"workbench {question} {name}"
        box = next(each for each in (*app.selectbox, *app.number_input) if each.key == key)
        box.set_value(value).run()
    app.button(key="ask").click().run()
    assert not app.exception
    return app


def found(question, lens="county-lines", **values):
    """The finding, without the app."""
    incidents = read_incidents([settings().demonstration_file])
    told = settled(QUESTIONS[question], values, days_of(incidents.table))
    request = AnalysisRequest(lens=lens, question="unusual", score=SCORE)
    return ask(incidents, request, load_lens(lens), question=question, values=told)


def shown(app):
    return next(each.value for each in app.dataframe)


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("concentration", {"table": "stability"}),
        ("change", {"by": "district"}),
        ("near-repeat", {"runs": 19}),
        ("clock", {}),
        ("patterns", {}),
        ("phases", {}),
        ("days", {"by": "district"}),
        ("shifts", {"by": "area"}),
        ("signature", {}),
    ],
)
def test_the_values_on_screen_are_the_findings(question, values):
    finding = found(question, **values)
    app = asked(opened(), question, **values)
    table = shown(app)
    shares = {name: 100 * finding.table[name] for name in table if is_share(finding.table, name)}
    pd.testing.assert_frame_equal(
        table.reset_index(drop=True),
        finding.table.assign(**shares)[list(table.columns)],
        check_dtype=False,
        check_categorical=False,
    )
    assert finding.definition in said(app)
    assert finding.source in said(app)
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels == [
        *("Workbook (Excel)", "Layer with its style (GeoPackage)"),
        *(
            "Page that opens anywhere (HTML)",
            "Table (CSV)",
            "Table (Parquet)",
            "How it was made (JSON)",
        ),
        *("Download: Workbook (Excel)", "How this form was made (JSON)"),
    ]
    forms = [one.title for one in ANSWER_FORMS.values()]
    assert app.selectbox(key="form to take").options == forms


def test_a_table_of_ones_own_is_scanned_from_the_form():
    app = opened()
    app.selectbox(key="workbench question").select("scan-table").run()
    rows = "".join(
        f"P{n},{n % 8 * 900},{n // 8 * 900},{30 if n in {9, 10} else 4},100\n" for n in range(64)
    )
    given = ("own.csv", f"place,x,y,cases,population\n{rows}".encode(), "text/csv")
    box = next(one for one in app.file_uploader if one.key == "workbench scan-table table")
    box.set_value(given).run()
    next(one for one in app.number_input if one.key == "workbench scan-table runs").set_value(99)
    app.button(key="ask").click().run()
    assert not app.exception
    assert {"P9", "P10"} <= set(shown(app)["place_list"][0].split("; "))
    assert "1 cluster beyond chance. The most likely cluster is round P" in said(app)


@pytest.mark.parametrize("question", ["concentration", "describe"])
def test_single_figures_are_named_in_words_and_lose_no_meaning(question):
    finding = found(question, table="figures")
    table = shown(asked(opened(), question, table="figures"))
    assert not table["Figure"].str.contains("_").any()
    assert len(table) == len(finding.table)
    for told, value in zip(table["Value"], finding.table["value"], strict=True):
        if told == "under 0.0001":
            assert 0 <= value < 1e-4
        else:
            assert float(told.replace(",", "")) == pytest.approx(value, rel=0.01, abs=1e-4)


def test_a_curve_is_read_at_each_percent_of_its_cells():
    finding = found("concentration", table="lorenz")
    table = shown(asked(opened(), "concentration", table="lorenz"))
    assert len(table) <= 102
    assert table["share_of_cells"].iloc[[0, -1]].tolist() == [0.0, 100.0]  # per cent
    held = 100 * finding.table.set_index("cells")["share_of_incidents"]
    assert (held.loc[table["cells"]].to_numpy() == table["share_of_incidents"].to_numpy()).all()


def test_the_first_view_offers_every_question_and_a_press_fills_in_the_form():
    app = opened()
    offered = {each.key.removeprefix("offer ") for each in app.button if "offer " in str(each.key)}
    assert offered == set(QUESTIONS)
    app.button(key="offer scan").click().run()
    assert app.selectbox(key="workbench question").value == "scan"


def test_a_hot_spot_is_chosen_by_its_name():
    app = opened()
    app.selectbox(key="workbench question").select("signature").run()
    box = app.selectbox(key="workbench signature hotspot")
    names = found("patterns").table
    assert box.options[0] == "Every one"
    assert box.options[1] == f"1. {names['name'].iloc[0]}"
    box.set_value(names["hotspot_id"].iloc[0]).run()
    app.button(key="ask").click().run()
    assert set(shown(app)["name"]) == {names["name"].iloc[0]}
    assert "hotspot_id" not in shown(app)  # an id is for files alone


def test_a_look_is_written_down_with_its_question():
    asked(opened(), "concentration")
    with database().read() as connection:
        subjects = connection.execute(text("SELECT subject FROM audit")).scalars().all()
    assert "Workbench: Concentration" in subjects


def test_what_cannot_be_answered_is_said_in_words():
    app = asked(opened(), "corridors")
    (stop,) = (line for line in said(app).splitlines() if "m-notice m-stop" in line)
    assert "map those columns with “a column mapping”" in stop
    assert not app.dataframe
    app = asked(app, "evaluate")
    assert "Say where something was done" in said(app)


@pytest.mark.parametrize("role", ["neighbourhood", "partner", "administrator"])
def test_it_is_for_analysts_alone(role):
    """Every role opens every page of its menu in test_roles_pages; here is who has this one."""
    titles = {entry.title for entry in entries_for(Viewer("sam", frozenset({role})))}
    assert "Workbench" not in titles
    with pytest.raises(RefusedError):
        release_to(Viewer("sam", frozenset({role})), found("concentration"))


def test_an_analyst_who_signs_in_opens_it(signed_in_app):
    app = signed_in_app("analyst", page="analysis/workbench.py")
    assert "Ask anything of this data" in said(app)


class Slow:
    """Work that goes on until it is told to end, and remembers how it ended."""

    def __init__(self):
        self.begun, self.released, self.stopped = Event(), Event(), Event()
        self.calls = 0
        self.answer = found("concentration", table="figures")

    def __call__(self, *_, progress, **__):
        self.calls += 1
        self.begun.set()
        try:
            while not self.released.is_set():
                progress("Scanning for clusters", 0.4)
                time.sleep(0.01)
        except BaseException:
            self.stopped.set()
            raise
        return self.answer


@pytest.fixture
def slow(monkeypatch):
    work = Slow()
    monkeypatch.setattr(workbench_answers, "ask", work)
    monkeypatch.setattr(workbench_page, "QUICK", 0)
    yield work
    work.released.set()


def keys(app):
    return {button.key for button in app.button}


def test_a_long_run_is_cancelled_and_its_work_stops(slow):
    app = asked(opened(), "concentration")
    assert slow.begun.wait(10)
    assert "cancel" in keys(app.run())
    assert app.button(key="ask").disabled
    app.button(key="cancel").click().run()
    assert slow.stopped.wait(10)
    until = time.monotonic() + 10
    while "cancel" in keys(app.run()) and time.monotonic() < until:
        time.sleep(0.05)
    assert "cancelled. Nothing was kept" in said(app)
    slow.released.set()
    app.button(key="ask").click().run()
    while "cancel" in keys(app) and time.monotonic() < until:
        app.run()
    assert slow.calls == 2
    assert len(shown(app)) == len(found("concentration", table="figures").table)


def test_the_page_is_used_while_work_goes_on_and_another_session_knows_nothing_of_it(slow):
    app = asked(opened(), "concentration")
    app.segmented_control(key=VIEW).set_value("Saved runs").run()
    assert "No run is saved yet" in said(app)
    assert "cancel" in keys(app)
    other = opened()
    assert "cancel" not in keys(other)
    assert not other.button(key="ask").disabled


def test_the_same_question_is_not_worked_out_twice_in_a_session(slow):
    slow.released.set()
    app = opened()
    for _ in range(3):
        app = asked(app, "concentration")
        until = time.monotonic() + 10
        while "cancel" in keys(app) and time.monotonic() < until:
            app.run()
    assert slow.calls == 1


def saved(app, name="My run"):
    next(box for box in app.text_input if box.key.startswith("name ")).set_value(name)
    next(one for one in app.button if one.key.startswith("save ")).click().run()
    return app


def test_a_run_is_saved_and_opened_again():
    app = saved(asked(opened(), "change", by="district"), "By district")
    assert "Saved: find it" in said(app)
    before = shown(app)
    (run,) = list_runs(database())
    assert (run.title, run.question) == ("By district", "change")
    other = opened()
    other.segmented_control(key=VIEW).set_value("Saved runs").run()
    assert list(other.dataframe[0].value["Same data"]) == ["yes"]
    other.button(key="open").click().run()
    pd.testing.assert_frame_equal(shown(other), before)
    other.segmented_control(key=VIEW).set_value("Saved runs").run()
    other.button(key="remove").click().run()
    assert "No run is saved yet" in said(other)


def test_a_run_on_other_data_says_so(tmp_path, monkeypatch):
    saved(asked(opened(), "concentration"))
    another = write_extract(tmp_path / "another.csv", seed=4)
    workspace = settings().workspace
    forget()
    monkeypatch.setenv("MAPPER_DEMONSTRATION_FILE", str(another))
    assert settings().workspace == workspace
    app = opened()
    app.segmented_control(key=VIEW).set_value("Saved runs").run()
    assert list(app.dataframe[0].value["Same data"]) == ["no"]
    assert "asked of other data (small.csv)" in said(app)
    app.button(key="open").click().run()
    assert "another.csv" in said(app)


def test_two_runs_are_compared():
    app = opened()
    app = asked(app, "change", by="ward")
    app.selectbox(key="resolution").select(8).run()
    app = asked(app, "change", by="ward")
    app.segmented_control(key=VIEW).set_value("Compare").run()
    assert not app.exception
    assert "resolution: 9 and 8" in said(app) or "resolution: 8 and 9" in said(app)
    assert set(app.dataframe[0].value["What became of it"]) <= {
        *("new", "gone", "moved", "changed", "same")
    }


def test_every_question_is_offered():
    app = opened()
    assert len(app.selectbox(key="workbench question").options) == len(QUESTIONS) == 23
