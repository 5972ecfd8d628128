"""Random sequences of releases against an attacker; and broken rules, which it must catch."""

from collections import Counter
from contextlib import nullcontext
from datetime import date, timedelta

import numpy as np
import pytest

from mapper.base.errors import AreaError, DisclosureError, RequestError, TooFewEventsError
from mapper.disclosure import prepare
from mapper.disclosure import register as register_module
from mapper.disclosure.differencing import DifferencingCheck
from mapper.disclosure.make import release
from mapper.disclosure.register import MemoryRegister
from mapper.disclosure.rules import READ_BY, readers_of, rules
from mapper.grid.hexagons import (
    cells_to_strings,
)
from mapper.questions.change import ChangeChoices, ask_change
from mapper.questions.children import ChildrenChoices, ask_children
from mapper.questions.windows import Window
from tests.builders import disc, incidents_at
from tests.disclosure.attacker import KINDS, TAKES, Knowledge, Told, breaches
from tests.disclosure.worlds import LENSES, SHIPPED, World, cut_out, made_up


def draw(drawn, audience, world):
    """One request at random: lens, dates, resolution, area."""
    # Dates that meet often: a month more or less is what gives a month away.
    months = world.months
    start, end = months[drawn.integers(0, 2)], months[drawn.integers(3, 7)] - timedelta(1)
    if audience == "partnership" and drawn.random() < 0.25:
        start += timedelta(int(drawn.integers(0, 20)))
        end = max(end, start + timedelta(28))
    coarse = audience == "public" or drawn.random() < 0.2
    return {
        "name": str(drawn.choice(list(world.lenses))),
        "resolution": 8 if coarse else 9,
        "rings": int(drawn.integers(1, 3)) if coarse else int(drawn.integers(2, 4)),
        "start": start,
        "end": min(end, months[-1] - timedelta(1)),
    }


def draw_finding(drawn, audience, world):
    """One table at random: change between two windows, or children in domestic abuse."""
    asked = draw(drawn, audience, world)
    places = ["area", "district"] if audience == "public" else ["area", "district", "ward"]
    asked["by"] = str(drawn.choice(places))
    asked["between"] = world.months[drawn.integers(1, 5)]
    if drawn.random() < 0.4:
        asked |= {"name": "domestic-abuse", "between": None}
    return asked


def tell(world, asked, *, audience, register, knowledge):
    """Release one table and let the attacker read every total of it."""
    asked = dict(asked)
    by, between = asked.pop("by"), asked.pop("between")
    study = world.study(**asked)
    if between is None:
        finding = ask_children(study, ChildrenChoices(by=by))
        days = asked["start"], asked["end"]
        read = {"incidents": ("domestic-abuse", *days), "with_child": ("with-child", *days)}
    else:
        windows = (
            Window(max(asked["start"], study.first), between - timedelta(1)),
            Window(between, min(asked["end"], study.last)),
        )
        choices = ChangeChoices(before=windows[0], after=windows[1], by=by)
        finding = ask_change(study, choices)
        read = {
            name: (asked["name"], window.first, window.last)
            for name, window in zip(("before", "after"), windows, strict=True)
        }
    shown = release(finding, audience=audience, register=register).table
    labels = study.area.cells.assign(area=study.area.title)[by].astype(str)
    names = cells_to_strings(study.cells)
    for row in shown.to_dict("records"):
        inside = [str(cell) for cell in names[(labels == row[by]).to_numpy()]]
        for column, told in read.items():
            knowledge.read_total(inside, row[column], row[f"{column}_shown"], *told)


def attack(seed, audience, *, world=None, register=None, tries=5, extra=None, findings=0.0):
    """Release at random, then attack; return the breaches and how many releases were made.

    ``findings`` is the share of tables among the releases.
    """
    drawn, world = np.random.default_rng(seed), world or made_up(seed)
    register = MemoryRegister() if register is None else register
    knowledge = Knowledge(rules().audiences[audience].smallest_count)
    made = 0
    for _ in range(tries):
        table = findings and drawn.random() < findings
        told = {"audience": audience, "register": register, "knowledge": knowledge}
        made += give(drawn, world, table=table, extra=extra, **told)
    return breaches(knowledge, world.truth), made


