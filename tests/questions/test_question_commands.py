"""Each question's command: its values are those of the pure function over the same incidents."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.back_test import BackTest, back_test
from mapper.analysis.proactivity import check_proactivity
from mapper.areas.load import load_study_area
from mapper.cli.question_table import with_table
from mapper.grid.counts import count_by_period
from mapper.incidents.coordinates import degrees_to_grid
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.questions.action import Action
from mapper.questions.evaluate import open_trial
from mapper.questions.registry import QUESTIONS
from mapper.questions.verdicts import CANNOT
from mapper.questions.windows import window_of
from mapper.statistics.accuracy import AccuracyTest
from mapper.statistics.action_outcome import CANNOT_BE_TOLD, evaluate_ledgers
from mapper.statistics.aoristic import week_clock
from mapper.statistics.change import compare_windows
from mapper.statistics.clusters import find_clusters
from mapper.statistics.co_location import find_meeting_places
from mapper.statistics.concentration import measure_concentration, top_stability
from mapper.statistics.emerging import PATTERN_NAMES, classify_patterns
from mapper.statistics.evaluation import BeforeAfter
from mapper.statistics.false_discovery import benjamini_hochberg
from mapper.statistics.global_measures import measure_moran
from mapper.statistics.moran import QUADRANTS, local_moran
from mapper.statistics.near_repeat import near_repeat
from mapper.statistics.period_dispersion import measure_period_dispersion
from mapper.statistics.scan import ScanChoices, scan
from mapper.statistics.scan_windows import disc_zones
from mapper.statistics.scores import score_counts
from mapper.statistics.signals import find_signals, signal_table
from mapper.statistics.trend import mann_kendall_exact
from tests.cli.test_cli import street_file

MONTHS = np.arange(np.datetime64("2023-01"), np.datetime64("2023-12"))  # December is cut short


def by_month(study):
    """Incidents of every cell and whole month, counted here once more."""
    start = study.incidents.table["start"].to_numpy().astype("datetime64[M]")
    month = (start - MONTHS[0]).astype(np.int64)
    month[month >= MONTHS.size] = -1
    sizes = {"size": study.near.size, "periods": MONTHS.size}
    ones = (study.weights > 0).astype(np.int64)
    return count_by_period(study.counts.position, ones, month, **sizes)


def between(study, first, last):
    """Incidents of every cell from the first day to the last."""
    day = study.incidents.table["start"].dt.strftime("%Y-%m-%d").to_numpy()
    inside = study.counted & (day >= first) & (day <= last)
    return np.bincount(study.counts.position[inside], minlength=study.near.size)


def same(column, expected):
    np.testing.assert_allclose(column.to_numpy(dtype=float), expected, rtol=1e-12)


def test_signals_are_the_four_and_local_moran(ask, study):
    table, manifest = ask("signals")
    covered, reached = study.covered, ~study.uncovered
    residents = covered.area.cells["residents"].to_numpy()
    expected = signal_table(
        find_signals(
            covered.counts.incidents, covered.near, demand=covered.demand, residents=residents
        )
    )
    known = table.loc[reached, list(expected.columns)].reset_index(drop=True)
    pd.testing.assert_frame_equal(known, expected)
    assert not table.loc[~reached, "signals"].any()
    found = local_moran(score_counts(covered.counts.weighted, score="capped"), covered.near)
    same(table.loc[reached, "moran_p"], found.p_two_sided)
    assert table.loc[~reached, "moran_p"].isna().all()
    quadrants = [QUADRANTS[at] for at in found.quadrant]
    assert table.loc[reached, "moran_quadrant"].tolist() == quadrants
    assert table["hotspot_id"].tolist() == find_hotspots(study).cells["hotspot_id"].tolist()
    assert manifest["columns"]["single_place_p"] == "derived"
    assert manifest["columns"]["incidents"] == "count"
    over = table["over_represented_found"]
    assert table["signals"].str.contains("over-represented").eq(over).all()
    assert table.loc[over, "words"].str.contains("than all demand here would suggest").all()


def test_signals_with_a_second_lens_say_where_both_meet(ask, study):
    table, manifest = ask("signals", "--with-lens", "county-lines")
    other = load_lens("county-lines")
    assert manifest["choices"]["with_lens"] == other.id
    meeting = find_meeting_places(
        table["incidents"].to_numpy(), table["other_incidents"].to_numpy(), study.demand
    )
    same(table["both_p"], meeting.p)
    assert table["other_incidents"].sum() > 0
    assert {"between_i", "between_p", "between_quadrant"} <= set(table.columns)
    assert "share cells more than chance" in manifest["notes"][0]


def test_patterns_of_cells_follow_the_months_tested_one_by_one(ask, study):
    table, manifest = ask("patterns", "--by", "cell")
    counts = by_month(study)
    hot, cold = np.zeros(counts.shape, dtype=bool), np.zeros(counts.shape, dtype=bool)
    for month in range(MONTHS.size):
        column = np.ascontiguousarray(counts[:, month])
        scores = score_counts(column, score="capped")
        up = benjamini_hochberg(find_clusters(scores, study.near).p)
        down = benjamini_hochberg(find_clusters(scores, study.near, lower=True).p)
        hot[:, month] = (up <= 0.05) & (column + study.near.ring_sums(column) >= 5)
        cold[:, month] = down <= 0.05
    direction = mann_kendall_exact(counts).direction()
    codes = classify_patterns(hot, cold & ~hot, direction)
    told = np.array([PATTERN_NAMES[code] for code in codes], dtype=object)
    told[study.uncovered] = CANNOT
    assert table["pattern"].tolist() == told.tolist()
    assert table["incidents"].tolist() == counts.sum(axis=1).tolist()
    assert hot.any()
    assert manifest["choices"] == {"every": "month", "window": 1, "by": "cell"}


def test_patterns_reach_hot_spots_and_suggest_a_phase_with_its_rule(ask, study):
    table, _ = ask("patterns")
    listed = find_hotspots(study).hotspots
    assert table["hotspot_id"].tolist() == listed["hotspot_id"].tolist()
    top = table.iloc[1]
    assert top["pattern"] == "sporadic hot spot"
    assert top["phase"] == "secondary"
    assert top["phase_rule"]
    assert top["phase_reason"]
    assert top["hot_periods"] == len(top["hot_in"].split("; "))
    spot = find_hotspots(study)
    inside = (spot.cells["hotspot_id"] == top["hotspot_id"]).to_numpy()
    counts = by_month(study)
    share = spot.hotspots["expected"].iloc[0] / study.counts.total
    odds = counts[inside].sum(axis=0) / (share * counts.sum(axis=0))
    hot = [str(month) in top["hot_in"] for month in MONTHS]
    assert odds[hot].min() > max(1.0, np.median(odds[~np.array(hot)]))


def test_weeks_and_numbers_of_days_are_periods_too(ask):
    week, manifest = ask("patterns", "--by", "cell", "--every", "week", "--window", "4")
    assert week["periods"].iloc[0] == 51
    assert "2023-01-02" in manifest["notes"][0]
    days, _ = ask("patterns", "--by", "cell", "--every", "30")
    assert days["periods"].iloc[0] == 12


def test_change_since_a_day_compares_as_long_before(ask, study):
    table, manifest = ask("change", "--since", "2023-07-01")
    before, after = (
        between(study, "2023-01-02", "2023-06-30"),
        between(study, "2023-07-01", "2023-12-27"),
    )
    found = compare_windows(
        before,
        after,
        before_length=180,
        after_length=180,
        dispersion=dispersion_by_month(study, before=range(1, 7), after=range(7, 13)),
    )
    assert table["before"].tolist() == before.tolist()
    assert table["after"].tolist() == after.tolist()
    same(table["p"], found.p)
    same(table["q"], found.q)
    assert manifest["choices"]["before"] == ["2023-01-02", "2023-06-30"]
    assert any("times as much from month to month" in note for note in manifest["notes"])


def dispersion_by_month(study, *, before, after, group=None):
    """The dispersion of whole months of 2023 within each window and in the rest, by hand."""
    inside = study.counted
    start = study.incidents.table["start"].to_numpy()[inside]
    month = start.astype("datetime64[M]").astype(int) - 53 * 12
    cells = np.arange(study.near.size) if group is None else group
    counts = np.zeros((int(cells.max()) + 1, 12))
    np.add.at(counts, (cells[study.counts.position[inside]], month), 1)
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    stretch = [0 if m in before else 1 if m in after else 2 for m in range(1, 13)]
    stretch[11] = -1  # the files end before nine tenths of December are over
    if 1 not in before:
        stretch[0] = -1  # cut by the window before
    return measure_period_dispersion(counts, days, stretch)


def test_change_of_two_windows_by_district_adds_cells_up(ask, study):
    windows = ("--before", "2023-01-05:2023-03-31", "--after", "2023-04-01:2023-06-30")
    table, _ = ask("change", *windows, "--by", "district")
    before = between(study, "2023-01-05", "2023-03-31")
    districts = study.area.cells["district"].astype(str).to_numpy()
    rows = np.unique(districts, return_inverse=True)[1]
    for row in table.itertuples():
        assert row.before == before[districts == row.district].sum()
    found = compare_windows(
        table["before"].to_numpy(),
        table["after"].to_numpy(),
        before_length=86,
        after_length=91,
        dispersion=dispersion_by_month(
            study,
            before=(2, 3),
            after=(4, 5, 6),
            group=rows,
        ),
    )
    same(table["ratio_low"], found.low)


def test_scan_finds_what_the_pure_scan_finds(ask, study):
    table, manifest = ask("scan", "--runs", "19", "--radius", "4", "--most", "3", "--seed", "5")
    choices = ScanChoices(runs=19, most_clusters=3, seed=5)
    found = scan(by_month(study), disc_zones(study.cells, rings=4), choices=choices)
    same(table["llr"], [cluster.llr for cluster in found.clusters])
    same(table["p"], [cluster.p for cluster in found.clusters])
    assert table["incidents"].tolist() == [cluster.count for cluster in found.clusters]
    assert [len(cells.split("; ")) for cells in table["cell_list"]] == table["cells"].tolist()
    assert manifest["choices"]["chance"] == "permutation"


def test_scan_takes_the_poisson_null_and_looks_back(ask):
    more = ("--chance", "poisson", "--look", "retrospective", "--exposure", "demand")
    table, manifest = ask("scan", *more, "--runs", "9", "--radius", "3")
    assert table["p"].min() >= 0.1
    assert manifest["choices"]["look"] == "retrospective"
    circles, _ = ask("scan", "--windows", "circles", "--area", "knowsley", "--runs", "9")
    assert set(circles["radius_unit"]) == {"km"}


def test_near_repeats_are_those_of_the_pure_table(ask, study):
    table, _ = ask("near-repeat", "--metres", "0,150,400", "--days", "2,14", "--runs", "49")
    rows = study.incidents.table[study.counted]
    x, y = degrees_to_grid(rows["lon"].to_numpy(), rows["lat"].to_numpy())
    days = rows["start"].to_numpy().astype("datetime64[us]").astype(np.int64) / 86_400e6
    found = near_repeat(x, y, days, space_bands=(0, 150, 400), time_bands=(2, 14), runs=49)
    assert table["pairs"].tolist() == found.observed.ravel().tolist()
    same(table["ratio"], found.ratio.ravel())
    same(table["p"], found.p.ravel())


def test_clock_of_the_area_and_of_a_hot_spot(ask, study):
    rows = study.incidents.table
    table, _ = ask("clock")
    expected = week_clock(
        rows["start"].to_numpy()[study.counted], rows["end"].to_numpy()[study.counted]
    )
    same(table["weight"], expected)
    assert table["day"].iloc[[0, 167]].tolist() == ["Monday", "Sunday"]
    spot = find_hotspots(study).hotspots.iloc[0]
    one, _ = ask("clock", "--hotspot", spot["hotspot_id"])
    assert one["weight"].sum() == pytest.approx(spot["incidents"])
    cell = study.counts.incidents.argmax()
    name = ask("signals")[0]["cell"][cell]
    of_cell, _ = ask("clock", "--cell", name)
    assert of_cell["weight"].sum() == pytest.approx(study.counts.incidents[cell])
    every, _ = ask("clock", "--hotspots")
    assert len(every) == 168 * len(find_hotspots(study).hotspots)


def test_concentration_in_figures_curve_and_stability(ask, study):
    found = measure_concentration(study.counts.incidents)
    pd.testing.assert_frame_equal(ask("concentration")[0], found.table())
    curve, _ = ask("concentration", "--table", "lorenz")
    same(curve["share_of_incidents"], found.lorenz.incidents)
    kept, _ = ask("concentration", "--table", "stability")
    expected = top_stability(by_month(study), periods=[str(month) for month in MONTHS])
    pd.testing.assert_frame_equal(kept, expected)


def test_accuracy_is_that_of_the_back_test(ask, tmp_path):
    months = [str(month) for month in np.arange(np.datetime64("2022-01"), np.datetime64("2023-03"))]
    source = street_file(tmp_path / "2022-01-merseyside-street.csv", months=months)
    more = ("--area", "liverpool", "--replicates", "20")
    table, manifest = ask("accuracy", *more, source=source, lens="public-all")
    expected = back_test(
        read_incidents([source]),
        BackTest(test_from=np.datetime64("2023-01-01").astype(object)),
        lens=load_lens("public-all"),
        area=load_study_area("liverpool", resolution=9),
        trial=AccuracyTest(replicates=20),
    )
    pd.testing.assert_frame_equal(table, expected.table)
    assert manifest["choices"]["test_from"] == "2023-01-01"


def test_robustness_follows_every_hot_spot(ask):
    where = ("--area", "sefton", "--question", "concentrated")
    table, _ = ask("robustness", *where, "--replicates", "50")
    assert table["settings"].iloc[0] > 100
    assert (table["share"] == table["stays_hot"] / table["settings"]).all()
    assert (table["rank_low"] <= table["rank_high"]).all()
    settings, _ = ask("robustness", *where, "--table", "settings")
    assert settings["judged"].sum() == table["settings"].iloc[0]
    assert settings["hotspots_kept"].sum() == table["stays_hot"].sum()


def test_evaluation_by_hand_equals_the_pure_measures(ask, study):
    cells = ask("signals")[0]["cell"]
    order = np.argsort(-study.counts.incidents, kind="stable")
    treated, buffer, control = order[[0]], order[[50]], order[[1, 2]]
    windows = ("--before", "2023-01-05:2023-06-30", "--after", "2023-07-01:2023-12-20")
    more = [*windows, "--cell", cells[treated[0]], "--buffer-cell", cells[buffer[0]]]
    more += [part for at in control for part in ("--control-cell", cells[at])]
    table, manifest = ask("evaluate", *more)
    counts = between(study, "2023-01-05", "2023-06-30"), between(study, "2023-07-01", "2023-12-20")
    names = ("treated", "control", "buffer")
    sums = {
        name: BeforeAfter(*(int(c[part].sum()) for c in counts))
        for name, part in zip(names, (treated, control, buffer), strict=True)
    }
    action = Action(
        before=window_of(windows[1]),
        after=window_of(windows[3]),
        cells=(cells[treated[0]],),
        buffer_cells=(cells[buffer[0]],),
        control_cells=tuple(cells[at] for at in control),
    )
    ledgers = open_trial(study, action).ledgers
    found = evaluate_ledgers(*ledgers, sums, before_length=177, after_length=173)
    figures = table.set_index("figure")
    told = figures.loc["treated against expected"]
    assert told["code"] == found.effect
    if found.effect not in CANNOT_BE_TOLD:
        assert told["value"] == pytest.approx(found.treated.ratio)
        assert told["high"] == pytest.approx(found.treated.high)
    else:
        assert np.isnan(told["value"])
    assert figures.loc["treated expected after", "value"] == pytest.approx(found.treated.expected)
    assert told["words"] == found.words[0]
    assert figures.loc["treated before", "value"] == sums["treated"].before
    assert manifest["notes"][:2] == list(found.words)
    # what no code allows is in no row
    assert ("WDD" in figures.index) == (found.effect not in CANNOT_BE_TOLD)


def test_a_synthetic_control_stands_beside_an_evaluation_where_asked(ask, study):
    """Six cells like many others: their mixture, by the option alone."""
    busy = np.argsort(-study.counts.incidents, kind="stable")[10:16]
    cells = [part for at in busy for part in ("--cell", ask("signals")[0]["cell"][at])]
    windows = ("--before", "2023-05-01:2023-08-31", "--after", "2023-09-01:2023-12-20")
    table, _ = ask("evaluate", *windows, *cells, "--synthetic")
    plain, _ = ask("evaluate", *windows, *cells)
    figures = table.set_index("figure")["value"]
    assert figures["synthetic control: placebo places"] >= 39
    assert figures["synthetic control: places in the mixture"] >= 1
    assert figures["synthetic control: expected after"] > 0
    same(table["value"][: len(plain)], plain["value"].to_numpy())
    assert len(table) == len(plain) + 5


def test_evaluation_makes_its_own_buffer_and_controls(ask, study):
    early = ("--before", "2023-01-05:2023-06-30", "--after", "2023-07-01:2023-12-20")
    spots, _ = ask("signals", "--by", "place", "--from", "2023-01-05", "--to", "2023-06-30")
    spot = spots["place_id"][0]
    more = (*early, "--hotspot", spot, "--control-buffer", "--table", "cells")
    table, manifest = ask("evaluate", *more)
    parts = table["part"].value_counts()
    assert parts["treated"] == parts["control"] == spots["cells"][0]
    assert parts["buffer"] > 6
    assert "buffer control" in parts
    assert table["cell"].is_unique
    assert any("comparable places nearest in level" in note for note in manifest["notes"])


def test_proactivity_gives_its_three_tables(ask, study):
    found = check_proactivity(study)
    for name, expected in (("hot-cells", found.hot_cells), ("areas", found.areas)):
        table, manifest = ask("proactivity", "--table", name)
        pd.testing.assert_frame_equal(table, expected)
    assert manifest["notes"][: len(found.words)] == list(found.words)
    listed, _ = ask("proactivity")
    assert listed["hotspot_id"].tolist() == found.hotspots["hotspot_id"].tolist()


def test_the_whole_map_is_described(ask, study):
    table, _ = ask("describe", "--scheme", "natural", "--classes", "4")
    figures = table.set_index("figure")["value"]
    moran = measure_moran(score_counts(study.counts.weighted, score="capped"), study.near)
    assert figures["morans_i"] == pytest.approx(moran.value)
    assert figures["mean_centre_lat"] == pytest.approx(53.41, abs=0.02)
    assert figures["break_4"] == study.counts.incidents.max()
    shapes, _ = ask("describe", "--table", "shapes", "--metres", "300", "--fewest", "20")
    assert len(shapes) >= 2
    assert shapes["incidents"].is_monotonic_decreasing


@pytest.mark.parametrize("definition", QUESTIONS.values(), ids=lambda each: each.id)
def test_help_says_question_definition_and_source_in_three_lines(run, definition):
    said = run(definition.id, "--help")
    assert said.code == 0
    lines = [line.strip() for line in said.out.splitlines()]
    at = lines.index(definition.question)
    assert lines[at + 1 : at + 3] == [definition.definition, f"Source: {definition.source}"]


def test_both_suffixes_hold_the_same_and_the_manifest_both_digests(ask, extract, tmp_path):
    wide, first = ask("concentration")
    plain, second = ask("concentration", suffix=".csv")
    pd.testing.assert_frame_equal(wide, plain, check_dtype=False, rtol=0, atol=0)
    assert first["release"] == second["release"]
    assert first["inputs"][0]["rows"] == 1_470
    assert list(second["outputs"]) == [
        "concentration.csv",
        "concentration.csv-metadata.json",
    ]
    assert first["marking"] == "OFFICIAL-SENSITIVE"
    before = (tmp_path / "concentration.csv").read_bytes()
    _, again = ask("concentration", suffix=".csv")
    assert (tmp_path / "concentration.csv").read_bytes() == before
    second.pop("made_at")
    again.pop("made_at")
    assert json.dumps(again) == json.dumps(second)


def test_the_table_of_the_documents_is_the_one_made_from_the_choices():
    text = (Path(__file__).parents[2] / "docs" / "commands.md").read_text()
    assert text == with_table(text), "run docs/make_commands.py"
    for each in QUESTIONS.values():
        assert f"| `mapper {each.id}` | {each.question} |" in text
