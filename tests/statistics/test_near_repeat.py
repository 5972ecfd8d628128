"""The near-repeat table against plain loops, pointpats and a planted repeat."""

import numpy as np
import pytest
from scipy import stats

from mapper.base.errors import RequestError
from mapper.statistics.near_repeat import near_repeat

SPACE = (0, 100, 250, 400)
TIME = (0, 7, 14, 30)


@pytest.fixture(scope="module")
def incidents():
    """300 incidents, some at one place, in whole metres and days so that edges are met."""
    stream = np.random.default_rng(2)
    x, y = (340_000 + 50.0 * stream.integers(0, 40, 300) for _ in range(2))
    return x, y, stream.integers(0, 120, 300).astype(float)


def loops(x, y, days, space, time):
    table = np.zeros((len(space), len(time)), dtype=np.int64)
    for i in range(len(x)):
        for j in range(i):
            metres = np.hypot(x[i] - x[j], y[i] - y[j])
            row = next((b for b, edge in enumerate(space) if metres <= edge), None)
            column = next(
                (b for b, edge in enumerate(time) if abs(days[i] - days[j]) <= edge), None
            )
            if row is not None and column is not None:
                table[row, column] += 1
    return table


@pytest.mark.parametrize("space", [SPACE, (100, 400), (0,)])
def test_counts_are_those_of_plain_loops(incidents, space):
    table = near_repeat(*incidents, space_bands=space, time_bands=TIME, runs=9)
    np.testing.assert_array_equal(table.observed, loops(*incidents, space, TIME))
    assert table.observed.dtype == np.int64
    assert table.observed.shape == table.p.shape == (len(space), len(TIME))


def test_counts_are_those_of_pointpats(incidents):
    from pointpats.spacetime import Knox

    x, y, days = incidents
    table = near_repeat(*incidents, space_bands=SPACE, time_bands=TIME, runs=9)
    places, times = np.column_stack([x, y]), days[:, np.newaxis]
    for row, metres in enumerate(SPACE[1:], start=2):
        for column, delay in enumerate(TIME[1:], start=2):
            theirs = Knox(places, times, delta=metres, tau=delay, permutations=0)
            assert table.observed[:row, :column].sum() == theirs.statistic_


def plainly_shuffled(x, y, days, *, seed):
    """Pairs within 0 and 250 m and 7 and 30 days in 1,000 shuffles of the days, by plain sums."""
    near = np.hypot(x[:, None] - x, y[:, None] - y)
    pairs = np.triu_indices(len(x), 1)
    space = np.digitize(near[pairs], [0, 250], right=True)
    stream = np.random.default_rng(seed)
    plain = []
    for _ in range(1000):
        mixed = stream.permutation(days)
        time = np.digitize(np.abs(mixed[:, None] - mixed)[pairs], [7, 30], right=True)
        plain.append(np.bincount(space * 3 + time, minlength=9).reshape(3, 3)[:2, :2])
    return np.array(plain)


def test_mean_and_p_are_those_of_a_plain_shuffle(incidents):
    x, y, days = incidents
    table = near_repeat(*incidents, space_bands=(0, 250), time_bands=(7, 30), runs=1999)
    plain = plainly_shuffled(x, y, days, seed=9)
    error = plain.std(axis=0) * np.sqrt(1 / 1000 + 1 / 1999)
    assert (np.abs(table.expected - plain.mean(axis=0)) < 4 * error).all()
    share = (plain >= table.observed).mean(axis=0)
    assert (np.abs(table.p - share) < 4 * np.sqrt(0.25 * (1 / 1000 + 1 / 1999))).all()
    np.testing.assert_allclose(table.ratio, table.observed / table.expected)


def test_p_counts_shuffles_equal_to_what_was_observed():
    """The trap of P(X > observed): where every shuffle equals the table, p is 1, not 1 / 100."""
    x, y, days = np.array([0.0, 10, 20, 30]), np.zeros(4), np.ones(4)
    table = near_repeat(x, y, days, space_bands=(15,), time_bands=(1,), runs=99)
    assert table.observed[0, 0] == 3
    assert table.expected[0, 0] == 3
    assert table.p[0, 0] == 1


def test_a_planted_near_repeat_is_found_in_its_band():
    stream = np.random.default_rng(4)
    x, y, days = (
        stream.uniform(0, 9000, 300),
        stream.uniform(0, 9000, 300),
        stream.uniform(0, 365, 300),
    )
    x = np.append(x, x[:40] + 50)
    y, days = np.append(y, y[:40]), np.append(days, days[:40] + 3)
    table = near_repeat(x, y, days, space_bands=(0, 100, 1000), time_bands=(7, 60), runs=199)
    assert table.p[1, 0] == 1 / 200
    assert table.ratio[1, 0] > 5
    assert np.isnan(table.ratio[0, 0])  # no two at one place: nothing to divide by
    assert table.p[0, 0] == 1


def test_p_is_uniform_when_times_are_free_of_places():
    stream = np.random.default_rng(5)
    p = np.array(
        [
            near_repeat(
                stream.uniform(0, 1000, 120),
                stream.uniform(0, 1000, 120),
                stream.uniform(0, 99, 120),
                space_bands=(150,),
                time_bands=(15,),
                runs=39,
                seed=seed,
            ).p[0, 0]
            for seed in range(200)
        ]
    )
    for alpha in (0.05, 0.1, 0.25, 0.5):
        hits = np.count_nonzero(p <= alpha + 1e-12)
        assert stats.binomtest(hits, p.size, alpha).pvalue > 0.001


