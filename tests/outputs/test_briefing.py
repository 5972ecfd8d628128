"""The content of a briefing, against direct counts and by trying every count that print allows."""

from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, binomtest

from mapper.analysis.examine import positions
from mapper.areas.load import load_study_area
from mapper.base.errors import RequestError
from mapper.disclosure import planned
from mapper.disclosure.plan_month import give_month
from mapper.disclosure.register import UNLIMITED, MemoryRegister
from mapper.disclosure.release_plan import ReleasePlan
from mapper.disclosure.rules import rules
from mapper.disclosure.suppression import interval_of
from mapper.disclosure.totals import total_is_safe
from mapper.incidents.read import read_incidents
from mapper.outputs.briefing.choices import (
    BriefingChoices,
    as_json,
    from_json,
    windows_of_period,
    windows_since,
)
from mapper.outputs.briefing.content import briefing_content
from mapper.outputs.briefing.gather import gather
from mapper.outputs.briefing.spans import RateChange, Spans, compare_spans, spans_of_counts
from mapper.questions.windows import Window
from mapper.records.place_work import WorkGround
from mapper.records.shared import Shared
from tests.small_extract import write_extract

RULE = rules().audiences["partnership"]
BEFORE = Window(date(2023, 6, 1), date(2023, 8, 31))
AFTER = Window(date(2023, 9, 1), date(2023, 11, 30))


@pytest.fixture(scope="module")
def incidents(tmp_path_factory):
    return read_incidents([write_extract(tmp_path_factory.mktemp("b") / "x.csv", each=600)])


@pytest.fixture(scope="module")
def gathered(incidents):
    choices = BriefingChoices("domestic-abuse", BEFORE, AFTER)
    return gather(incidents, choices, register=MemoryRegister(), made_by="Sam")


@pytest.fixture(scope="module")
def content(gathered):
    return briefing_content(gathered)


def direct(incidents, flag, window):
    """How many incidents with a flag lie in the area in a window, by pandas alone."""
    import h3

    table = incidents.table
    days = table["start"].dt.date
    rows = table[table[flag] & (days >= window.first) & (days <= window.last)]
    known = {format(cell, "x") for cell in load_study_area(resolution=8).cells["cell"]}
    return sum(
        h3.latlng_to_cell(lat, lon, 8) in known
        for lat, lon in zip(rows["lat"], rows["lon"], strict=True)
    )


def test_headline_figures_are_direct_counts_rounded(content, incidents):
    found = {one.id: one for one in content.headlines}
    assert list(found) == ["domestic-abuse", "county-lines", "all-demand"]
    for lens, flag in (("domestic-abuse", "domestic_abuse"), ("county-lines", "county_line")):
        before, after = (direct(incidents, flag, window) for window in (BEFORE, AFTER))
        assert abs(int(found[lens].value.replace(",", "")) - after) <= 2
        assert abs(int(found[lens].before.split()[0].replace(",", "")) - before) <= 2
        assert int(found[lens].value.replace(",", "")) % 5 == 0


def exact(before, after, days):
    """The interval of a rate ratio and its two-sided p, from SciPy alone."""
    share, scale = days[1] / sum(days), days[0] / days[1]
    low = beta.ppf(0.025, after, before + 1) if after else 0.0
    high = beta.ppf(0.975, after + 1, before) if before else 1.0
    odds = [chance / (1 - chance) * scale if chance < 1 else np.inf for chance in (low, high)]
    return (*odds, binomtest(after, before + after, share).pvalue)


@pytest.mark.parametrize(
    ("before", "after"), [(20, 60), (60, 20), (50, 55), (None, 40), (15, 0), (5, 10), (100, 140)]
)
def test_an_interval_covers_every_count_that_print_leaves_open(before, after):
    spans = [spans_of_counts([count], RULE) for count in (before, after)]
    (moved,) = compare_spans(*spans, days=(91, 92))
    every = [
        exact(one, other, (91, 92))
        for one, other in product(
            *(range(int(span.low[0]), int(span.high[0]) + 1) for span in spans)
        )
    ]
    assert moved.low == pytest.approx(min(low for low, _, _ in every))
    assert moved.high == pytest.approx(max(high for _, high, _ in every))
    rise = all(low > 1 and p <= 0.05 for low, _, p in every)
    fall = all(high < 1 and p <= 0.05 for _, high, p in every)
    wanted = "clear rise" if rise else "clear fall" if fall else "no clear change"
    assert moved.way == wanted


