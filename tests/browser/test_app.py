"""The app in a real Chromium: map and list as one, nothing asked of another machine."""

import json
from contextlib import contextmanager

import pypdf
import pytest

from mapper.analysis.analyse import analyse
from mapper.app.door.who import name_of_user
from mapper.areas.load import load_study_area
from mapper.disclosure.make import release
from mapper.incidents.read import read_incidents
from mapper.incidents.synthetic import SYNTHETIC_NOTICE
from mapper.lenses.load import load_lens
from mapper.outputs.write import write_outputs
from tests.browser.app_server import Visit, open_popover
from tests.small_extract import HOSTILE, write_police_uk

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def extract(served_app):
    return served_app[0] / "small.csv"


@pytest.fixture(scope="module")
def address(served_app):
    """The app on the small extract, shared with other files of tests."""
    return served_app[1]


@contextmanager
def visitor(browser, address):
    """A visitor on the first page; afterwards nothing may have gone elsewhere or gone wrong."""
    visit = Visit(browser, address).open()
    yield visit
    visit.close()
    assert visit.elsewhere == []
    assert visit.complaints == []


@pytest.fixture
def visit(browser, address):
    """A visitor of a test's own."""
    with visitor(browser, address) as here:
        yield here


@pytest.fixture(scope="module")
def looking(browser, address):
    """One visitor for tests that only look, or choose what the others of them do not mind."""
    with visitor(browser, address) as here:
        yield here


@pytest.fixture(scope="module")
def shown(extract):
    """The release that the first page shows, made without the app."""
    lens = load_lens("county-lines")
    result = analyse(read_incidents([extract]), lens=lens, area=load_study_area())
    return release(result, made_by=name_of_user())


def rows(visit):
    return visit.page.locator(".list tbody tr")


def painted(visit):
    """How many dots of the map's canvas have each colour."""
    return visit.page.frames[-1].evaluate(
        """() => {
            const canvas = document.querySelector("canvas.m-cells");
            const dots = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const seen = {};
            for (let i = 0; i < dots.data.length; i += 4) {
                const key = dots.data.slice(i, i + 3).join();
                seen[key] = (seen[key] || 0) + 1;
            }
            return seen;
        }"""
    )


def test_it_opens_at_once_on_marked_synthetic_data(looking, shown):
    page = looking.page
    assert page.locator(".m-marking.m-head").inner_text().startswith("OFFICIAL-SENSITIVE")
    assert page.locator(".m-marking.m-foot").inner_text().startswith("OFFICIAL-SENSITIVE")
    assert page.locator(".m-synthetic").inner_text() == SYNTHETIC_NOTICE
    assert page.locator("h1").inner_text() == f"{shown.title} {shown.area_title}"
    assert page.locator(".m-question").inner_text() == shown.question
    assert shown.period in page.locator(".m-over").inner_text()
    assert shown.caveats[0] in page.locator(".m-over").inner_text()


def test_the_map_shows_cells_and_the_list_every_hot_spot(looking, shown):
    assert rows(looking).count() == len(shown.hotspots)
    names = looking.page.locator(".list tbody button").all_inner_texts()
    assert names == shown.hotspots["name"].tolist()
    assert looking.map.locator(".m-rank").count() == len(shown.hotspots)
    assert looking.map.locator(".legend li").count() >= 3
    assert len(painted(looking)) > 10


def test_map_and_list_fit_a_small_laptop_without_scrolling(looking):
    for part in (".stage", ".list"):
        box = looking.page.locator(part).bounding_box()
        assert box["width"] > 300
        assert box["height"] > 350
        assert box["y"] + box["height"] < 768 - 20


def test_panning_and_zooming_tell_the_server_nothing(looking):
    before = len(looking.sent)
    box = looking.page.locator(".stage iframe").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    looking.page.mouse.move(x, y)
    looking.page.mouse.down()
    looking.page.mouse.move(x + 120, y + 60, steps=8)
    looking.page.mouse.up()
    looking.page.mouse.wheel(0, -300)
    looking.page.wait_for_timeout(1_000)
    assert len(looking.sent) == before
    looking.click_until(rows(looking).nth(0).locator("button"), looking.page.locator(".m-place"))
    assert len(looking.sent) > before


def test_hovering_over_a_cell_says_what_is_in_it(looking):
    chosen = looking.map.locator(".m-rank.m-chosen", has_text="2")
    looking.click_until(rows(looking).nth(1).locator("button"), chosen)
    box = looking.page.locator(".stage iframe").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 - 30
    looking.page.mouse.move(*middle)
    looking.page.mouse.move(middle[0] + 3, middle[1] + 3)
    tip = looking.map.locator(".leaflet-tooltip")
    tip.first.wait_for()
    assert "in this cell" in tip.first.inner_text() or "incidents" in tip.first.inner_text()


