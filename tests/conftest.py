"""Shared by all tests: the real files, when they are there, releases to show, and a browser."""

import gc
import json
import os
import shutil
import sys
from contextlib import contextmanager, suppress
from datetime import date
from importlib import import_module
from pathlib import Path
from types import MappingProxyType, SimpleNamespace

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does, before numpy

import hypothesis
import numpy as np
import pandas as pd
import pytest

from mapper.base.files import no_progress
from mapper.base.tables import CELL_COLUMNS, HOTSPOT_COLUMNS
from mapper.cli import main
from mapper.disclosure import lot
from mapper.disclosure import release as release_module
from mapper.disclosure.release import Release
from mapper.grid.hexagons import cells_to_discs, cells_to_points, cells_to_strings, points_to_cells
from tests.logs import hold_no_detail
from tests.small_extract import write_extract

# How long an example takes tells of the machine, not of the code.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

GUARDED = (  # modules that read a stranger's file in a child
    *("areas.boundaries", "areas.build", "areas.groups", "areas.recognise", "areas.study_area"),
    *("incidents.parquet", "incidents.spatial", "incidents.workbook"),
)
SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Look for no garbage while thousands of tests are read, nor among them later: all is kept.

    And seldom afterwards: most of what a test makes is let go with it.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(50_000, 50, 50)
        gc.enable()


@pytest.fixture(autouse=True)
def same_main():
    """Put back what a page that ran in a test leaves as the main module: workers would start it."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(autouse=True, scope="session")
def no_lot():
    """Withhold nothing by lot, so that what is withheld in a test is what it is about."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lot, "drawn", lambda units: np.zeros(units, dtype=bool))
        yield


@pytest.fixture(scope="session")
def shared():
    """The folder of real files; tests that need it skip on a machine without it."""
    if not SHARED.is_dir():
        pytest.skip("the real data folder ../shared/data is absent on this machine")
    return SHARED


@pytest.fixture(scope="session")
def field(shared):
    """The folder of small made files that mislead; tests that need it skip without it."""
    folder = shared.parent / "cases" / "field"
    if not folder.is_dir():
        pytest.skip("the field cases ../shared/cases/field are absent on this machine")
    return folder


@pytest.fixture(scope="session")
def make_release():
    """A maker of releases over synthetic cells around Liverpool: no real incident is in them."""
    return synthetic_release


@contextmanager
def no_child(*more):
    """Read and build in this process what a child would: the tests of the guard have theirs.

    ``more`` names further modules of mapper that read in a child.
    """

    def directly(task, told, *, progress=no_progress, **_choices):
        module, _, function = task.partition(":")
        found = getattr(import_module(module), function)(json.loads(json.dumps(told)), progress)
        return json.loads(json.dumps(found))

    with pytest.MonkeyPatch.context() as patch:
        for name in (*GUARDED, *more):
            patch.setattr(f"mapper.{name}.in_child", directly)
        yield


@pytest.fixture(scope="module")
def in_process():
    """No child process for the tests of a module."""
    with no_child():
        yield


@pytest.fixture
def here():
    """No child process for one test, of a module in which others start theirs."""
    with no_child():
        yield


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line inside the test; give its exit code and what it said."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["mapper", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        said = capsys.readouterr()
        return SimpleNamespace(code=code, out=said.out, err=said.err)

    return call


def synthetic_release(*, rings=12, seed=1, spots=3, hotspots=None, **changes):
    """Return an operational release of ``1 + 3 rings (rings + 1)`` cells and a few hot spots.

    ``hotspots`` changes columns of the list; ``changes`` replaces members of the release.
    """
    drawn = np.random.default_rng(seed)
    centre = points_to_cells(np.array([-2.95]), np.array([53.42]), resolution=9)
    cells = np.unique(cells_to_discs(centre, rings=rings)[1])
    lon, lat = cells_to_points(cells)
    counts = drawn.negative_binomial(0.6, 0.15, cells.size)
    middles = drawn.choice(cells.size, spots, replace=False)
    table = pd.DataFrame(
        {
            "cell": pd.Series(cells_to_strings(cells), dtype="str"),
            "district": pd.Categorical(np.where(lat > 53.42, "Sefton", "Liverpool")),
            "ward": pd.Categorical([f"Ward {int(east * 50) % 7}" for east in lon - lon.min()]),
            "residents": drawn.integers(0, 900, cells.size).astype("float64"),
            "incidents": counts.astype("int64"),
            "hotspot_id": pd.Series([""] * cells.size, dtype="str"),
        }
    )
    for number, middle in enumerate(middles):
        group = np.searchsorted(cells, cells_to_discs(cells[[middle]], rings=1)[1])
        group = group[group < cells.size]
        inside = group[(table["hotspot_id"].to_numpy()[group] == "") & (group > 0)]
        table.loc[inside, "hotspot_id"] = f"h{number:03d}"
        table.loc[inside, "incidents"] += 25
    table["disc_incidents"] = table["incidents"] * 6
    table["score"] = table["incidents"] * 2
    table["disc_score"] = table["disc_incidents"] * 2
    table["region"] = table["hotspot_id"].str.replace("h", "r")
    table["neighbours"] = 6
    table["z"] = drawn.normal(size=cells.size)
    table["p"] = drawn.uniform(size=cells.size)
    table["hot"] = table["hotspot_id"] != ""
    table["q"] = np.where(table["hot"], 0.0031234, 0.4)
    table.loc[0, ["p", "q"]] = np.nan
    listed = _listed(table, lon, lat).assign(**(hotspots or {}))
    members = {
        "audience": "operational",
        "marking": "OFFICIAL-SENSITIVE",
        "title": "Harm linked to county lines",
        "question": "Where are incidents linked to county lines more concentrated than chance?",
        "period": "1 September 2021 to 31 August 2022",
        "area_title": "Merseyside",
        "resolution": 9,
        "cells": table[list(CELL_COLUMNS)],
        "hotspots": listed,
        "caveats": ("It shows recorded incidents only; much exploitation is never reported.",),
        "synthetic": True,
        "record": MappingProxyType(
            {
                "standard": {"asks": "unusual", "more_than": "residents would explain"},
                "request": {"lens": "county-lines", "start": date(2021, 9, 1), "alpha": 0.05},
                "inputs": ({"name": "extract.csv", "sha256": "0" * 64, "rows": 250_000},),
                "numbers": {"read": 250_000, "accepted": 249_000, "rejected": 1_000, "outside": 9},
                "area": {"name": "merseyside", "cells": cells.size},
                "versions": {"mapper": "0.1.0"},
            }
        ),
        "licence": "Contains OS data © Crown copyright and database right 2016.",
        "digest": "ab" * 32,
        "content_digest": "cd" * 32,
    }
    return Release(**{**members, **changes}, _key=release_module._MADE_HERE)


