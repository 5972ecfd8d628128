"""The space-time scan: against plain loops, SaTScan's published figures and its own null."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from mapper.base.errors import RequestError, TooFewEventsError
from mapper.grid.hexagons import cells_to_discs, strings_to_cells
from mapper.statistics.monte_carlo import rank_p, run_replicates
from mapper.statistics.scan import ScanChoices, scan
from mapper.statistics.scan_compiled import bound_table, likelihood_ratio
from mapper.statistics.scan_windows import (
    ELLIPSES,
    Zones,
    circle_zones,
    disc_zones,
    great_circle_km,
    on_a_plane,
    plane_zones,
)

CENTRE = strings_to_cells(["89195a4d2abffff"])


def patch(rings):
    """A round study area."""
    return np.unique(cells_to_discs(CENTRE, rings=rings)[1])


def llr(count, expected, total):
    if count <= expected:
        return 0.0
    rest = total - count
    return count * np.log(count / expected) + (
        rest * np.log(rest / (total - expected)) if rest else 0.0
    )


def loops(counts, cells, *, rings, expected, look, longest, fewest=2, share=0.5):
    """Every window by plain loops: {(centre, ring, first, last): (count, expected, ratio)}."""
    total, periods = counts.sum(), counts.shape[1]
    found = {}
    for centre in range(len(cells)):
        for ring in range(rings + 1):
            disc = cells_to_discs(cells[centre : centre + 1], rings=ring)[1]
            inside = np.isin(cells, disc)
            if expected[inside].sum() > share * total * (1 + 1e-12):
                continue
            for first in range(periods):
                for last in range(first, periods):
                    if last - first >= longest or (look == "prospective" and last < periods - 1):
                        continue
                    count = counts[inside, first : last + 1].sum()
                    e = expected[inside, first : last + 1].sum()
                    ratio = llr(count, e, total) if count >= fewest else 0.0
                    found[centre, ring, first, last] = (count, e, ratio)
    return found


@pytest.fixture(scope="module")
def small():
    """Some 19 cells and 6 periods with a planted outbreak in the last two periods."""
    cells = patch(2)
    stream = np.random.default_rng(3)
    counts = stream.poisson(0.7, (cells.size, 6))
    counts[np.isin(cells, cells_to_discs(CENTRE, rings=1)[1]), 4:] += 2
    return cells, counts, stream.uniform(0.5, 2, cells.size), np.array([31, 28, 31, 30, 31, 30.0])


@pytest.mark.parametrize("look", ["prospective", "retrospective"])
@pytest.mark.parametrize("null", ["poisson", "permutation"])
def test_best_window_is_that_of_plain_loops(small, look, null):
    cells, counts, residents, days = small
    total = counts.sum()
    if null == "poisson":
        expected = total * np.outer(residents / residents.sum(), days / days.sum())
        exposure = {"exposure": residents, "period_exposure": days}
    else:
        expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / total
        exposure = {}
    windows = loops(counts, cells, rings=2, expected=expected, look=look, longest=3)
    choices = ScanChoices(null=null, look=look, longest=3, runs=19)
    result = scan(counts, disc_zones(cells, rings=2), choices=choices, **exposure)
    best = result.clusters[0]
    assert best.llr == pytest.approx(max(ratio for *_, ratio in windows.values()), rel=1e-12)
    for cluster in result.clusters:
        window = (cluster.centre, int(cluster.radius), cluster.first_period, cluster.last_period)
        count, e, ratio = windows[window]
        assert (cluster.count, cluster.llr) == (count, pytest.approx(ratio, rel=1e-12))
        assert cluster.expected == pytest.approx(e, rel=1e-12)
        outside = (total - count) / (total - e)
        assert cluster.relative_risk == pytest.approx(count / e / outside, rel=1e-12)
        # The best that its centre has to offer.
        own = max(ratio for (centre, *_), (*_, ratio) in windows.items() if centre == window[0])
        assert ratio == pytest.approx(own, rel=1e-12)
    everywhere = np.concatenate([cluster.places for cluster in result.clusters])
    assert everywhere.size == np.unique(everywhere).size
    assert [c.llr for c in result.clusters] == sorted(
        (c.llr for c in result.clusters), reverse=True
    )


def test_counts_above_the_compiled_table_and_beyond_the_top_floor():
    cells = patch(1)
    counts = np.random.default_rng(1).poisson(3000, (7, 4))
    counts[2, 1:3] *= 2
    residents = np.ones(7)
    expected = np.full((7, 4), counts.sum() / 28)
    windows = loops(counts, cells, rings=1, expected=expected, look="retrospective", longest=4)
    choices = ScanChoices(null="poisson", look="retrospective", longest=4, runs=9)
    result = scan(counts, disc_zones(cells, rings=1), exposure=residents, choices=choices)
    best = max(ratio for *_, ratio in windows.values())
    assert best > 32
    assert result.clusters[0].llr == pytest.approx(best, rel=1e-12)
    assert (result.clusters[0].centre, result.clusters[0].first_period) == (2, 1)


def test_the_largest_zone_is_held_to_its_share(small):
    cells, counts, residents, _ = small
    expected = counts.sum() * np.outer(residents / residents.sum(), np.ones(6) / 6)
    windows = loops(
        counts, cells, rings=2, expected=expected, look="prospective", longest=3, share=0.2
    )
    choices = ScanChoices(null="poisson", largest_share=0.2, runs=9)
    result = scan(counts, disc_zones(cells, rings=2), exposure=residents, choices=choices)
    assert result.clusters[0].llr == pytest.approx(max(r for *_, r in windows.values()), rel=1e-12)
    for cluster in result.clusters:
        assert residents[cluster.places].sum() <= 0.2 * residents.sum()


def test_bound_turns_away_only_windows_that_cannot_win():
    bound = bound_table(200, 2, 201)
    stream = np.random.default_rng(0)
    for _ in range(3000):
        level, count = int(stream.integers(64)), int(stream.integers(2, 201))
        e = float(stream.uniform(0, count))
        if e >= bound[level, count]:
            assert likelihood_ratio(count, e, 200) <= level / 2
        elif e < bound[level, count] * (1 - 1e-6):
            assert likelihood_ratio(count, e, 200) > level / 2
    assert not bound[:, :2].any()  # clusters of fewer incidents are never found


def test_chi_squared_is_never_below_the_likelihood_ratio():
    stream = np.random.default_rng(0)
    for _ in range(3000):
        total = int(stream.integers(2, 5000))
        count = int(stream.integers(1, total + 1))
        e = float(stream.uniform(0, count))
        chi = (count - e) ** 2 * total / (e * (total - e))
        assert chi >= likelihood_ratio(count, e, total) * (1 - 1e-12)


def test_disc_zones_are_discs_inside_the_study_area():
    cells = patch(4)[5:]
    zones = disc_zones(cells, rings=3)
    values = np.random.default_rng(0).integers(0, 9, cells.size).astype(float)
    sums = zones.sums(values)
    for centre in (0, 17, cells.size - 1):
        for step in range(zones.first_step[centre], zones.first_step[centre + 1]):
            disc = cells_to_discs(cells[centre : centre + 1], rings=int(zones.radius[step]))[1]
            inside = np.flatnonzero(np.isin(cells, disc))
            assert sorted(zones.places(step, centre)) == inside.tolist()
            assert sums[step] == values[inside].sum()


def test_small_zones_keep_their_digits_beside_large_ones():
    cells = patch(8)
    shares = np.full(cells.size, 1.0)
    shares[-1] = 1e-9
    zones = disc_zones(cells, rings=5)
    assert zones.sums(shares)[zones.first_step[cells.size - 1]] == 1e-9


def test_an_isolated_cell_has_its_own_disc_only():
    far = strings_to_cells(["89283082803ffff"])
    zones = disc_zones(np.sort(np.concatenate([patch(1), far])), rings=2)
    lone = np.diff(zones.first_step) == 1
    assert lone.sum() == 1
    # From the middle all are within one step; from the rim the far side is two away.
    assert sorted(np.diff(zones.first_step)[~lone]) == [2, 3, 3, 3, 3, 3, 3]


def test_ellipses_by_their_equation_are_scanned_like_a_plain_search():
    """Second road: every ellipse by its quadratic form, every ratio one by one."""
    drawn = np.random.default_rng(8)
    x, y = drawn.uniform(0, 5_000, (2, 40))
    people = drawn.integers(50, 200, 40).astype(float)
    cases = drawn.poisson(people / 40)
    along = (np.abs(y - x) < 500) & (x > 1_000) & (x < 4_000)  # a road to the north-east
    cases[along] += 6
    zones = plane_zones(x, y, exposure=people, forms=ELLIPSES)
    assert (zones.size, zones.centres) == (40, 40 * 47)
    best, total, everyone = (0.0, None), cases.sum(), people.sum()
    for at in range(40):
        for longer, turn in ELLIPSES:
            c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
            spin = np.array([[c, s], [-s, c]])
            form = spin.T @ np.diag([longer**-2.0, 1.0]) @ spin
            off = np.stack([x - x[at], y - y[at]])
            far = np.sqrt(np.einsum("ik,ij,jk->k", off, form, off))
            for edge in np.unique(far):
                inside = far <= edge + 1e-9
                if people[inside].sum() > everyone / 2:
                    continue
                expected = total * people[inside].sum() / everyone
                ratio = plain_ratio(cases[inside].sum(), expected, total)
                if ratio > best[0] + 1e-9:
                    best = ratio, (set(np.flatnonzero(inside)), edge / 1_000)
    choices = ScanChoices(null="poisson", runs=9)
    first = scan(cases[:, np.newaxis], zones, exposure=people, choices=choices).clusters[0]
    assert first.llr == pytest.approx(best[0])
    assert set(first.places.tolist()) == best[1][0]
    assert first.radius == pytest.approx(best[1][1])
    assert first.form[0] > 1
    assert 15 <= first.form[1] <= 75
    round_only = scan(
        cases[:, np.newaxis], plane_zones(x, y, exposure=people), exposure=people, choices=choices
    )
    assert first.llr > round_only.clusters[0].llr


def plain_ratio(seen, expected, total):
    if seen <= expected or seen < 2:
        return 0.0
    rest = total - seen
    return seen * np.log(seen / expected) + (
        rest * np.log(rest / (total - expected)) if rest else 0.0
    )


def test_on_a_plane_circles_are_those_of_the_sphere():
    drawn = np.random.default_rng(2)
    lon, lat = -3 + drawn.uniform(-0.2, 0.2, 30), 53.4 + drawn.uniform(-0.1, 0.1, 30)
    sphere = circle_zones(lon, lat, exposure=np.ones(30))
    plane = plane_zones(*on_a_plane(lon, lat), exposure=np.ones(30))
    # the cosine of latitude changes by 0.0024 of itself from the middle to the edge
    np.testing.assert_allclose(plane.radius, sphere.radius, rtol=3e-3)


def test_circles_take_places_at_one_distance_together():
    lon = np.array([0.0, 0.0, 0.1, 0.3])
    zones = circle_zones(lon, np.zeros(4), exposure=np.ones(4), largest_share=0.75)
    own = [zones.places(s, 0).tolist() for s in range(zones.first_step[0], zones.first_step[1])]
    assert own == [[0, 1], [0, 1, 2]]
    assert zones.radius[1] == pytest.approx(6367 * np.radians(0.1), rel=1e-9)
    assert great_circle_km(0.0, 0.0, np.array([180.0]), np.zeros(1))[0] == pytest.approx(
        6367 * np.pi
    )


def test_the_same_seed_gives_the_same_result_on_any_number_of_threads(small):
    cells, counts, residents, _ = small
    zones = disc_zones(cells, rings=1)

    def maxima(threads, seed):
        choices = ScanChoices(null="poisson", runs=41, seed=seed)
        return scan(counts, zones, exposure=residents, choices=choices, threads=threads).maxima

    np.testing.assert_array_equal(maxima(1, 5), maxima(4, 5))
    assert not np.array_equal(maxima(2, 5), maxima(2, 6))


def test_progress_reaches_the_end_and_can_stop_the_scan(small):
    cells, counts, *_ = small
    zones = disc_zones(cells, rings=1)
    shares = []
    scan(
        counts, zones, choices=ScanChoices(runs=50), progress=lambda _, share: shares.append(share)
    )
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)

    def stop(_words, share):
        if share > 0.1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan(counts, zones, choices=ScanChoices(runs=5000), progress=stop)


@pytest.mark.parametrize("worlds", [60, pytest.param(400, marks=pytest.mark.soak)])
@pytest.mark.parametrize("null", ["poisson", "permutation"])
def test_p_is_uniform_when_nothing_is_clustered(null, worlds):
    cells = patch(3)
    zones = disc_zones(cells, rings=2)
    stream = np.random.default_rng(11)
    exposure = stream.uniform(0.2, 3, cells.size)
    given = {"exposure": exposure} if null == "poisson" else {}
    found = []
    for seed in range(worlds):
        chances = np.outer(exposure, np.ones(5)).ravel() / exposure.sum() / 5
        counts = stream.multinomial(150, chances).reshape(-1, 5)
        choices = ScanChoices(null=null, runs=39, seed=seed, most_clusters=1)
        found.append(scan(counts, zones, choices=choices, **given).clusters[0].p)
    p = np.array(found)
    for alpha in (0.05, 0.1, 0.25, 0.5, 0.75):
        hits = np.count_nonzero(p <= alpha + 1e-12)
        assert stats.binomtest(hits, p.size, alpha).pvalue > 0.001


def test_simulated_maxima_have_the_distribution_of_plain_numpy(small):
    cells, counts, residents, days = small
    total = int(counts.sum())
    zones = disc_zones(cells, rings=2)
    choices = ScanChoices(null="poisson", look="retrospective", longest=3, runs=2000)
    ours = scan(counts, zones, exposure=residents, period_exposure=days, choices=choices).maxima
    stream = np.random.default_rng(8)
    chances = np.outer(residents / residents.sum(), days / days.sum())
    plain = [
        plain_maximum(
            stream.multinomial(total, chances.ravel()).reshape(counts.shape),
            zones,
            total * chances,
            longest=3,
        )
        for _ in range(1000)
    ]
    assert stats.ks_2samp(ours, plain).pvalue > 0.001


def plain_maximum(counts, zones, expected, *, longest):
    """The largest ratio over all intervals, in plain numpy."""
    total, best = counts.sum(), 0.0
    for first in range(counts.shape[1]):
        for last in range(first, min(first + longest, counts.shape[1])):
            c = zones.sums(counts[:, first : last + 1].sum(axis=1).astype(float))
            e = zones.sums(expected[:, first : last + 1].sum(axis=1))
            share = zones.sums(expected.sum(axis=1)) / total
            kept = (share <= 0.5) & (c > e) & (c >= 2)
            c, e = c[kept], e[kept]
            ratios = c * np.log(c / e) + (total - c) * np.log((total - c) / (total - e))
            best = max(best, ratios.max(initial=0.0))
    return best


def test_ties_count_against_the_observed_value():
    simulated = np.array([1.0, 2.0, 3.0])
    assert rank_p(2.0, simulated) == 0.75
    assert rank_p(2.0 + 1e-13, simulated) == 0.75  # the same window, one bit apart
    assert rank_p(9.0, simulated) == 0.25


def test_replicates_do_not_depend_on_chunks_or_threads():
    def draw(stream, number):
        return stream.random(number)

    one = run_replicates(draw, runs=21, seed=4, threads=1)
    np.testing.assert_array_equal(one, run_replicates(draw, runs=21, seed=4, threads=3))
    np.testing.assert_array_equal(one[:16], run_replicates(draw, runs=16, seed=4))
    with pytest.raises(RequestError, match="1 run or more"):
        run_replicates(draw, runs=0, seed=4)


def test_the_scan_costs_nothing_until_it_is_run():
    code = (
        "import sys, mapper.statistics.scan, mapper.statistics.near_repeat;"
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Refusals


def test_choices_are_refused_all_at_once():
    with pytest.raises(RequestError) as caught:
        ScanChoices(longest=0, largest_share=0, fewest=0, most_clusters=0, runs=0, seed=-1)
    for words in ("longest", "share", "fewest", "cluster", "run", "seed"):
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"exposure": None}, "needs an exposure"),
        ({"exposure": np.ones(3)}, r"shape \(3,\)"),
        ({"exposure": np.zeros(19)}, "incidents but no exposure"),
        ({"exposure": np.full(19, -1.0)}, "19 places is missing, infinite or below 0"),
        ({"period_exposure": np.full(6, np.nan)}, "6 periods is missing"),
        ({"counts": np.zeros((3, 6), dtype=int)}, "19 places"),
        ({"counts": np.full((19, 6), 0.5)}, "not whole numbers"),
        ({"counts": np.full((19, 6), -1)}, "114 counts are below 0"),
    ],
)
def test_parts_that_do_not_fit_are_refused(small, change, message):
    cells, counts, residents, _ = small
    given = {"counts": counts, "exposure": residents} | change
    with pytest.raises(RequestError, match=message):
        scan(
            given.pop("counts"),
            disc_zones(cells, rings=1),
            choices=ScanChoices(null="poisson", runs=9),
            **given,
        )


def test_the_permutation_null_takes_no_exposure(small):
    cells, counts, residents, _ = small
    with pytest.raises(RequestError, match="takes no exposure"):
        scan(counts, disc_zones(cells, rings=1), exposure=residents)


def test_too_few_incidents_are_refused():
    cells = patch(1)
    with pytest.raises(TooFewEventsError, match="Only 28 incidents"):
        scan(np.ones((7, 4), dtype=int), disc_zones(cells, rings=1))


def test_zones_and_points_are_refused(monkeypatch):
    with pytest.raises(RequestError, match="-1 rings"):
        disc_zones(patch(1), rings=-1)
    monkeypatch.setattr("mapper.statistics.scan_windows.MOST_PAIRS", 10)
    with pytest.raises(RequestError, match="fewer rings"):
        disc_zones(patch(1), rings=1)
    with pytest.raises(RequestError, match="fewer places"):
        circle_zones(np.arange(9.0), np.zeros(9), exposure=np.ones(9))


def test_nothing_is_reported_where_counts_are_as_expected():
    cells = patch(1)
    result = scan(
        np.full((7, 6), 5),
        disc_zones(cells, rings=1),
        exposure=np.ones(7),
        choices=ScanChoices(null="poisson", runs=9),
    )
    assert result.clusters == ()
    assert result.maxima.size == 9


def test_a_family_without_zones_sums_to_nothing():
    none = np.zeros(0, dtype=np.int64)
    zones = Zones(
        np.zeros(2, np.int64), np.zeros(1, np.int64), none.astype(np.int32), np.zeros(0), "km"
    )
    assert zones.sums(np.ones(1)).size == 0
