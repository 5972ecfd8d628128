"""Where next: the answer is the forecast of the same months counted here once more."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.study import Study, prepare
from mapper.app.patch.next import next_rows
from mapper.app.workbench.plots import plot_of
from mapper.app.workbench.words import sentence_of
from mapper.base.errors import RefusedError, RequestError
from mapper.disclosure.make import release
from mapper.disclosure.patch import release_outlook, release_patch
from mapper.disclosure.people import Viewer
from mapper.grid.hexagons import cells_to_strings, strings_to_cells
from mapper.incidents.doubt import Doubt
from mapper.lenses.load import load_lens
from mapper.questions.patch import study_patch
from mapper.questions.where_next import QUESTION, WhereNextChoices
from mapper.statistics.forecast import BANDWIDTH_M, forecast, learn
from mapper.statistics.kernel_density import gaussian_kernel
from tests.builders import incidents_at, small_area

AREA = small_area()
LENS = load_lens("public-drugs-weapons-robbery")
GAP = "2022-07"


def incidents(days=1095):
    """Three years from January 2022 in which few cells hold much, and July 2022 is missing."""
    drawn = np.random.default_rng(5)
    cells = AREA.cells["cell"].to_numpy()
    risk = gaussian_kernel(cells, bandwidth_m=300).spread(drawn.gamma(0.05, 1, cells.size))
    chosen = drawn.choice(cells, 1500, p=risk / risk.sum())
    return incidents_at(chosen, start="2022-01-01", days=days, seed=6)


@pytest.fixture(scope="module")
def study():
    whole = incidents()
    start = whole.table["start"]
    later = start + pd.Timedelta(days=31)
    start = start.where(start.dt.strftime("%Y-%m") != GAP, later)
    kept = replace(whole, table=whole.table.assign(start=start))
    return prepare(kept, lens=LENS, area=AREA)


@pytest.fixture(scope="module")
def foretold(study):
    """The forecast of each cell, and what was learnt, from months counted by pandas."""
    table = study.incidents.table
    months = pd.period_range("2022-01", "2024-12", freq="M")
    held = [month for month in months if str(month) != GAP]
    counts = pd.crosstab(study.counts.position, table["start"].dt.to_period("M"))
    counts = counts.reindex(index=range(len(AREA.cells)), columns=held, fill_value=0).to_numpy()
    ages = np.array([(months[-1] - month).n for month in held], dtype=float)
    around = gaussian_kernel(study.cells, bandwidth_m=BANDWIDTH_M)
    land = AREA.cells["area_km2"].to_numpy()
    learnt = learn(counts, around, area_km2=land, ages=ages)
    return counts, learnt, forecast(counts, around, learnt, ages=ages)


def test_cells_have_the_forecast_of_their_months_busiest_first(study, foretold):
    counts, learnt, made = foretold
    found = QUESTION.ask(study)
    table = found.table.set_index("cell").reindex(cells_to_strings(study.cells))
    np.testing.assert_allclose(table["expected"], made.mean)
    np.testing.assert_array_equal(table["last_year"], counts[:, -12:].sum(axis=1))
    assert found.table["expected"].is_monotonic_decreasing
    low, high = made.interval(1, confidence=0.95)
    np.testing.assert_array_equal(table[["low", "high"]], np.column_stack([low, high]))
    assert found.choices["foretold"] == "January 2025"
    assert found.choices["model"] == ("kernel" if learnt.wins else "last year's count")
    assert learnt.wins
    assert "given is the forecast" in found.notes[1]
    assert any(GAP in note for note in found.notes)


def test_a_quarter_of_wards_is_three_times_a_month_of_their_cells(study, foretold):
    made = foretold[2]
    found = QUESTION.ask(study, WhereNextChoices(by="ward", ahead="quarter"))
    assert found.choices["foretold"] == "January to March 2025"
    of_cell = study.area.cells["ward"].astype("str").to_numpy()
    for row in found.table.to_dict("records"):
        assert row["expected"] == pytest.approx(3 * made.mean[of_cell == row["ward"]].sum())
        assert row["low"] < row["expected"] < row["high"]


def test_cores_hold_what_the_busiest_cells_hold(study):
    """At equal area cores expect what their cells do: none is larger than a team can act on."""
    cells = QUESTION.ask(study).table
    found = QUESTION.ask(study, WhereNextChoices(by="core", land=0.1))
    land = study.area.cells.set_index("cell")["area_km2"]
    cells["land"] = land.reindex(strings_to_cells(cells["cell"])).to_numpy()
    cells = cells.assign(density=cells["expected"] / cells["land"])
    cells = cells.sort_values("density", ascending=False, kind="stable")
    busiest = cells[cells["land"].cumsum() <= 0.1 * land.sum()]
    cores = found.table
    assert cores["cells"].sum() == len(busiest)
    assert cores["expected"].sum() == pytest.approx(busiest["expected"].sum())
    assert cores["last_year"].sum() == busiest["last_year"].sum()
    assert cores["cells"].max() <= 7
    assert cores["area_km2"].max() <= 0.7
    assert set(cores["core"]) <= set(busiest["cell"])
    assert sentence_of(release(found)).startswith("Expected busiest in January 2025: ")


def test_what_the_data_forbids_or_does_not_reach_is_not_foretold(study, monkeypatch):
    replaced = Doubt(
        code="points replaced",
        effect="veto",
        words="The points of 2024 are others than those of 2023.",
        rows=np.empty(0, dtype=np.int64),
        share=1.0,
        since=date(2024, 1, 1),
        finest=True,
    )
    monkeypatch.setattr(Study, "doubts", (replaced,))
    fresh = study.varied()
    for by in ("cell", "core", "ward"):
        with pytest.raises(RequestError, match="Where next cannot be told: The points of 2024"):
            QUESTION.ask(fresh, WhereNextChoices(by=by))
    assert len(QUESTION.ask(fresh, WhereNextChoices(by="district")).table)
    monkeypatch.setattr(Study, "doubts", ())
    first = np.arange(study.near.size) < 3
    monkeypatch.setattr(Study, "uncovered", first)
    found = QUESTION.ask(fresh)
    assert not set(found.table["cell"]) & set(cells_to_strings(study.cells[:3]))
    assert "Left out: 3 rows that the data does not reach." in found.notes


def test_places_of_points_that_were_moved_are_not_named_by_a_street(study):
    found = QUESTION.ask(study, WhereNextChoices(by="hotspot"))
    assert "name" not in found.table


def test_less_than_a_year_is_refused_and_one_year_gives_last_years_count():
    short = prepare(incidents(days=200), lens=LENS, area=AREA)
    with pytest.raises(RequestError, match="12 are needed"):
        QUESTION.ask(short)
    year = prepare(incidents(days=366), lens=LENS, area=AREA)
    found = QUESTION.ask(year)
    assert "too few earlier months" in found.notes[1]
    assert found.choices["model"] == "last year's count"
    assert found.table["last_year"].is_monotonic_decreasing
    assert found.table["expected"].sum() * 12 == pytest.approx(found.table["last_year"].sum())


def test_only_operational_eyes_see_a_forecast(study):
    shown = release(QUESTION.ask(study))
    assert shown.marking.startswith("OFFICIAL-SENSITIVE")
    assert sentence_of(shown).startswith("Expected busiest in January 2025: ")
    assert plot_of(shown).chart.to_dict()["$schema"]


def test_a_patch_lists_its_own_cells_and_no_others(study):
    found = QUESTION.ask(study)
    patch_study = study_patch(study.incidents, lens=LENS, area=AREA)
    officer = Viewer("Ola", frozenset({"neighbourhood"}), wards=("West Ward, Liverpool",))
    patch = release_patch(officer, patch_study)
    shown = release_outlook(officer, found, patch)
    west = found.table[found.table["ward"].astype("str") == "West Ward"]
    assert shown.table["cell"].tolist() == west["cell"].tolist()
    rows = next_rows(shown, patch)
    assert rows["Expected"].tolist() == [f"{value:.1f}" for value in west["expected"].head(5)]
    assert set(rows["Place"]) == {"West Ward, Liverpool"}
    assert len(shown.notes) == 3
    with pytest.raises(RefusedError):
        release_outlook(Viewer("Pat", frozenset({"partner"})), found, patch)
