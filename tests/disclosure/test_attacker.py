"""Random sequences of releases against an attacker; and broken rules, which it must catch."""

from contextlib import nullcontext
from datetime import date, timedelta

import numpy as np
import pytest

from mapper.analysis import AnalysisRequest, analyse
from mapper.disclosure import partner_findings, partner_release
from mapper.disclosure.differencing import Check
from mapper.disclosure.finding_check import FindingCheck
from mapper.disclosure.finding_release import release_finding
from mapper.disclosure.register import MemoryRegister
from mapper.disclosure.release import release
from mapper.disclosure.rules import rules
from mapper.errors import DisclosureError, RequestError, TooFewEventsError
from mapper.hexagons import (
    cells_to_points,
    cells_to_strings,
    points_to_cells,
    strings_to_cells,
)
from mapper.lenses.lens import Lens, Rule
from mapper.place.children import children_finding
from mapper.questions.change import ask_change
from mapper.questions.windows import Window
from mapper.study import prepare
from tests.builders import EVERYTHING, disc, incidents_at, small_area
from tests.disclosure.attacker import KINDS, TAKES, Knowledge, Told, breaches

DOMESTIC = ("domestic_abuse", "is", True)
_RULE = Rule(name="domestic", weight=1, reason="flag", conditions=(DOMESTIC,))


def lens(id_, *, include=EVERYTHING.rules, exclude=(), requires=()):
    return Lens(
        id=id_,
        title=id_,
        version="1",
        question="Where?",
        requires=requires,
        rules=include,
        exclusions=exclude,
    )


LENSES = {
    "everything": lens("everything"),
    "domestic-abuse": lens("domestic-abuse", include=(_RULE,), requires=("domestic_abuse",)),
    "all-but": lens("all-but", exclude=(_RULE,)),
}
START = date(2024, 1, 1)
MONTHS = [date(2024, month, 1) for month in range(1, 8)]


class World:
    """Incidents of half a year in a small round area, most cells with few."""

    def __init__(self, seed):
        drawn = np.random.default_rng(seed)
        cells = disc(3)
        chances = drawn.gamma(0.35, 1.0, cells.size)
        places = drawn.choice(cells, 450, p=chances / chances.sum())
        abuse = drawn.random(450) < 0.3
        self.incidents = incidents_at(
            places,
            start=START.isoformat(),
            days=182,
            seed=seed,
            domestic_abuse=abuse,
            child_at_address=abuse & (drawn.random(450) < 0.5),
        )
        table = self.incidents.table
        lon, lat = cells_to_points(places)
        # Away from the middle, so that cells of two resolutions truly cut across one another.
        table["lon"], table["lat"] = (
            lon + drawn.normal(0, 0.0006, 450),
            lat + drawn.normal(0, 0.0004, 450),
        )
        self.day = np.array([day.date().toordinal() for day in table["start"]])
        self.kind = np.where(table["domestic_abuse"], np.where(table["child_at_address"], 1, 0), 2)
        self.cell = {
            level: points_to_cells(
                table["lon"].to_numpy(), table["lat"].to_numpy(), resolution=level
            )
            for level in (8, 9)
        }

    def truth(self, cell, first, last, kinds):
        index = strings_to_cells([cell])[0]
        level = 9 if (self.cell[9] == index).any() else 8
        inside = (self.cell[level] == index) & np.isin(self.kind, kinds)
        return int(
            (inside & (self.day >= first.toordinal()) & (self.day <= last.toordinal())).sum()
        )

    def result(self, name, *, resolution, rings, start, end):
        request = AnalysisRequest(lens=name, resolution=resolution, start=start, end=end)
        area = small_area(rings, resolution=resolution)
        return analyse(self.incidents, request, lens=LENSES[name], area=area)

    def study(self, name, *, resolution, rings, start, end):
        request = AnalysisRequest(lens=name, resolution=resolution, start=start, end=end)
        area = small_area(rings, resolution=resolution)
        return prepare(self.incidents, request, lens=LENSES[name], area=area)


def draw(drawn, audience):
    """One request at random: lens, dates, resolution, area."""
    # Dates that meet often: a month more or less is what gives a month away.
    start, end = MONTHS[drawn.integers(0, 2)], MONTHS[drawn.integers(3, 7)] - timedelta(1)
    if audience == "partnership" and drawn.random() < 0.25:
        start += timedelta(int(drawn.integers(0, 20)))
        end = max(end, start + timedelta(28))
    coarse = audience == "public" or drawn.random() < 0.2
    return {
        "name": str(drawn.choice(list(LENSES))),
        "resolution": 8 if coarse else 9,
        "rings": int(drawn.integers(1, 3)) if coarse else int(drawn.integers(2, 4)),
        "start": start,
        "end": min(end, MONTHS[-1] - timedelta(1)),
    }


