"""A release plan: bands that leave room, sums never refused, an attacker who finds nothing."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from mapper.analysis.analyse import analyse
from mapper.analysis.study import prepare
from mapper.base.errors import AreaError, DisclosureError, TooFewEventsError
from mapper.disclosure import plan_month, planned, public_blocks, release_plan
from mapper.disclosure.blocks import Blocks, told_blocks, told_sums
from mapper.disclosure.make import release
from mapper.disclosure.plan_month import (
    check_plan,
    give_month,
    month_blocks,
    public_level_names,
)
from mapper.disclosure.plan_preview import preview_plan, shares_in_words
from mapper.disclosure.preview import preview
from mapper.disclosure.register import UNLIMITED, MemoryRegister
from mapper.disclosure.release_plan import LEVELS, PLANNED, ReleasePlan, read_plan
from mapper.disclosure.rules import READ_BY, readers_of, rules
from mapper.disclosure.suppression import print_counts, print_limits
from mapper.questions.change import ChangeChoices, ask_change
from mapper.questions.windows import Window
from tests.builders import small_area
from tests.disclosure.attacker import Knowledge, breaches
from tests.disclosure.test_attacker import give
from tests.disclosure.worlds import made_up

RULE = rules().audiences["partnership"]
ALL_LENSES = ("everything", "domestic-abuse", "all-but")


def planned_world(
    seed, monkeypatch, *, rings=2, months=3, lenses=ALL_LENSES, public=(), resolution=9
):
    """A made-up world and a plan for some of its months, which this installation goes by."""
    world = made_up(seed)
    lon, lat = world.place
    first = world.months[1]  # the first month of its data begins a few days late
    last = world.months[1 + months] - timedelta(1)
    plan = ReleasePlan("round", resolution, lenses, first, last, public)
    area = small_area(rings, resolution=resolution, lon=lon, lat=lat)
    monkeypatch.setattr(release_plan, "load_study_area", lambda _name, **_asked: area)
    monkeypatch.setattr(release_plan, "load_lens", world.lenses.__getitem__)
    monkeypatch.setattr(planned, "release_plan", lambda: plan)
    return world, plan


def parts_drawn(drawn):
    """Some blocks of which most are small, as they are told."""
    counts = drawn.choice([0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 8, 12, 30], size=(drawn.integers(1, 9), 1))
    return told_blocks(counts, RULE)


def one_sum(parts):
    return told_sums(parts, np.zeros(len(parts.low), dtype=int), places=1, step=RULE.round_to)


def test_bands_leave_every_part_its_whole_range():
    drawn = np.random.default_rng(0)
    told_more = 0
    for _ in range(300):
        parts = parts_drawn(drawn)
        band = one_sum(parts)
        low, high = parts.low.sum(), parts.high.sum()
        widest = (parts.high - parts.low).max()
        least, most = int(band.low[0, 0]), int(band.high[0, 0])
        assert low <= least <= parts.counts.sum() <= most <= high
        assert most >= low + widest
        assert least <= high - widest
        assert most - least >= widest
        told_more += (least, most) != (low, high)
    assert told_more > 100


def test_bands_lie_end_to_end_and_follow_from_what_was_told_alone():
    drawn = np.random.default_rng(1)
    for _ in range(60):
        parts = parts_drawn(drawn)
        low, high = int(parts.low.sum()), int(parts.high.sum())
        bands = set()
        for total in range(low, high + 1):
            counts = np.zeros_like(parts.counts)
            counts[0] = total
            band = one_sum(Blocks(counts, parts.low, parts.high))
            bands.add((int(band.low[0, 0]), int(band.high[0, 0])))
            assert band.low[0, 0] <= total <= band.high[0, 0]
        ends = sorted(bands)
        assert (ends[0][0], ends[-1][1]) == (low, high)
        assert all(one[1] + 1 == after[0] for one, after in pairwise(ends))


def attack_plan(seed, monkeypatch, *, tries=3, rings=1, published=False, resolution=9):
    """Give the months of a plan, ask for more at random; return what readers can tell, and more.

    The attacker knows every block at every level, and all that was released beside them. A
    partner knows what was published as well.
    """
    drawn = np.random.default_rng(seed)
    lenses = ALL_LENSES[: drawn.integers(2, 4)]
    public = lenses if published else ()
    made_of = {"lenses": lenses, "public": public, "resolution": resolution}
    world, plan = planned_world(seed, monkeypatch, rings=rings, **made_of)
    register = MemoryRegister()
    smallest = {name: rules().audiences[name].smallest_count for name in READ_BY}
    knows = {name: Knowledge(smallest[name]) for name in READ_BY}
    made = Counter()
    for month in plan.months:
        for stored in give_month(plan, world.incidents, month, register=register):
            for reader in readers_of(stored.audience):
                knows[reader].read_blocks(stored, stored.filters["lens"])
    for _ in range(tries):
        audience = str(drawn.choice(list(READ_BY), p=(0.8, 0.2)))
        told = Knowledge(smallest[audience])
        given = {"audience": audience, "register": register, "knowledge": told}
        if audience in plan.audiences and drawn.random() < 0.6:
            made["sums"] += ask_sum(drawn, world, plan, **given)
        else:
            made[audience] += give(drawn, world, table=drawn.random() < 0.3, **given)
        for reader in readers_of(audience):
            knows[reader].told += told.told
    return [one for name in READ_BY for one in breaches(knows[name], world.truth, whole=True)], made


def ask_sum(drawn, world, plan, *, audience, register, knowledge):
    """Ask for a map of whole months through a lens of the plan, and let the attacker read it."""
    area = plan.load_area()
    at, after = sorted(drawn.choice(len(plan.months) + 1, 2, replace=False).tolist())
    first, last = plan.months[at], [*plan.months[1:], plan.last + timedelta(1)][after - 1]
    last -= timedelta(1)
    lens = str(drawn.choice(plan.lenses))
    try:
        result = analyse(world.incidents, lens=world.lenses[lens], area=area, start=first, end=last)
    except (AreaError, TooFewEventsError):
        return False
    before = len(register.earlier(audience))
    if audience == "public" and plan.resolution > 8:  # wards and larger alone
        with pytest.raises(DisclosureError):
            release(result, audience=audience, register=register)
        return False
    shown = release(result, audience=audience, register=register)
    assert len(register.earlier(audience)) == before
    knowledge.read(shown, lens, first, last)
    return True


def test_a_plan_and_what_is_asked_beside_it_tell_nothing_hidden(monkeypatch):
    for seed in range(8):
        assert attack_plan(seed, monkeypatch, tries=1)[0] == []


def test_a_plan_for_partners_and_the_public_tells_neither_anything_hidden(monkeypatch):
    made = Counter()
    for seed in range(10):
        made_of = {"published": True, "resolution": 8 + seed % 2}
        found, given = attack_plan(seed, monkeypatch, tries=2, **made_of)
        assert found == []
        made += given
    assert made["sums"] >= 5


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3000, 3200))
def test_plans_for_partners_and_the_public_tell_neither_anything_hidden(seed, monkeypatch):
    made_of = {"published": True, "resolution": 8 + seed % 2, "rings": 1 + seed % 3 // 2}
    assert attack_plan(seed, monkeypatch, tries=8, **made_of)[0] == []


def test_what_is_published_without_room_or_by_partners_rule_is_caught(monkeypatch):
    """Sums as partners are told them, and small counts hidden by partners' rule."""
    made_of = {"published": True, "resolution": 8, "tries": 0}
    with monkeypatch.context() as narrow:
        narrow.setattr(public_blocks, "widened_sums", lambda _parts, sums, _place: sums)
        assert any(attack_plan(seed, narrow, **made_of)[0] for seed in range(12))
    with monkeypatch.context() as small:
        small.setattr(public_blocks, "widened", lambda blocks, _rule: blocks)
        assert any(attack_plan(seed, small, **made_of)[0] for seed in range(12))