def test_a_withheld_count_is_never_compared():
    low, high = np.array([0, 10]), np.array([UNLIMITED, 12])
    moves = compare_spans(Spans(low, high), Spans(low, high), days=(90, 90))
    assert [one.way for one in moves] == ["too few to compare", "no clear change"]
    assert moves[0].words == ""


def test_what_the_data_forbids_to_compare_cannot_be_told():
    spans = [spans_of_counts(counts, RULE) for counts in ([20, 20], [60, 60])]
    moves = compare_spans(*spans, days=(90, 90), forbidden=np.array([True, False]))
    assert [one.way for one in moves] == ["cannot be told", "clear rise"]
    assert moves[0].words == ""


def test_a_ward_that_stops_takes_the_verdict_from_its_own_places_alone(incidents):
    """Of two places of the map, one lies in a ward whose rows end with the earlier window."""
    area = load_study_area(resolution=8)
    at = positions(incidents, area)
    wards = area.cells["ward"].astype("str").to_numpy(dtype=object)
    choices = BriefingChoices("domestic-abuse", BEFORE, AFTER)
    whole = gather(incidents, choices, register=MemoryRegister())
    inside = whole.now.cells["hot"].to_numpy() & whole.before.cells["hot"].to_numpy()
    ward = pd.Series(wards[inside]).mode().iloc[0]
    late = (incidents.table["start"] >= pd.Timestamp(AFTER.first)).to_numpy()
    gone = (wards[at] == ward) & (at >= 0) & late
    table = incidents.table[~gone].reset_index(drop=True)
    files = (replace(incidents.files[0], rows=len(table) + len(incidents.rejected)),)
    found = gather(replace(incidents, table=table, files=files), choices, register=MemoryRegister())
    barred = set(wards[found.forbidden])
    assert ward in barred
    assert not found.forbidden.all()
    ways = {one.moved.way for one in briefing_content(found).movers}
    assert "cannot be told" in ways
    assert any("the data itself changes there" in note for note in found.notes)


def test_many_places_are_tested_together():
    quiet = [50] * 200
    one = [spans_of_counts([50, *quiet], RULE), spans_of_counts([80, *quiet], RULE)]
    alone = compare_spans(spans_of_counts([50], RULE), spans_of_counts([80], RULE), days=(90, 90))
    assert alone[0].way == "clear rise"
    assert compare_spans(*one, days=(90, 90))[0].way == "no clear change"


@pytest.mark.parametrize("seed", range(6))
def test_no_interval_speaks_against_its_verdict(seed):
    """A card that says no clear change beside 1 % to 16 % more is read as a rise."""
    drawn = np.random.default_rng(seed)
    was = 5 * drawn.integers(1, 60, 6)
    now = 5 * np.rint(was * drawn.choice([0.5, 0.8, 1.0, 1.2, 1.3, 2.0], 6) / 5).astype(int)
    spans = [spans_of_counts(one.tolist(), RULE) for one in (was, now)]
    moves = compare_spans(*spans, days=(90, 92))
    for row, moved in enumerate(moves):
        assert (moved.low > 1) is (moved.way == "clear rise")
        assert (moved.high < 1) is (moved.way == "clear fall")
        alone = compare_spans(
            *(Spans(one.low[[row]], one.high[[row]]) for one in spans), days=(90, 92)
        )[0]
        assert moved.low <= alone.low + 1e-9  # together they are never narrower than alone
        assert moved.high >= alone.high - 1e-9
        assert not moved.is_clear or alone.is_clear


def test_a_joint_interval_holds_of_all_rows_at_once():
    """Six figures that did not move: in 95 of 100 draws no interval leaves the truth out."""
    drawn, missed = np.random.default_rng(5), 0
    for _ in range(150):
        was, now = drawn.poisson(80, (2, 6))
        spans = [Spans(one.astype(np.int64), one.astype(np.int64)) for one in (was, now)]
        moves = compare_spans(*spans, days=(90, 90))
        missed += any(one.low > 1 or one.high < 1 for one in moves)
    assert missed <= 150 * 0.05 + 2 * (150 * 0.05 * 0.95) ** 0.5


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (1.05, 1.12, "5 % to 12 % more"),
        (0.8, 0.95, "5 % to 20 % fewer"),
        (0.91, 1.04, "9 % fewer to 4 % more"),
        (2.1, 9.0, "2.1 to 9.0 times as many"),
        (1.5, float("inf"), "at least 50 % more"),
        (3.0, 4194.7, "at least 3.0 times as many"),
        (0.8, float("inf"), "at most 20 % fewer"),
        (0.0, 0.5, "at least 50 % fewer"),
        (0.0, 1.2, "at most 20 % more"),
        (0.0, float("inf"), ""),
    ],
)
def test_how_much_is_said_in_plain_words(low, high, words):
    assert RateChange("no clear change", low, high).words == words