def give(drawn, world, *, table, audience, register, knowledge, extra=None):
    """Release one map or table at random and let the attacker read it; tell whether it was."""
    asked = (draw_finding if table else draw)(drawn, audience, world)
    try:
        if table:
            tell(world, asked, audience=audience, register=register, knowledge=knowledge)
            return True
        result = world.result(**asked)
        printed = release(result, audience=audience, register=register)
    except (AreaError, DisclosureError, RequestError, TooFewEventsError):
        return False
    stored = [result.first, result.last]
    if audience == "public":
        stored = [asked["start"], asked["end"]]
    knowledge.read(printed, asked["name"], *stored)
    if extra:
        knowledge.told += extra(result, asked["name"], printed)
    return True


def attack_both(seed, *, tries=3, findings=0.25):
    """Release to partners and the public in turn; return what each can tell of hidden counts.

    A partner reads what is published as well: "fewer than 8", beside "fewer than 5".
    """
    drawn, world, register = np.random.default_rng(seed), made_up(seed), MemoryRegister()
    smallest = {name: rules().audiences[name].smallest_count for name in READ_BY}
    knows = {name: Knowledge(smallest[name]) for name in READ_BY}
    made = Counter()
    for _ in range(tries):
        audience = str(drawn.choice(list(READ_BY)))
        told, table = Knowledge(smallest[audience]), drawn.random() < findings
        given = {"audience": audience, "register": register, "knowledge": told}
        made[audience] += give(drawn, world, table=table, **given)
        for reader in readers_of(audience):
            knows[reader].told += told.told
    return [breach for known in knows.values() for breach in breaches(known, world.truth)], made


@pytest.mark.parametrize("audience", ["partnership", "public"])
@pytest.mark.parametrize("seed", range(2))
def test_nothing_hidden_can_be_worked_out(audience, seed):
    found, made = attack(seed, audience)
    assert made >= 1
    assert found == []


@pytest.mark.parametrize("audience", ["partnership", "public"])
@pytest.mark.parametrize("seed", range(20, 22))
def test_nothing_hidden_can_be_worked_out_of_maps_and_tables(audience, seed):
    found, made = attack(seed, audience, tries=4, findings=0.6)
    assert made >= 1
    assert found == []


@pytest.mark.parametrize(
    "audience", ["public", pytest.param("partnership", marks=pytest.mark.soak)]
)
@pytest.mark.parametrize("seed", range(30, 31))
def test_nothing_hidden_can_be_worked_out_of_the_demonstration(demonstration, audience, seed):
    world = cut_out(demonstration, seed)
    found, made = attack(seed, audience, world=world, tries=4, findings=0.4)
    assert made >= 1
    assert found == []


@pytest.mark.soak
@pytest.mark.parametrize("audience", ["partnership", "public"])
@pytest.mark.parametrize("seed", range(100, 200))
def test_nothing_hidden_can_be_worked_out_of_many_sequences(demonstration, audience, seed):
    world = cut_out(demonstration, seed)
    assert attack(seed, audience, world=world, tries=10, findings=0.4)[0] == []


@pytest.mark.soak
@pytest.mark.parametrize("audience", ["partnership", "public"])
@pytest.mark.parametrize("seed", range(100, 200, 2))
def test_nothing_hidden_can_be_worked_out_of_many_made_up_sequences(audience, seed):
    assert attack(seed, audience, tries=10, findings=0.4)[0] == []


def test_what_both_audiences_were_given_tells_nothing_hidden():
    made = Counter()
    for seed in range(12):
        found, given = attack_both(seed, tries=2)
        assert found == []
        made += given
    assert min(made["partnership"], made["public"]) >= 6


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_what_both_audiences_were_given_tells_nothing_hidden_in_many_sequences(seed):
    assert attack_both(seed, tries=8, findings=0.3)[0] == []