def test_what_is_published_follows_from_what_partners_are_told(monkeypatch):
    """Each published span holds the partners', so a partner learns nothing from it."""
    _, plan = planned_world(3, monkeypatch, public=ALL_LENSES, resolution=8)
    world, _ = planned_world(3, monkeypatch, public=ALL_LENSES, resolution=8)
    blocks = month_blocks(plan, world.incidents, plan.first)
    assert {one.filters[PLANNED] for one in blocks if one.audience == "public"} == set(LEVELS)
    of = {(one.audience, one.filters["lens"], one.filters[PLANNED]): one for one in blocks}
    for (audience, *told), one in of.items():
        if audience == "public":
            partners = of["partnership", *told]
            assert (one.low <= partners.low).all()
            assert (one.high >= partners.high).all()
            assert ((one.high == 0) == (partners.high == 0)).all()


def test_cells_and_wards_are_published_only_where_no_other_lens_shows_through(monkeypatch):
    _, all_fine = planned_world(3, monkeypatch, public=ALL_LENSES, resolution=8)
    assert public_level_names(all_fine) == LEVELS
    assert public_level_names(replace(all_fine, resolution=9)) == LEVELS[:3]
    assert public_level_names(replace(all_fine, public=ALL_LENSES[:1])) == LEVELS[:2]
    strict = {**rules().audiences}
    strict["public"] = replace(strict["public"], district_only=("domestic_abuse",))
    monkeypatch.setattr(plan_month, "rules", lambda: replace(rules(), audiences=strict))
    assert public_level_names(all_fine) == LEVELS[:2]