def test_a_share_is_higher_or_lower_and_not_more_or_fewer():
    share = RateChange("no clear change", 0.93, 1.04, of_share=True)
    assert share.words == "7 % lower to 4 % higher"


def test_places_that_moved_are_summed_from_what_is_printed(content, gathered):
    assert content.movers
    hot = gathered.now.cells["hot"].to_numpy() | gathered.before.cells["hot"].to_numpy()
    for release, side in ((gathered.before, "before"), (gathered.now, "now")):
        said = [getattr(one, side) for one in content.movers]
        numbers = [one.number for one in said]
        assert all(str(one) == f"about {one.number:,}" for one in said if one.number)
        assert sum(numbers) == release.cells.loc[hot, "incidents"].fillna(0).sum()
        assert all(number % 5 == 0 for number in numbers)


def test_lenses_meet_where_both_released_maps_stand_out(content, gathered):
    other = next(one for one in gathered.others if "County" in one.title)
    both = gathered.now.cells["hot"].to_numpy() & other.cells["hot"].to_numpy()
    assert sum(one.cells for one in content.meetings) == both.sum()
    assert both.any()
    for one in content.meetings:
        assert set(one.lenses) == {"Domestic abuse", "County lines indicators"}


def test_every_map_is_registered_for_later_checks(incidents):
    register = MemoryRegister()
    gather(incidents, BriefingChoices("domestic-abuse", BEFORE, AFTER), register=register)
    kept = {(one.title, one.first) for one in register.earlier("partnership")}
    assert kept == {
        ("Domestic abuse", BEFORE.first),
        ("Domestic abuse", AFTER.first),
        ("County lines indicators", AFTER.first),
    }


def least_open(counts, printed_total):
    """How many values each hidden count keeps once the total is printed, by enumeration."""
    ends = [interval_of(c, RULE) if c == 0 or c >= 5 else (1, 4) for c in counts]
    low, high = interval_of(printed_total, RULE)
    kept = []
    for at, count in enumerate(counts):
        if 0 < count < 5:
            others = [end for number, end in enumerate(ends) if number != at]
            least, most = (sum(end[side] for end in others) for side in (0, 1))
            kept.append(sum(low - most <= value <= high - least for value in range(1, 5)))
    return min(kept, default=4)


def test_a_total_that_would_give_a_cell_away_is_not_printed():
    drawn = np.random.default_rng(0)
    safe = unsafe = 0
    for _ in range(400):
        counts = drawn.choice([0, 1, 1, 1, 2, 4, 4, 7, 12], drawn.integers(1, 14))
        total = int(counts.sum())
        if total < 5:
            continue
        said = total_is_safe([counts], RULE)
        assert said <= (least_open(counts.tolist(), total) == 4)
        safe, unsafe = safe + said, unsafe + (not said)
    assert safe > 50
    assert unsafe > 5
    assert not total_is_safe([np.ones(92, dtype=np.int64)], RULE)
    assert total_is_safe([np.array([20, 0, 10])], RULE)


def test_whole_months_up_to_the_last_one_that_is_complete():
    first, last = date(2023, 1, 2), date(2023, 12, 27)
    assert windows_of_period(first, last, "quarter") == (BEFORE, AFTER)
    assert windows_of_period(date(2021, 9, 1), date(2022, 8, 31), "half-year") == (
        Window(date(2021, 9, 1), date(2022, 2, 28)),
        Window(date(2022, 3, 1), date(2022, 8, 31)),
    )
    with pytest.raises(RequestError, match="too short to set one year"):
        windows_of_period(first, last, "year")


def test_since_a_meeting_as_many_days_are_set_against_those_before():
    first, last = date(2023, 1, 2), date(2023, 12, 27)
    before, after = windows_since(first, last, date(2023, 11, 1))
    assert (after.days, before.days, before.last) == (57, 57, date(2023, 10, 31))
    with pytest.raises(RequestError, match="is not inside the data"):
        windows_since(first, last, date(2026, 1, 1))


def test_choices_are_kept_as_json_and_read_back_or_refused():
    choices = BriefingChoices("drugs", BEFORE, AFTER)
    assert from_json(as_json(choices)) == choices
    assert from_json({**as_json(choices), "before": ["x", "y"]}) is None
    with pytest.raises(RequestError, match="do not end before"):
        BriefingChoices("drugs", AFTER, BEFORE)
    with pytest.raises(RequestError, match="for partners or the public"):
        BriefingChoices("drugs", BEFORE, AFTER, audience="operational")