def _listed(table, lon, lat):
    """Return the list of hot spots of a table of cells."""
    table = table.assign(lon=lon, lat=lat)
    groups = table[table["hot"]].groupby("hotspot_id")
    listed = pd.DataFrame(
        {
            "hotspot_id": pd.Series(list(groups.groups), dtype="str"),
            "cells": groups.size().to_numpy("int64"),
            "incidents": groups["incidents"].sum().to_numpy("int64"),
            "lon": groups["lon"].mean().to_numpy("float64"),
            "lat": groups["lat"].mean().to_numpy("float64"),
            "ward": groups["ward"].first().astype("str").to_numpy(),
            "district": groups["district"].first().astype("str").to_numpy(),
        }
    ).sort_values("incidents", ascending=False, ignore_index=True)
    listed["rank"] = np.arange(1, len(listed) + 1, dtype="int64")
    listed["name"] = [f"{ward}: near Example Road" for ward in listed["ward"]]
    listed["streets"] = "Example Road (21), Sample Street (9)"
    listed["busiest"] = "89195da49abffff: 40 (55%)"
    listed["region"] = listed["hotspot_id"].str.replace("h", "r")
    listed["region_places"] = 1
    listed["region_km2"] = listed["cells"] * 0.1053791
    listed["area_km2"] = listed["cells"] * 0.1053791
    listed["expected"] = listed["cells"] * float(table["incidents"].mean())
    listed["excess"] = listed["incidents"] - listed["expected"]
    listed["ratio"] = listed["incidents"] / listed["expected"]
    listed["q"] = 0.0031234
    listed["reason"] = [
        f"{number} incidents where an even spread would put {even:.0f}."
        for number, even in zip(listed["incidents"], listed["expected"], strict=True)
    ]
    for column, dtype in HOTSPOT_COLUMNS.items():
        listed[column] = listed[column].astype(dtype)
    return listed[list(HOTSPOT_COLUMNS)]


CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@pytest.fixture(scope="session")
def browser():
    """A Chromium for the whole run: Playwright's own where it is installed, else the system's.

    Without one these tests fail, because they prove safety.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


def launch(playwright):
    from playwright.sync_api import Error

    with suppress(Error):
        return playwright.chromium.launch(args=CHROMIUM)
    path = next((path for name in SYSTEM_NAMES if (path := shutil.which(name))), None)
    if path is None:
        pytest.fail("No Chromium: run 'playwright install chromium' or install your system's own.")
    return playwright.chromium.launch(executable_path=path, args=CHROMIUM)


@pytest.fixture(scope="session")
def served_app(tmp_path_factory):
    """The app on the small extract, for one person: the folder it works in and its address.

    Shared by the browser tests that keep nothing in it.
    """
    from tests.browser.app_server import serving

    folder = tmp_path_factory.mktemp("app")
    with serving(folder, demonstration_file=write_extract(folder / "small.csv")) as address:
        yield folder, address


@pytest.fixture
def nothing_left(served_app):
    """Data that a test loads are the one person's own until they are gone: others share the app."""
    yield
    shutil.rmtree(served_app[0] / "workspace" / "own-data", ignore_errors=True)


@pytest.fixture(scope="session")
def people_app(tmp_path_factory):
    """The address of the app on the small extract, for those who sign in with a real provider."""
    from tests.security.people_server import serving

    folder = tmp_path_factory.mktemp("people")
    with serving(folder, write_extract(folder / "small.csv")) as address:
        yield address
    hold_no_detail(folder, "TQ 30 80", "a secret of the test")  # what was searched for on My patch