def test_the_public_is_answered_from_its_plan_and_offered_its_levels(monkeypatch):
    world, plan = planned_world(3, monkeypatch, public=ALL_LENSES[:1], resolution=8)
    register = MemoryRegister()
    for month in plan.months:
        give_month(plan, world.incidents, month, register=register)
    area, days = plan.load_area(), {"start": plan.first, "end": plan.last}
    study = prepare(world.incidents, lens=world.lenses["everything"], area=area, **days)
    windows = Window(plan.first, plan.months[1] - timedelta(1)), Window(plan.months[1], plan.last)
    asked = ChangeChoices(before=windows[0], after=windows[1], by="district")
    kept = register.earlier("public")
    table = release(ask_change(study, asked), audience="public", register=register).table
    (district,) = [
        one for one in kept if (one.filters[PLANNED], one.first) == ("district", plan.first)
    ]
    limits = Knowledge(8).limits(table["before"].iloc[0], table["before_shown"].iloc[0])
    assert limits == (district.low[0], district.high[0])
    assert register.earlier("public") == kept
    result = analyse(world.incidents, lens=world.lenses["everything"], area=area, **days)
    with pytest.raises(DisclosureError, match="“everything”, by districts or the area"):
        release(result, audience="public", register=register)


def test_without_a_public_part_the_public_is_checked_beside_months_that_were_given(monkeypatch):
    world, plan = planned_world(3, monkeypatch)
    register = MemoryRegister()
    for month in plan.months:
        give_month(plan, world.incidents, month, register=register)
    asked = {"resolution": 8, "rings": 2, "start": plan.first, "end": plan.last}
    seen = preview(world.result("everything", **asked), audience="public", register=register)
    assert "must be given first" not in seen.refusal
    assert seen.linked


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2000, 2200))
def test_plans_and_what_is_asked_beside_them_tell_nothing_hidden(seed, monkeypatch):
    assert attack_plan(seed, monkeypatch, tries=8, rings=1 + seed % 2)[0] == []


