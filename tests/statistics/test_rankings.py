"""Rankings against orders worked out cell by cell, and against the statistics they stand on."""

import numpy as np
import pytest

from mapper.grid.hexagons import cells_to_areas
from mapper.grid.neighbours import find_neighbours
from mapper.statistics.clusters import find_clusters
from mapper.statistics.concentrated import concentrated_windows
from mapper.statistics.forecast import BANDWIDTH_M, forecast, learn
from mapper.statistics.kernel_density import gaussian_kernel
from mapper.statistics.places import find_places
from mapper.statistics.placing import places
from mapper.statistics.rankings import (
    FORECASTS,
    RIVALS,
    SIGNALS,
    History,
    by_cluster,
    by_concentrated,
    by_forecast,
    by_resident_excess,
    by_single_place,
    by_theme,
    by_z,
    rankings_for,
)
from mapper.statistics.scores import score_counts
from tests.builders import disc

CELLS = disc(10)
NEAR = find_neighbours(CELLS)


@pytest.fixture(scope="module")
def history():
    """Counts with one busy disc and one busy cell, over fourteen months."""
    drawn = np.random.default_rng(7)
    counts = drawn.poisson(0.05, (CELLS.size, 14))
    busy = np.append(NEAR.member[NEAR.owner == 200], 200)
    counts[busy] += drawn.poisson(1.5, (busy.size, 14))
    counts[20] += drawn.poisson(3, 14)
    residents = np.full(CELLS.size, 40.0)
    residents[5] = np.nan
    return History(
        counts=counts,
        cells=CELLS,
        near=NEAR,
        residents=residents,
        demand=counts.sum(axis=1) + drawn.poisson(4, CELLS.size),
    )


def test_every_ranking_gives_each_cell_a_place_from_0(history):
    for ranking in rankings_for(demand=True).values():
        place = ranking(history)
        assert place.shape == CELLS.shape
        assert set(place.tolist()) == set(range(place.max() + 1))


def test_names_and_the_need_for_demand(history):
    assert list(rankings_for(demand=False)) == [*SIGNALS, *FORECASTS, *RIVALS]
    assert "over-represented p" in rankings_for(demand=True)
    with pytest.raises(ValueError, match="demand"):
        by_theme(History(history.counts, CELLS, NEAR, history.residents))


def test_clusters_come_in_the_order_of_p_then_excess(history):
    place, total = by_cluster(history, score="count"), history.total
    p = find_clusters(total, NEAR).p
    near = [set(NEAR.member[NEAR.owner == i].tolist()) | {i} for i in range(CELLS.size)]
    excess = [sum(total[j] for j in d) - len(d) * total.mean() for d in near]
    keys = sorted({(p[i], -round(excess[i], 9)) for i in range(CELLS.size)})
    number = {key: n for n, key in enumerate(keys)}
    assert place.tolist() == [number[p[i], -round(excess[i], 9)] for i in range(CELLS.size)]
    assert int(place.argmin()) == 200


def test_z_ranks_as_the_statistic(history):
    z = find_clusters(history.total, NEAR).z
    order = np.argsort(by_z(history), kind="stable")
    assert (np.diff(z[order]) <= 0).all()


def test_cells_of_concentrated_places_come_first_then_all_others_by_count(history):
    total = history.total
    first = by_concentrated(history)
    scores = score_counts(total, score="capped")
    found = find_places(
        concentrated_windows(find_clusters(scores, NEAR).p, total, scores, NEAR),
        total,
        total - total.mean(),
        touching=NEAR,
        area_km2=cells_to_areas(CELLS),
    )
    hot = found.number >= 0
    assert hot[200]
    order = np.argsort(first, kind="stable")
    assert set(order[: hot.sum()].tolist()) == set(np.flatnonzero(hot).tolist())
    for part in (order[: hot.sum()], order[hot.sum() :]):
        assert (np.diff(total[part]) <= 0).all()


def test_a_forecast_ranks_by_what_it_expects(history):
    around = gaussian_kernel(CELLS, bandwidth_m=BANDWIDTH_M)
    learnt = learn(history.counts, around, area_km2=cells_to_areas(CELLS))
    expected = forecast(history.counts, around, learnt).mean
    np.testing.assert_array_equal(by_forecast(history), places(expected))


def test_a_single_busy_cell_leads_its_own_question(history):
    assert int(by_single_place(history).argmin()) == 20


def test_rivals_look_at_their_own_window(history):
    last = history.counts[:, -1]
    year = history.counts[:, -12:].sum(axis=1)
    np.testing.assert_array_equal(RIVALS["last period's count"](history), places(last))
    np.testing.assert_array_equal(RIVALS["last year's count"](history), places(year))
    np.testing.assert_array_equal(RIVALS["count of all periods"](history), places(history.total))
    assert int(RIVALS["kernel density 200 m"](history).argmin()) in {
        200,
        *NEAR.member[NEAR.owner == 200].tolist(),
    }


def test_excess_over_residents(history):
    total, people = history.total, history.residents
    excess = total - total.sum() * people / np.nansum(people)
    place = by_resident_excess(history)
    assert place[5] == place.max()
    known = ~np.isnan(people)
    np.testing.assert_array_equal(place[known], places(excess[known]))
    empty = History(history.counts, CELLS, NEAR, np.zeros(CELLS.size))
    assert not by_resident_excess(empty).any()
