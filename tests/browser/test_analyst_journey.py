"""An analyst in a real Chromium: load, ask, cancel, ask again, take a workbook away."""

import openpyxl
import pandas as pd
import pytest

from mapper.analysis.request import AnalysisRequest
from mapper.app.shell.choices import days_of
from mapper.app.workbench.asking import ask
from mapper.app.workbench.fields import settled
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.questions.registry import QUESTIONS
from tests.browser.app_server import Visit, asked_by_server
from tests.logs import hold_no_detail
from tests.small_extract import write_extract

pytestmark = pytest.mark.browser


@pytest.fixture
def extract(tmp_path):
    return write_extract(tmp_path / "july.csv", seed=11)


@pytest.fixture
def visit(browser, served_app, nothing_left):
    """A visitor on the first page of an installation with other data."""
    folder, address = served_app
    visitor = Visit(browser, address, width=1900, height=900).open()
    yield visitor
    visitor.close()
    assert visitor.elsewhere == []
    assert visitor.complaints == []
    assert asked_by_server(folder) == []
    hold_no_detail(folder)


def found(path, question, **values):
    """The finding, without the app."""
    incidents = read_incidents([path])
    told = settled(QUESTIONS[question], values, days_of(incidents.table))
    request = AnalysisRequest(lens="county-lines")
    lens = load_lens("county-lines")
    return ask(incidents, request, lens, question=question, values=told)


def choose_question(visit, title):
    box = visit.page.get_by_role("combobox", name="Question").first
    visit.click_until(box, visit.page.get_by_role("option"))
    box.fill(title)
    visit.page.get_by_role("option", name=title).first.click()
    visit.page.get_by_text(QUESTIONS[ID[title]].question).first.wait_for()
    visit.rest()


ID = {"Concentration": "concentration", "Space-time scan": "scan"}


def press(visit, name):
    visit.page.get_by_role("button", name=name, exact=True).click()


def ask_with_runs(visit, number):
    """Ask with so many random runs."""
    runs = visit.page.get_by_role("spinbutton", name="Random runs")
    runs.fill(number)
    runs.press("Enter")
    visit.rest()
    press(visit, "Ask")


def test_from_a_file_to_a_workbook(visit, extract, tmp_path):
    page = visit.page
    visit.click_until(
        page.get_by_role("link", name="Data", exact=True), page.get_by_text("Load police.uk files")
    )
    page.locator("input[type=file]").first.set_input_files(extract)
    use = page.get_by_role("button", name="Use this data", exact=True)
    visit.click_until(use, page.locator(".m-over", has_text="july.csv"))
    visit.wait_for_map()
    assert "july.csv" in page.locator(".m-over").inner_text()

    visit.click_until(
        page.get_by_role("link", name="Workbench", exact=True),
        page.get_by_text("Ask anything of this data"),
    )
    visit.rest()
    lorenz = page.get_by_role("option", name="Lorenz curve")
    visit.click_until(page.get_by_role("combobox", name="Show"), lorenz)
    lorenz.click()
    visit.rest()
    press(visit, "Ask")
    answer = page.locator(".m-answer")
    answer.wait_for()
    assert found(extract, "concentration", table="lorenz").notes[0] in answer.inner_text()
    curve = page.locator("[role=graphics-document]")
    curve.wait_for()
    assert "Lorenz curve" in curve.get_attribute("aria-label")
    visit.rest()

    choose_question(visit, "Space-time scan")
    page.get_by_text("More parameters", exact=True).click()
    ask_with_runs(visit, "9999")  # so many that it is not over before it is cancelled
    press(visit, "Cancel this run")
    page.get_by_text("cancelled. Nothing was kept").wait_for(timeout=60_000)
    visit.rest()
    ask_with_runs(visit, "19")
    page.locator(".m-answer", has_text="Space-time scan").wait_for(timeout=120_000)
    visit.rest()
    finding = found(extract, "scan", runs=19)
    top = finding.table.iloc[0]
    assert f"{top['incidents']:,} incidents where" in answer.inner_text()
    assert page.get_by_role("img", name="Map of").count() == 1

    taken = visit.download("Workbook (Excel)", behind=["Export"])
    path = tmp_path / taken.suggested_filename
    taken.save_as(path)
    rows = list(openpyxl.load_workbook(path)["Answer"].iter_rows(min_row=3, values_only=True))
    reopened = pd.DataFrame(rows[1:], columns=list(rows[0]))
    pd.testing.assert_frame_equal(reopened, finding.table, check_dtype=False, rtol=1e-14,
                                  check_categorical=False)  # fmt: skip