def test_bands_without_room_are_caught(monkeypatch):
    def rounded(parts, place, *, places, step):
        told = told_sums(parts, place, places=places, step=step)
        low = (told.counts + step // 2) // step * step - step // 2
        return Blocks(told.counts, np.maximum(low, 0), low + step - 1)

    monkeypatch.setattr(plan_month, "told_sums", rounded)
    assert any(attack_plan(seed, monkeypatch, tries=0)[0] for seed in range(8))


def test_blocks_told_as_they_are_asked_for_are_caught(monkeypatch):
    """Each lens rounded by itself: all demand less domestic abuse is what is left."""

    def apart(counts, rule):
        told = told_blocks(counts, rule)
        low, high = interval_of_sums(counts, rule)
        return Blocks(told.counts, low, high)

    def interval_of_sums(counts, rule):
        whole = print_counts(counts.sum(axis=1), rule)
        low, high = print_counts(counts, rule).low.copy(), print_counts(counts, rule).high.copy()
        low[:, -1] = np.maximum(whole.low - low[:, :-1].sum(axis=1), 0)
        high[:, -1] = np.maximum(whole.high - high[:, :-1].sum(axis=1), low[:, -1])
        return low, high

    monkeypatch.setattr(plan_month, "told_blocks", apart)
    assert any(attack_plan(seed, monkeypatch, tries=0)[0] for seed in range(4))


def of_month(plan, register, lens, level, month):
    (found,) = [
        one
        for one in register.earlier("partnership")
        if (one.filters["lens"], one.filters[PLANNED], one.first) == (lens, level, month)
    ]
    return found


def test_what_is_a_sum_of_blocks_is_shown_and_registers_nothing(monkeypatch):
    world, plan = planned_world(3, monkeypatch)
    register = MemoryRegister()
    for month in plan.months:
        give_month(plan, world.incidents, month, register=register)
    kept = register.earlier("partnership")
    assert len(kept) == 3 * 3 * 4  # months, lenses, levels
    result = analyse(
        world.incidents,
        lens=world.lenses["everything"],
        area=plan.load_area(),
        start=plan.first,
        end=plan.last,
    )
    shown = release(result, audience="partnership", register=register).cells
    blocks = [of_month(plan, register, "everything", "cell", month) for month in plan.months]
    low, high = sum(one.low for one in blocks), sum(one.high for one in blocks)
    knows = Knowledge(5)
    for at, (count, words) in enumerate(zip(shown["incidents"], shown["shown"], strict=True)):
        assert knows.limits(count, words) == (low[at], high[at])
        assert low[at] <= result.incidents[at] <= high[at]
    study = prepare(
        world.incidents,
        lens=world.lenses["domestic-abuse"],
        area=plan.load_area(),
        start=plan.first,
        end=plan.last,
    )
    windows = Window(plan.first, plan.months[1] - timedelta(1)), Window(plan.months[1], plan.last)
    asked = ChangeChoices(before=windows[0], after=windows[1], by="ward")
    table = release(ask_change(study, asked), audience="partnership", register=register).table
    wards = of_month(plan, register, "domestic-abuse", "ward", plan.first)
    told = [knows.limits(*row) for row in zip(table["before"], table["before_shown"], strict=True)]
    assert sorted(told) == sorted(zip(wards.low.tolist(), wards.high.tolist(), strict=True))
    assert register.earlier("partnership") == kept


def test_a_part_of_the_ground_is_a_sum_too_with_or_without_a_plan_still_in_force(monkeypatch):
    world, plan = planned_world(3, monkeypatch)
    register = MemoryRegister()
    for month in plan.months:
        give_month(plan, world.incidents, month, register=register)
    monkeypatch.setattr(planned, "release_plan", lambda: None)
    area = plan.load_area()
    half = replace(area, cells=area.cells[area.cells["ward"] == "West Ward"].reset_index(drop=True))
    asked = {"area": half, "start": plan.first, "end": plan.last}
    result = analyse(world.incidents, lens=world.lenses["everything"], **asked)
    shown = release(result, audience="partnership", register=register).cells
    for row, count in zip(shown.to_dict("records"), result.incidents, strict=True):
        low, high = Knowledge(5).limits(row["incidents"], row["shown"])
        assert low <= count <= high
    assert len(register.earlier("partnership")) == 3 * 3 * 4


def test_a_preview_says_how_much_is_hidden_and_what_is_to_come(monkeypatch):
    world, plan = planned_world(3, monkeypatch)
    seen = preview_plan(plan, world.incidents)
    assert sorted(set(seen["month"])) == list(plan.months)
    register = MemoryRegister()
    blocks = give_month(plan, world.incidents, plan.first, register=register)
    for one in blocks:
        row = seen[
            (seen["month"] == plan.first)
            & (seen["lens"] == one.title)
            & (seen["level"] == one.filters[PLANNED])
        ]
        assert row["counts"].tolist() == [int((one.high > 0).sum())]
        assert row["hidden"].tolist() == [int(((one.high > 0) & (one.low < 5)).sum())]
    assert len(shares_in_words(plan, seen)) == len(plan.lenses)
    later = replace(plan, first=date(2030, 1, 1), last=date(2030, 3, 31))
    words = shares_in_words(later, preview_plan(later, world.incidents))
    assert words[-1].endswith("the 3 months still to come can be expected to be alike.")
    nothing = replace(world.incidents, table=world.incidents.table.head(0), files=())
    assert shares_in_words(plan, preview_plan(plan, nothing)) == [
        "How much is hidden cannot be told yet: the files hold no whole month."
    ]


def test_a_plan_is_checked_as_a_whole_before_it_is_in_force(monkeypatch):
    world, plan = planned_world(3, monkeypatch)
    register = MemoryRegister()
    give_month(plan, world.incidents, plan.first, register=register)
    check_plan(plan, register)
    late = replace(
        register.earlier("partnership")[0],
        digest="late",
        first=plan.months[-1],
        last=plan.last,
        filters={},
    )
    register.add(late)
    with pytest.raises(DisclosureError, match="April 2024 cannot be given by the plan"):
        check_plan(plan, register)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"start": date(2024, 2, 3)}, "Choose 1 February 2024 to 31 March 2024"),
        ({"lens": "all-but"}, "whole months of “everything”, “domestic-abuse”"),
        ({"end": date(2024, 4, 30)}, "1 April 2024 to 30 April 2024 must be given first"),
    ],
)
def test_what_is_no_sum_is_offered_the_nearest_one(asked, words, monkeypatch):
    world, plan = planned_world(3, monkeypatch, lenses=ALL_LENSES[:2])
    register = MemoryRegister()
    for month in plan.months[:2]:
        give_month(plan, world.incidents, month, register=register)
    days = {"start": plan.first, "end": date(2024, 3, 31)} | asked
    lens = world.lenses[days.pop("lens", "everything")]
    result = analyse(world.incidents, lens=lens, area=plan.load_area(), **days)
    with pytest.raises(DisclosureError, match=words):
        release(result, audience="partnership", register=register)
    assert {one.filters[PLANNED] for one in register.earlier("partnership")} == set(LEVELS)