def test_maps_follow_the_device_to_dark_and_back_and_paper_stays_light(looking):
    body = looking.map.locator("body")
    cells = looking.map.locator("canvas.m-cells").first
    shown = "one => getComputedStyle(one).filter"
    assert "dark" not in body.get_attribute("class").split()
    assert cells.evaluate(shown) == "none"
    looking.page.emulate_media(color_scheme="dark")
    looking.map.locator("body.dark").wait_for()
    assert "invert" in cells.evaluate(shown)
    looking.page.emulate_media(color_scheme="dark", media="print")
    assert cells.evaluate(shown) == "none"
    page = looking.page.locator(".stApp")
    assert page.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(255, 255, 255)"
    looking.page.emulate_media(color_scheme="light", media="screen")
    looking.map.locator("body:not(.dark)").wait_for()


def test_a_choice_in_the_list_is_shown_on_the_map_and_in_the_details(visit, shown):
    second = shown.hotspots.iloc[1]
    chosen = visit.map.locator(".m-rank.m-chosen")
    visit.click_until(rows(visit).nth(1).locator("button"), chosen)
    assert chosen.inner_text().startswith("2")
    details = visit.page.locator(".m-place")
    details.wait_for()
    assert second["name"] in details.inner_text()
    assert second["reason"] in details.inner_text()
    assert second["reason"] in rows(visit).nth(1).inner_text()


def test_a_choice_on_the_map_is_shown_in_the_list_and_in_the_details(visit, shown):
    visit.map.locator(".m-rank").first.dispatch_event("click")
    visit.page.locator(".list tr.chosen").wait_for()
    first = shown.hotspots.iloc[0]
    assert visit.page.locator(".list tr.chosen").get_attribute("data-id") == first["hotspot_id"]
    visit.page.locator(".m-place").wait_for()
    assert first["name"] in visit.page.locator(".m-place").inner_text()


def test_a_choice_survives_a_rerun_and_the_keyboard_can_choose(visit, shown):
    rows(visit).nth(2).locator("button").press("Enter")
    visit.page.locator(".m-place").wait_for()
    visit.page.get_by_text("Statistics of this hot spot").click()
    third = shown.hotspots.iloc[2]["hotspot_id"]
    assert visit.page.locator(".list tr.chosen").get_attribute("data-id") == third
    assert visit.page.locator(".list tr[aria-current]").count() == 1


def test_another_lens_draws_another_map(visit):
    frame = visit.page.locator(".stage iframe").element_handle().content_frame()
    old = frame.url
    with visit.page.expect_event("framenavigated", lambda moved: moved == frame):
        visit.choose("Harm", "Domestic abuse")
    visit.page.locator("h1", has_text="Domestic abuse").wait_for()
    visit.wait_for_map()
    assert frame.url != old


def test_files_taken_away_are_those_the_command_line_writes(visit, shown, tmp_path):
    written = write_outputs(shown, tmp_path)
    open_popover(visit.page, "Export", "More", "List (CSV)")
    described = tmp_path / "hotspots.csv-metadata.json"  # beside the list, on the disk alone
    for path in (each for each in written if each != described):
        label = {
            "hotspots.csv": "List (CSV)",
            "hotspots.geojson": "Outlines (GeoJSON)",
            "cells.parquet": "All cells (Parquet)",
            "map.html": "Map (one file)",
            "manifest.json": "How it was made (JSON)",
        }[path.name]
        taken = visit.download(label, behind=["Export", "More"])
        stem, suffix = path.name.split(".")
        stem = {"manifest": "hotspots.manifest"}.get(stem, stem)  # in a folder of all downloads
        assert taken.suggested_filename == f"{stem}-{shown.digest[:12]}.{suffix}"
        content = taken.path().read_bytes()
        if path.name == "manifest.json":
            mine, theirs = json.loads(content), json.loads(path.read_bytes())
            assert mine.pop("made_at")
            assert theirs.pop("made_at")
            theirs["outputs"].pop(described.name)
            taken, kept = (
                sorted(each["sha256"] for each in one.pop("outputs").values())
                for one in (mine, theirs)
            )
            assert set(taken) <= set(kept)
            assert len(taken) >= 4
            assert mine == theirs
        else:
            assert content == path.read_bytes()