def months_and_quarter():
    """Three months to partners, then the quarter to the public: what partners can tell.

    Five cells have 5, 5 and 2 incidents: "5", "5", "fewer than 5", and "10" for the quarter, which
    leaves the third month 2 at most.
    """
    counts = np.tile([20, 22, 24], (19, 1))
    counts[:5] = 5, 5, 2
    cells = np.repeat(disc(2, resolution=8), counts.sum(axis=1))
    month = np.concatenate([np.repeat([1, 2, 3], of_cell) for of_cell in counts])
    made = incidents_at(cells, domestic_abuse=False, child_at_address=False)
    ends = {1: ("01", "31"), 2: ("01", "29"), 3: ("01", "31")}
    days = [f"2024-0{one}-{ends[one][at % 2]}" for at, one in enumerate(month)]
    made.table["start"] = np.array(days, dtype="datetime64[us]")
    months = tuple(date(2024, one, 1) for one in range(1, 5))
    world, register, knowledge = World(made, LENSES, months, (-2.95, 53.4)), MemoryRegister(), []
    spans = [(at, at + 1, "partnership") for at in range(3)] + [(0, 3, "public")]
    for first, after, audience in spans:
        days = world.months[first], world.months[after] - timedelta(1)
        asked = {"resolution": 8, "rings": 2, "start": days[0], "end": days[1]}
        result = world.result("everything", **asked)
        told = Knowledge(rules().audiences[audience].smallest_count)
        told.read(release(result, audience=audience, register=register), "everything", *days)
        knowledge += told.told
    return breaches(Knowledge(5, told=knowledge), world.truth)


def test_audiences_that_are_checked_apart_are_caught(monkeypatch):
    assert months_and_quarter() == []
    monkeypatch.setattr(register_module, "readers_of", lambda audience: (audience,))
    monkeypatch.setattr(register_module, "READ_BY", {name: (name,) for name in READ_BY})
    assert {found[2] for found in months_and_quarter()} == {2}


def map_and_table(seed, rings):
    """The map of a quarter, then change by ward with that quarter as its first window."""
    world, register, knowledge = made_up(seed), MemoryRegister(), Knowledge(5)
    start, between, end = world.months[0], world.months[3], world.months[-1] - timedelta(1)
    asked = {"name": "everything", "resolution": 9, "rings": rings, "start": start}
    told = {"audience": "partnership", "register": register, "knowledge": knowledge}
    try:
        shown = release(
            world.result(**asked, end=between - timedelta(1)),
            audience="partnership",
            register=register,
        )
        knowledge.read(shown, "everything", start, between - timedelta(1))
        tell(world, {**asked, "end": end, "by": "ward", "between": between}, **told)
    except (AreaError, DisclosureError, RequestError, TooFewEventsError):
        return []
    return breaches(knowledge, world.truth)


LET_OUT = (2, 4)  # of twelve, those whose tables give something away where nothing is checked


def test_tables_without_a_check_are_caught(monkeypatch):
    assert not any(map_and_table(seed, 1) for seed in LET_OUT)

    def lax(new, _earlier, *, rule, reader):
        assert rule
        assert reader
        nothing = tuple(np.zeros(part.low.size, dtype=bool) for part in new)
        return DifferencingCheck(nothing, refused=False, linked=())

    monkeypatch.setattr(prepare, "check_finding", lax)
    assert all(map_and_table(seed, 1) for seed in LET_OUT)


class Forgetful(MemoryRegister):
    """A register that never shows what was released before: differencing is switched off."""

    def earlier(self, audience):
        assert audience
        return ()

    def hold(self):
        return nullcontext()


def test_releases_without_a_differencing_check_are_caught():
    assert any(attack(seed, "partnership", register=Forgetful())[0] for seed in range(5))
    assert any(attack(seed, "public", register=Forgetful())[0] for seed in range(5))


def test_releases_without_secondary_suppression_are_caught(monkeypatch):
    def lax(new, _earlier, *, rule, reader):
        assert rule
        assert reader
        return DifferencingCheck((np.zeros(new[0].low.size, dtype=bool),), refused=False, linked=())

    monkeypatch.setattr(prepare, "check", lax)
    assert any(attack(seed, "partnership")[0] for seed in range(5))


def test_a_leaking_ratio_is_caught():
    def ratios(result, name, printed):
        """Each cell's count as a multiple of the mean; the mean from the printed zeros and sums."""
        mean = result.incidents.sum() / len(result.cells)
        ratio = result.incidents / mean
        for cell, multiple in zip(result.cells["cell"], ratio, strict=True):
            exact = round(multiple * mean)
            yield Told((cell,), result.first, result.last, TAKES[name], exact, exact)

    assert attack(0, "partnership", tries=2, extra=ratios)[0]


def test_the_kinds_of_the_attacker_are_those_of_the_lenses():
    assert len(KINDS) == 3
    assert {*LENSES, *SHIPPED, "with-child"} == set(TAKES)