def test_the_public_waits_until_partners_were_given_the_month(monkeypatch):
    world, plan = planned_world(3, monkeypatch)
    result = world.result(
        "everything", resolution=8, rings=2, start=plan.first, end=plan.months[1] - timedelta(1)
    )
    with pytest.raises(DisclosureError, match="must be given first"):
        release(result, audience="public", register=MemoryRegister())


@pytest.mark.parametrize(
    ("stricter", "words"),
    [
        ({"district_only": ("domestic_abuse",)}, "domestic-abuse is shown by district alone"),
        ({"finest_resolution": 8}, "resolution 9 is too fine"),
        ({"shortest_days": 90}, "a month of 29 days is too short: 90"),
    ],
)
def test_stricter_rules_of_an_installation_hold_for_its_plan(stricter, words, monkeypatch):
    world, plan = planned_world(3, monkeypatch)
    shipped = rules()
    told = {**shipped.audiences, "partnership": replace(RULE, **stricter)}
    monkeypatch.setattr(plan_month, "rules", lambda: replace(shipped, audiences=told))
    with pytest.raises(DisclosureError, match=words):
        give_month(plan, world.incidents, plan.first, register=MemoryRegister())


def test_a_month_is_given_once_whole_and_before_anything_else(monkeypatch):
    world, plan = planned_world(3, monkeypatch)
    register = MemoryRegister()
    with pytest.raises(DisclosureError, match="no month of the release plan"):
        give_month(plan, world.incidents, date(2023, 2, 1), register=register)
    give_month(plan, world.incidents, plan.first, register=register)
    with pytest.raises(DisclosureError, match="given already"):
        give_month(plan, world.incidents, plan.first, register=register)
    short = world.incidents.table["start"] < np.datetime64(plan.months[1])
    table = world.incidents.table[short].reset_index(drop=True)
    files = (replace(world.incidents.files[0], rows=len(table)),)
    early = replace(world.incidents, table=table, files=files)
    with pytest.raises(DisclosureError, match="do not hold all of it"):
        give_month(plan, early, plan.months[1], register=register)