@pytest.mark.usefixtures("nothing_left")
def test_a_file_with_faults_is_reported_used_and_its_text_never_run(visit, tmp_path):
    page = visit.page
    visit.click_until(page.get_by_role("link", name="Data"), page.get_by_text("In use: small.csv"))
    page.locator("input[type=file]").first.set_input_files(
        write_police_uk(tmp_path / "2023-05-merseyside-street.csv")
    )
    page.get_by_text("Quality of what you loaded").wait_for()
    facts = page.locator(".m-facts").inner_text().split("\n")
    assert facts[:6] == ["Rows read", "628", "Accepted", "621", "Rejected", "7"]
    visit.click_until(
        page.get_by_role("button", name="Use this data"),
        page.locator("h1", has_text="Violence"),  # the first harm that counts enough of it
    )
    visit.choose("Harm", "Drugs, weapons and robbery (police.uk)")
    page.locator("h1", has_text="Drugs, weapons and robbery").wait_for()
    assert "too few to tell" in page.locator(".m-notice.m-stop").inner_text()
    visit.choose("Harm", "Violence and sexual offences (police.uk)")
    page.locator("h1", has_text="Violence").wait_for()
    visit.wait_for_map()
    label = " ".join(HOSTILE.split())
    listed = page.locator(".list tbody button", has_text="7*7").first
    assert label.removeprefix("On or near ")[:100] in " ".join(listed.inner_text().split())
    visit.click_until(listed, page.locator(".m-place"))
    assert "{{7*7}}" in page.locator(".m-place").inner_text()
    visit.map.locator(".m-rank.m-chosen").dispatch_event("click")
    card = visit.map.locator(".leaflet-popup-content")
    card.wait_for()
    assert "{{7*7}}" in card.inner_text()
    assert page.title() != "ran"
    assert page.locator("img[src*=example]").count() == 0
    reason = page.locator(".list tr.chosen .reason").inner_text()
    stays = page.get_by_text("Stays hot under")
    visit.click_until(page.get_by_role("radio", name="Defend this place"), stays)
    visit.rest()
    page.reload()  # worked out once: it is there again, with the place and the section
    stays.wait_for()
    visit.rest()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Sheet (PDF)").click()
    printed = pypdf.PdfReader(waiting.value.path())  # the seventh action from the messy file
    text = " ".join(one.extract_text() for one in printed.pages).replace("\n", " ")
    assert "".join(reason.split())[:60] in "".join(text.split())
    assert "OFFICIAL-SENSITIVE" in text


def test_a_phone_shows_map_then_list(browser, address):
    visitor = Visit(browser, address, width=390, height=844).open()
    stage, listed = (visitor.page.locator(p).bounding_box() for p in (".stage", ".list"))
    assert stage["y"] < 420
    assert stage["width"] > 340
    assert listed["y"] > stage["y"] + stage["height"]
    first = visitor.page.locator(".list tbody tr").first
    place, figure = (first.locator(one).bounding_box() for one in (".place", ".n >> nth=0"))
    assert place["width"] > 0.75 * listed["width"]  # names in whole words, their figures below
    assert figure["y"] >= place["y"] + place["height"]
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
    visitor.close()
    assert visitor.elsewhere == []


# Notes at each frame and each change of the page what it tells of work that goes on: quick work is
# over before one could ask.
_TOLD = """() => {
    window.told = {working: false, bars: []};
    const look = () => {
        const sign = getComputedStyle(document.querySelector(".stApp"), "::after").content;
        window.told.working ||= sign.includes("Working");
        const bar = document.querySelector("[data-testid=stProgress]");
        if (bar && bar.innerText) window.told.bars.push(bar.innerText);
    };
    new MutationObserver(look).observe(
        document.body, {subtree: true, childList: true, attributes: true, characterData: true}
    );
    const frame = () => { look(); requestAnimationFrame(frame); };
    frame();
}"""


def test_work_that_takes_a_while_is_told_while_it_goes_on(visit):
    page = visit.page
    page.evaluate(_TOLD)
    asked = page.get_by_role("button", name="Test every place")
    asked.click()
    asked.wait_for(state="detached", timeout=120_000)
    visit.rest()
    told = page.evaluate("window.told")
    assert told["working"]
    assert any("settings" in bar for bar in told["bars"])
    assert page.get_by_role("progressbar").count() == 0
    sign = "getComputedStyle(document.querySelector('.stApp'), '::after').content"
    assert page.evaluate(sign) == "none"


# Reads the sign at each frame, and once more as it would be after seven seconds.
_SIGNS = """() => {
    window.signs = [];
    const look = () => {
        const sign = getComputedStyle(document.body, "::after");
        if (sign.content !== "none" && window.signs.length < 2) {
            window.signs.push(sign.content);
            for (const one of document.getAnimations())
                if (one.effect.pseudoElement === "::after") one.currentTime = 7000;
            window.signs.push(`${sign.content} ${sign.getPropertyValue("--m-seconds")}`);
        }
        requestAnimationFrame(look);
    };
    look();
}"""


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_file_in_the_making_is_told_and_after_three_seconds_for_how_long(visit, motion):
    page = visit.page
    page.emulate_media(reduced_motion=motion)
    page.evaluate(_SIGNS)
    visit.download("Map as a picture (PNG)", behind=["Export"])
    first, later = page.evaluate("() => window.signs")
    assert first == '"Making the file…"'
    assert later == '"Making the file… (" counter(m-seconds) " seconds so far)" 7'
    gone = "() => getComputedStyle(document.body, '::after').content === 'none'"
    page.wait_for_function(gone)
