"""Fifty thousand cells on one map, in a browser without GPU and without WebGL."""

import re

import numpy as np
import pytest

from mapper.analysis.analyse import analyse
from mapper.disclosure.make import release as release_of
from mapper.outputs.maps import embed_map
from tests.builders import EVERYTHING, disc, incidents_at, small_area

pytestmark = pytest.mark.browser

RINGS = 129  # 1 + 3 * 129 * 130 cells
PAINTED = """
() => {
  const canvas = document.querySelector("canvas.m-cells"), {width, height} = canvas;
  const copy = new OffscreenCanvas(width, height).getContext("2d", {willReadFrequently: true});
  copy.drawImage(canvas, 0, 0);
  const data = copy.getImageData(0, 0, width, height).data;
  let blue = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] > 200 && data[at + 2] > data[at] + 20) { blue += 1; }
  }
  return blue / (data.length / 4);
}
"""


@pytest.fixture(scope="module")
def release():
    """An incident in each cell of a large disc, and some cells with more."""
    area = small_area(RINGS)
    cells = area.cells["cell"].to_numpy()
    more = np.random.default_rng(1).choice(cells, len(cells) // 2)
    lumps = np.repeat(disc(2), 20)
    incidents = incidents_at(np.concatenate([cells, more, lumps]))
    result = analyse(incidents, lens=EVERYTHING, area=area)
    return release_of(result, audience="operational", made_by="test")


@pytest.fixture
def page(browser, release, tmp_path):
    """The page of the map, opened; it must complain of nothing."""
    path = tmp_path / "map.html"
    path.write_text(embed_map(release), encoding="utf-8")
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    opened, faults = context.new_page(), []
    opened.on("console", lambda said: faults.append(said.text))
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(path.as_uri())
    opened.wait_for_selector("canvas.m-cells", state="attached")
    opened.wait_for_selector(".m-rank")
    yield opened
    context.close()
    assert faults == []


def test_all_of_them_are_painted_at_every_zoom(page, release):
    assert (release.cells["incidents"] > 0).sum() >= 50_000
    assert page.evaluate(PAINTED) > 0.1
    page.mouse.move(680, 390)
    for _ in range(3):
        page.mouse.wheel(0, -400)
        page.wait_for_timeout(400)
    assert page.evaluate(PAINTED) > 0.5


def test_no_object_is_made_for_each_cell(page):
    """Leaflet knows borders, outlines and marks; the cells are numbers in one layer."""
    shapes = "() => document.querySelectorAll('svg path, .leaflet-interactive').length"
    assert page.evaluate(shapes) < 100
    assert page.locator("canvas").count() == 2


def test_the_cell_under_the_pointer_is_the_one_that_is_told(page, release):
    page.mouse.move(500, 500)
    page.mouse.wheel(0, -800)
    page.wait_for_timeout(600)
    page.mouse.click(500, 500)
    card = page.locator(".leaflet-popup-content").inner_text()
    told = page.locator(".leaflet-popup-content dl").get_attribute("data-cell")
    assert told not in card  # an id is for programs
    row = release.cells.set_index("cell").loc[told]
    assert f"Incidents in this cell\n{row['incidents']:,}" in card
    assert row["ward"] in card


def test_neither_webgl_nor_a_worker_is_asked_for(release):
    text = embed_map(release)
    assert 'getContext("2d")' in text
    assert not re.search(r"getContext\([\"'](experimental-)?webgl", text)
    assert "new Worker" not in text