def test_a_month_of_which_anything_was_released_before_is_not_given(monkeypatch):
    world, plan = planned_world(3, monkeypatch)
    register = MemoryRegister()
    asked = {"resolution": 9, "rings": 2, "start": plan.first, "end": plan.last}
    with monkeypatch.context() as without:
        without.setattr(planned, "release_plan", lambda: None)
        release(world.result("all-but", **asked), audience="partnership", register=register)
    with pytest.raises(DisclosureError, match="Begin the plan with the first month after"):
        give_month(plan, world.incidents, plan.first, register=register)
    totals = MemoryRegister([replace(register.earlier("partnership")[0], audience="public totals")])
    with pytest.raises(DisclosureError, match="released before"):
        give_month(plan, world.incidents, plan.first, register=totals)


GOOD = """area = "merseyside"
resolution = 8
lenses = ["domestic-abuse", "all-demand"]
first_month = "2021-09"
last_month = "2022-08"
"""


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (("resolution = 8", "resolution = 10"), "too fine; write 9 or coarser"),
        (("2022-08", "2020-08"), "last_month: before first_month"),
        (("2021-09", "September"), "'September' is no month; write it as 2025-04"),
        (("resolution = 8\n", ""), "resolution: write int"),
        (("area =", "place ="), "place: no such key; remove it"),
        (('"domestic-abuse", ', '"all-demand", '), "lenses: write one or more, each once"),
        (
            ("first_month", 'public_lenses = ["drugs"]\nfirst_month'),
            "write some of the lenses above",
        ),
        (("first_month", 'public_lenses = "all"\nfirst_month'), "public_lenses: write list"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_by_key(changed, words, tmp_path):
    path = tmp_path / "release-plan.toml"
    path.write_text(GOOD.replace(*changed))
    with pytest.raises(DisclosureError, match=words):
        read_plan(path, changed[1])


def test_a_plan_is_read_and_its_months_are_whole(tmp_path):
    path = tmp_path / "release-plan.toml"
    path.write_text(GOOD)
    plan = read_plan(path)
    assert (plan.first, plan.last, len(plan.months)) == (date(2021, 9, 1), date(2022, 8, 31), 12)


def test_limits_are_printed_and_carried_beside_their_words():
    low = np.array([0, 1, 8, 5, 2, 0, 9, 13])
    high = np.array([0, 4, 12, 7, 8, UNLIMITED, 16, 1_204])
    printed = print_limits(low, high, RULE)
    words = printed.words(RULE)
    assert words == [
        *("none", "fewer than 5", "rounded", "rounded", "2 to 8", "withheld", "9 to 16"),
        "13 to 1,204",
    ]
    assert printed.value.tolist() == [0, 0, 10, 5, 0, 0, 10, 610]
    assert printed.unsaid.tolist() == [False, True, False, False, True, True, False, False]
    assert printed.low.tolist() == low.tolist()
    assert printed.high.tolist() == high.tolist()
