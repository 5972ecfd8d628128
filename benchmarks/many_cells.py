"""A map of 50,000 cells with counts, in a browser without a graphics card.

Invented incidents, at least one in each cell of a disc, are analysed and released like any others,
and the map's page is opened in Chromium with its GPU off (WebGL too: the map never asks for it).
Printed: making the page, opening it until its canvas holds paint, and the longest pause between
two pictures while the map is dragged, while it is zoomed, and after a click until the card is
there.

    python benchmarks/many_cells.py [--cells 50000]
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from mapper.analysis.analyse import analyse
from mapper.disclosure.make import release
from mapper.disclosure.release import Release
from mapper.outputs.maps import embed_map, export_map

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.builders import EVERYTHING, incidents_at, small_area

WIDE, HIGH = 1366, 768
EACH = 4  # incidents in a cell, on average, beside the one that each has
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-webgl", "--disable-background-networking"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PAUSES = """
() => {
  window.longest = 0;
  let last = performance.now();
  const look = (now) => {
    window.longest = Math.max(window.longest, now - last);
    last = now;
    window.looking = requestAnimationFrame(look);
  };
  window.looking = requestAnimationFrame((now) => { last = now; look(now); });
}
"""
STOP = "() => { cancelAnimationFrame(window.looking); return window.longest; }"


def main() -> None:
    """Make the map, open it, use it, print."""
    told = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    told.add_argument("--cells", type=int, default=50_000)
    shown = many_cells(told.parse_args().cells)
    began = time.perf_counter()
    page = embed_map(shown)
    print(f"{'Cells with a count':<44} {int((shown.cells['incidents'] > 0).sum()):,}")
    print(f"{'Making the page':<44} {time.perf_counter() - began:.2f} s, {len(page) / 1e6:.1f} MB")
    print(f"{'The same as a file of its own':<44} {len(export_map(shown)) / 1e6:.1f} MB")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.html"
        path.write_text(page, encoding="utf-8")
        _use(path)
    print(f"{'Load of this machine':<44} {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def many_cells(wanted: int) -> Release:
    """Return a release over a disc of about so many cells, each with a count."""
    rings = round(((wanted - 1) / 3) ** 0.5)
    area = small_area(rings)
    cells = area.cells["cell"].to_numpy()
    rng = np.random.default_rng(1)
    incidents = incidents_at(np.concatenate([cells, rng.choice(cells, EACH * len(cells))]))
    result = analyse(incidents, lens=EVERYTHING, area=area)
    return release(result, audience="operational", made_by="benchmark")


def _browser(playwright: Any) -> Any:
    """Return a Chromium: Playwright's own, or the one of the system."""
    from playwright.sync_api import Error

    with suppress(Error):
        return playwright.chromium.launch(args=ARGUMENTS)
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)


def _use(path: Path) -> None:
    """Open the page, drag it, zoom it, click it; print what each costs."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = _browser(playwright)
        page = browser.new_page(viewport={"width": WIDE, "height": HIGH})
        page.goto(path.as_uri(), wait_until="commit")
        page.wait_for_selector("canvas.m-cells", state="attached")
        drawn = page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>"
            " done(performance.now()))))"
        )
        print(f"{'Opening it until it is drawn':<44} {drawn / 1000:.2f} s")
        for words, act in (("dragging", _drag), ("zooming in", _zoom), ("dragging close", _drag)):
            page.evaluate(PAUSES)
            act(page)
            print(f"{'Longest pause while ' + words:<44} {page.evaluate(STOP):.0f} ms")
        print(f"{'A click until the card is there':<44} {_click(page):.0f} ms")
        browser.close()


def _drag(page: Any) -> None:
    """Drag the map to and fro."""
    page.mouse.move(700, 400)
    page.mouse.down()
    for step in range(30):
        page.mouse.move(700 + 8 * step, 400 + 3 * step)
        page.wait_for_timeout(16)
    page.mouse.up()
    page.wait_for_timeout(500)


def _zoom(page: Any) -> None:
    """Turn the wheel four times."""
    for _ in range(4):
        page.mouse.wheel(0, -240)
        page.wait_for_timeout(400)


def _click(page: Any) -> float:
    """Click a cell; return the milliseconds until its card can be seen."""
    page.evaluate(
        "() => { window.shownAt = new Promise(done => { addEventListener('click', () => {"
        " const from = performance.now(); const look = () =>"
        " document.querySelector('.leaflet-popup-content') ? done(performance.now() - from)"
        " : requestAnimationFrame(look); look(); }, true); }); }"
    )
    page.mouse.click(600, 420)
    return float(page.evaluate("window.shownAt"))


if __name__ == "__main__":
    main()