def draw_finding(drawn, audience):
    """One table at random: change between two windows, or children in domestic abuse."""
    asked = draw(drawn, audience)
    places = ["area", "district"] if audience == "public" else ["area", "district", "ward"]
    asked["by"] = str(drawn.choice(places))
    asked["between"] = MONTHS[drawn.integers(1, 5)]
    if drawn.random() < 0.4:
        asked |= {"name": "domestic-abuse", "between": None}
    return asked


def tell(world, asked, *, audience, register, knowledge):
    """Release one table and let the attacker read every total of it."""
    asked = dict(asked)
    by, between = asked.pop("by"), asked.pop("between")
    study = world.study(**asked)
    if between is None:
        finding = children_finding(study, by=by)
        days = asked["start"], asked["end"]
        read = {"incidents": ("domestic-abuse", *days), "with_child": ("with-child", *days)}
    else:
        windows = (
            Window(max(asked["start"], study.first), between - timedelta(1)),
            Window(between, min(asked["end"], study.last)),
        )
        finding = ask_change(study, before=windows[0], after=windows[1], by=by)
        read = {
            name: (asked["name"], window.first, window.last)
            for name, window in zip(("before", "after"), windows, strict=True)
        }
    shown = release_finding(finding, audience=audience, register=register).table
    labels = study.area.cells.assign(area=study.area.title)[by].astype(str)
    names = cells_to_strings(study.cells)
    for row in shown.to_dict("records"):
        inside = [str(cell) for cell in names[(labels == row[by]).to_numpy()]]
        for column, told in read.items():
            knowledge.read_total(inside, row[column], row[f"{column}_shown"], *told)


def attack(seed, audience, *, register=None, tries=5, extra=None, findings=0.0):
    """Release at random, then attack; return the breaches and how many releases were made.

    ``findings`` is the share of tables among the releases.
    """
    drawn, world = np.random.default_rng(seed), World(seed)
    register = MemoryRegister() if register is None else register
    knowledge = Knowledge(rules().audiences[audience].smallest_count)
    made = 0
    for _ in range(tries):
        table = findings and drawn.random() < findings
        asked = (draw_finding if table else draw)(drawn, audience)
        try:
            if table:
                told = {"audience": audience, "register": register, "knowledge": knowledge}
                tell(world, asked, **told)
                made += 1
                continue
            result = world.result(**asked)
            printed = release(result, audience=audience, register=register)
        except (DisclosureError, RequestError, TooFewEventsError):
            continue
        made += 1
        stored = [result.first, result.last]
        if audience == "public":
            stored = [asked["start"], asked["end"]]
        knowledge.read(printed, asked["name"], *stored)
        if extra:
            knowledge.told += extra(result, asked["name"], printed)
    return breaches(knowledge, world.truth), made


@pytest.mark.parametrize("audience", ["partnership", "public"])
@pytest.mark.parametrize("seed", range(5))
def test_nothing_hidden_can_be_worked_out(audience, seed):
    found, made = attack(seed, audience)
    assert made >= 1
    assert found == []


@pytest.mark.parametrize("audience", ["partnership", "public"])
@pytest.mark.parametrize("seed", range(20, 23))
def test_nothing_hidden_can_be_worked_out_of_maps_and_tables(audience, seed):
    found, made = attack(seed, audience, tries=4, findings=0.6)
    assert made >= 1
    assert found == []


@pytest.mark.soak
@pytest.mark.parametrize("audience", ["partnership", "public"])
@pytest.mark.parametrize("seed", range(100, 200))
def test_nothing_hidden_can_be_worked_out_of_many_sequences(audience, seed):
    assert attack(seed, audience, tries=10, findings=0.4)[0] == []


def map_and_table(seed, rings):
    """The map of a quarter, then change by ward with that quarter as its first window."""
    world, register, knowledge = World(seed), MemoryRegister(), Knowledge(5)
    start, between, end = START, MONTHS[3], MONTHS[-1] - timedelta(1)
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
    except (DisclosureError, RequestError, TooFewEventsError):
        return []
    return breaches(knowledge, world.truth)


def test_tables_without_a_check_are_caught(monkeypatch):
    assert not any(map_and_table(seed, 1) for seed in range(12))

    def lax(new, _earlier, *, rule):
        assert rule
        nothing = tuple(np.zeros(part.low.size, dtype=bool) for part in new)
        return FindingCheck(nothing, refused=False, linked=())

    monkeypatch.setattr(partner_findings, "check_finding", lax)
    assert any(map_and_table(seed, 1) for seed in range(12))


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
    def lax(new, earlier, *, rule):
        return Check(np.zeros(new.low.size, dtype=bool), refused=False, linked=(), systems=0)

    monkeypatch.setattr(partner_release, "check", lax)
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
    assert {*LENSES, "with-child"} == set(TAKES)