def test_edges_belong_to_the_band_below_whatever_the_floats():
    x, y = np.array([0.0, 300, 0]), np.array([0.0, 400, 0])
    days = np.array(
        [0.1, 7.1, 7.1]
    )  # 7.1 - 0.1 is a little less than 7, and 0.3 - 0.1 more than 0.2
    table = near_repeat(x, y, days, space_bands=(0, 500), time_bands=(6, 7), runs=9)
    np.testing.assert_array_equal(table.observed, [[0, 1], [1, 1]])
    assert 0.3 - 0.1 != 0.2
    table = near_repeat(
        np.zeros(2), np.zeros(2), np.array([0.1, 0.3]), space_bands=(0,), time_bands=(0.2,), runs=9
    )
    assert table.observed[0, 0] == 1


def test_the_same_seed_gives_the_same_table(incidents):
    def expected(seed):
        return near_repeat(
            *incidents, space_bands=SPACE, time_bands=TIME, runs=50, seed=seed
        ).expected

    np.testing.assert_array_equal(expected(1), expected(1))
    assert not np.array_equal(expected(1), expected(2))


def test_progress_can_stop_the_work(incidents):
    def stop(words, _share):
        assert words == "Counting near repeats"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        near_repeat(*incidents, space_bands=SPACE, time_bands=TIME, runs=500, progress=stop)


def test_too_many_pairs_are_refused_before_any_is_held():
    zeros = np.zeros(641_140)
    with pytest.raises(
        RequestError, match="205,529,929,230 pairs within 0 m, more than 20,000,000"
    ):
        near_repeat(zeros, zeros, zeros, space_bands=(0,), time_bands=(7,))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"space_bands": ()}, "space bands"),
        ({"space_bands": (100, 100)}, "space bands"),
        ({"space_bands": (-1, 100)}, "space bands"),
        ({"time_bands": (7, np.nan)}, "time bands"),
        ({"x": np.array([np.nan] * 300)}, "300 incidents have no place"),
        ({"x": np.zeros(3)}, "differ in length"),
        ({"x": np.zeros(1), "y": np.zeros(1), "days": np.zeros(1)}, "fewer than 2"),
        ({"runs": 0}, "1 run or more"),
    ],
)
def test_what_cannot_be_counted_is_refused(incidents, change, message):
    x, y, days = incidents
    given = {"x": x, "y": y, "days": days, "space_bands": SPACE, "time_bands": TIME} | change
    with pytest.raises(RequestError, match=message):
        near_repeat(given.pop("x"), given.pop("y"), given.pop("days"), **given)


def test_all_faults_are_named_at_once():
    with pytest.raises(RequestError, match=r"differ in length.*space bands.*time bands"):
        near_repeat(np.zeros(3), np.zeros(2), np.zeros(2), space_bands=(), time_bands=())


def test_p_over_all_bands_is_that_of_a_plain_shuffle(incidents):
    """Second road: other shuffles, counted by plain sums, the largest band of each by hand."""
    x, y, days = incidents
    table = near_repeat(*incidents, space_bands=(0, 250), time_bands=(7, 30), runs=1999)
    plain = plainly_shuffled(x, y, days, seed=19)
    mean, spread = plain.mean(axis=0), plain.std(axis=0)
    largest = ((plain - mean) / spread).max(axis=(1, 2))
    share = np.array(
        [(largest >= z).mean() for z in ((table.observed - mean) / spread).ravel()]
    ).reshape(2, 2)
    # Twice four errors: the mean and spread that bands are standardised by are drawn as well.
    assert (np.abs(table.p_all - share) < 8 * np.sqrt(0.25 * (1 / 1000 + 1 / 1999))).all()
    assert (table.p_all >= table.p - 0.03).all()
    assert table.table_p == table.p_all.min()


def test_the_table_of_nothing_stands_out_no_more_often_than_it_says():
    """16 bands of times free of places: some band by itself often, all together rarely."""
    stream = np.random.default_rng(6)
    tables = [
        near_repeat(
            *(stream.uniform(0, 1000, 60) for _ in range(2)),
            stream.uniform(0, 99, 60),
            space_bands=(100, 200, 300, 400),
            time_bands=(5, 10, 20, 40),
            runs=99,
            seed=seed,
        )
        for seed in range(300)
    ]
    together = np.array([table.table_p for table in tables])
    for alpha in (0.05, 0.1, 0.25, 0.5):
        hits = np.count_nonzero(together <= alpha + 1e-12)
        assert stats.binomtest(hits, together.size, alpha).pvalue > 0.001
    assert np.mean([table.p.min() <= 0.05 for table in tables]) > 0.3


def test_a_planted_near_repeat_stands_out_among_all_bands():
    stream = np.random.default_rng(4)
    x, y, days = (stream.uniform(0, top, 300) for top in (9000, 9000, 365))
    x, y, days = np.append(x, x[:40] + 50), np.append(y, y[:40]), np.append(days, days[:40] + 3)
    bands = {"space_bands": (100, 400, 1000), "time_bands": (7, 14, 60)}
    table = near_repeat(x, y, days, **bands, runs=199)
    assert table.table_p == table.p_all[0, 0] == 1 / 200


def test_bands_that_never_vary_stand_out_nowhere():
    x, y, days = np.array([0.0, 10, 20, 30]), np.zeros(4), np.ones(4)
    table = near_repeat(x, y, days, space_bands=(15,), time_bands=(1,), runs=99)
    assert table.table_p == 1
