"""The field cases in the app: the Data page and My patch tell what misleads before it is used."""

import html

import pytest

from mapper.analysis.examine import examine
from mapper.app.shell.router import PAGES
from mapper.areas.load import load_study_area
from mapper.incidents.read import read_incidents
from tests.pages.conftest import forget, said, start

CODES = {
    "default-point": "default point",
    "midnight": "times unknown",
    "part-stops": "part stops",
}
READING = {  # told as the files are read
    "row-per-person": "120 incidents stand on several rows that disagree on domestic_abuse",
    "two-archives": "75 rows whose reference stands in both, 75 without a reference",
}


@pytest.fixture
def over(field, monkeypatch):
    """Start the app on one case; give it and the sentence that must be told."""

    def call(case):
        path = field / case if case == "two-archives" else field / case / "incidents.csv"
        monkeypatch.setenv("MAPPER_DEMONSTRATION_FILE", str(path))
        forget()
        return start(), READING.get(case) or _words(path, CODES[case])

    return call


def _words(path, code):
    """Return the words of the one doubt of a code."""
    found = examine(read_incidents([path]), load_study_area("merseyside", resolution=9))
    (words,) = [one.words for one in found if one.code == code]
    return words


@pytest.mark.parametrize("case", [*CODES, *READING])
def test_the_data_page_tells_it(over, case):
    app, words = over(case)
    app.switch_page("pages/data/load.py").run()
    assert not app.exception
    assert words in html.unescape(said(app))


@pytest.mark.parametrize("case", [*CODES, *READING])
@pytest.mark.parametrize("span", ["quarter", "year"])
def test_my_patch_tells_it_beside_its_map(over, case, span):
    app, words = over(case)
    app.switch_page(str(PAGES / "patch/my_patch.py")).run()
    if case == "two-archives":
        app.selectbox(key="patch lens").select("public-all").run()
    app.button_group(key="patch span").set_value(span).run()
    assert not app.exception
    told = html.unescape(said(app))
    assert words in told
    if case in CODES:
        assert f"May mislead: {words}" in told


@pytest.mark.parametrize(("case", "above"), [("part-stops", True), ("default-point", False)])
def test_hot_spots_tell_it_above_the_map_where_it_forbids_a_verdict(over, case, above):
    app, words = over(case)
    app.switch_page("pages/hotspots/overview.py").run()
    assert not app.exception
    for where, told in ((app.main, above), (app.sidebar, not above)):
        held = " ".join(one.proto.body for one in where.get("html"))
        assert (f"May mislead: {words}" in html.unescape(held)) is told


BRIEFED = {
    "default-point": "Some incidents lie at a point that stands for “place not known”",
    "midnight": "Times of 00:00 stand for “not known”",
    "part-stops": "Records of Wirral stop on 1 March 2022",
}


@pytest.mark.parametrize("case", BRIEFED)
def test_the_briefing_tells_partners_without_its_counts(over, case):
    app, words = over(case)
    app.switch_page("pages/meeting/briefing.py").run()
    assert not app.exception
    told = html.unescape(said(app))
    assert f"May mislead: {BRIEFED[case]}" in told
    assert words not in told