def test_crime_is_told_as_a_share_of_all_demand_with_what_is_not_crime(incidents):
    table = incidents.table.assign(crime=np.arange(len(incidents.table)) % 4 == 0)
    table["every"] = True
    marked = replace(incidents, table=table)
    choices = BriefingChoices("county-lines", BEFORE, AFTER)
    kept = gather(marked, choices, register=MemoryRegister())
    (share,) = [one for one in briefing_content(kept).headlines if one.id == "crime"]
    wanted = 100 * direct(marked, "crime", AFTER) / direct(marked, "every", AFTER)
    said = int(share.value.removesuffix(" %"))
    assert abs(said - wanted) <= 1
    assert f"The other {100 - said} % is not crime" in share.note
    assert share.moved.way == "no clear change"


def test_days_without_data_are_told_beside_the_days_compared(gathered):
    whole = briefing_content(gathered)
    assert whole.subtitle.endswith(
        "1 September to 30 November 2023, against 1 June to 31 August 2023"
    )
    gaps = briefing_content(replace(gathered, days=(92, 30)))
    assert gaps.subtitle.endswith(
        "Data for 30 of 91 days, against 92 of 92: changes are told per day"
    )


def test_a_briefing_by_plan_is_all_sums_of_what_was_given(incidents, monkeypatch):
    lenses = ("county-lines", "domestic-abuse", "all-demand")
    plan = ReleasePlan("merseyside", 8, lenses, BEFORE.first, AFTER.last)
    monkeypatch.setattr(planned, "release_plan", lambda: plan)
    register = MemoryRegister()
    for month in plan.months:
        give_month(plan, incidents, month, register=register)
    kept = register.earlier("partnership")
    choices = BriefingChoices("domestic-abuse", BEFORE, AFTER)
    content = briefing_content(gather(incidents, choices, register=register))
    assert register.earlier("partnership") == kept
    assert register.earlier("partnership totals") == ()
    assert not any("not shown" in note for note in content.notes if "shifts" not in note)
    assert content.movers_known
    found = {one.id: one for one in content.headlines}
    for lens, flag in (("domestic-abuse", "domestic_abuse"), ("county-lines", "county_line")):
        for window, words in ((AFTER, found[lens].value), (BEFORE, found[lens].before)):
            low, high = (int(one.replace(",", "")) for one in words.split()[:3:2])
            assert low <= direct(incidents, flag, window) <= high
            assert high - low < 200  # three months, each within a band or two


def test_a_briefing_follows_the_nearest_map_that_may_be_shown(incidents):
    days = Window(date(2023, 9, 6), date(2023, 11, 20))
    choices = BriefingChoices("all-demand", BEFORE, days, resolution=9, audience="public")
    made = gather(incidents, choices, register=MemoryRegister())
    assert (made.now.resolution, made.choices.resolution) == (8, 8)
    assert (made.choices.after, made.choices.before) == (AFTER, BEFORE)
    assert made.before is not None
    assert made.before.cells["cell"].tolist() == made.now.cells["cell"].tolist()
    assert made.notes[0] == made.now.instead
    assert ": cells of 0.7 km² (estates), 1 September 2023 to 30 November 2023." in made.now.instead
    assert made.now.instead in briefing_content(made).notes


def test_inequality_counts_the_maps_places_and_those_that_shared_work_covers(gathered):
    """By hand: the median decile of each place, and shared work on the first alone."""
    shown, area = gathered.now, load_study_area(resolution=8)
    decile = {
        format(cell, "x"): value
        for cell, value in zip(
            area.cells["cell"], area.cells["deprivation_decile"], strict=True
        )
    }  # fmt: skip
    cells = {
        spot: shown.cells.loc[shown.cells["hotspot_id"] == spot, "cell"].tolist()
        for spot in shown.hotspots["hotspot_id"]
    }
    poor = [spot for spot, own in cells.items() if np.nanmedian([decile[c] for c in own]) == 1]
    first = next(iter(cells))
    ground = (WorkGround("Path", "", frozenset(cells[first][:1])),)
    told = briefing_content(gathered, shared=Shared(ground=ground)).inequality
    assert f": {len(poor)} of {len(cells)} place" in told
    assert f"of the 1 covered by work under way, {int(first in poor)}." in told
    assert "none is covered" in briefing_content(gathered).inequality
