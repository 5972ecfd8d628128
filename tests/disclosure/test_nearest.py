"""What may not be shown as asked for: the nearest shape is given, and tells nothing hidden."""

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta

import numpy as np
import pytest

from mapper.analysis.analyse import analyse
from mapper.base.errors import AreaError, DisclosureError, MapperError
from mapper.disclosure import prepare as preparing
from mapper.disclosure.differencing import DifferencingCheck
from mapper.disclosure.make import release
from mapper.disclosure.nearest import release_nearest, request_given
from mapper.disclosure.plan_month import give_month
from mapper.disclosure.register import MemoryRegister
from mapper.disclosure.rules import READ_BY, readers_of, rules
from mapper.disclosure.shapes import other_shapes, shape_words
from mapper.grid.hexagons import cells_to_strings
from tests.builders import EVERYTHING, small_area
from tests.disclosure.attacker import Knowledge, breaches
from tests.disclosure.test_attacker import tell
from tests.disclosure.test_audiences import START, incidents
from tests.disclosure.test_release_plan import ALL_LENSES, planned_world
from tests.disclosure.worlds import made_up

KNOWN = incidents()
RINGS = {10: 20, 9: 8, 8: 3, 7: 1}
HALF_YEAR = {"start": START, "end": date(2024, 6, 30)}


def made(resolution, **days):
    """The map of made-up incidents in cells of a size."""
    area = small_area(RINGS[resolution], resolution=resolution)
    return analyse(KNOWN, lens=EVERYTHING, area=area, **{**HALF_YEAR, **days})


def again(request):
    """Make the map of another request."""
    area = small_area(RINGS[request.resolution], resolution=request.resolution)
    return analyse(KNOWN, lens=EVERYTHING, area=area, **request.choices)


def given(result, audience, register, *, make=again):
    return release_nearest(result, audience=audience, register=register, make=make)


@pytest.mark.parametrize(
    ("audience", "resolution", "asked", "words"),
    [
        ("partnership", 10, {}, "cells of 0.015 km² (blocks): cells of 0.1 km² (some streets)"),
        ("public", 9, {}, "cells of 0.1 km² (some streets): cells of 0.7 km² (estates)"),
        (
            *("partnership", 9, {"start": date(2024, 3, 5), "end": date(2024, 3, 20)}),
            "5 March 2024 to 20 March 2024: 1 March 2024 to 31 March 2024",
        ),
        (
            *("public", 8, {"end": date(2024, 6, 12)}),
            "1 January 2024 to 12 June 2024: 1 January 2024 to 30 June 2024",
        ),
        (
            *("partnership", 9, {"location_day": True}),
            "each place once a day: every incident",
        ),
    ],
)
def test_what_the_rules_do_not_allow_is_given_as_they_do(audience, resolution, asked, words):
    result, register = made(resolution, **asked), MemoryRegister()
    with pytest.raises(DisclosureError):
        release(result, audience=audience, register=register)
    shown = given(result, audience, register)
    assert shown.instead.startswith(f"Given instead of {words}. That is the nearest")
    assert shown.caveats[0] == shown.instead
    request = request_given(shown, result.request)
    assert again(request).cells["cell"].tolist() == shown.cells["cell"].tolist()
    assert not request.location_day
    assert len(register.earlier(audience)) == 1


def test_what_may_be_shown_is_given_as_it_was_asked_for():
    result = made(9)
    shown = given(result, "partnership", MemoryRegister())
    assert shown.instead == ""
    assert shown.digest == release(result, audience="partnership", register=MemoryRegister()).digest
    assert request_given(shown, result.request) is result.request


def test_a_month_more_gives_what_was_given_before_and_tells_nothing_new():
    register = MemoryRegister()
    before = given(made(8, end=date(2024, 5, 31)), "public", register)
    shown = given(made(8), "public", register)
    assert ": 1 January 2024 to 31 May 2024." in shown.instead
    assert shown.cells.equals(before.cells)
    assert len(register.earlier("public")) == 1


def test_where_no_other_map_may_be_shown_totals_by_district_are_given():
    """No other map can be made here."""
    register = MemoryRegister()
    given(made(8, end=date(2024, 5, 31)), "public", register)

    def nothing_else(_request):
        raise AreaError("no other size, no other days")

    shown = given(made(8), "public", register, make=nothing_else)
    assert shown.by_district
    assert "(estates): totals by district." in shown.instead
    (counted,) = shown.districts["incidents"].dropna()
    assert abs(int(counted) - int(made(8).incidents.sum())) <= 2
    assert len(register.earlier("public")) == 2


def test_each_shape_is_another_map_than_the_one_asked_for():
    result = made(9, start=None, end=None)
    shapes = other_shapes(result, rules().audiences["partnership"], [])
    meant = [
        (
            one.request.start or result.first,
            one.request.end or result.last,
            one.request.resolution,
            one.by_district,
        )
        for one in shapes
    ]
    assert len(set(meant)) == len(meant) > 1
    assert (result.first, result.last, 9, False) not in meant
    assert all(shape_words(result, one) for one in shapes)


def test_a_refusal_that_no_shape_helps_keeps_its_words():
    with pytest.raises(DisclosureError, match="needs the register"):
        given(made(9), "partnership", None)
    with pytest.raises(DisclosureError, match="choose operational or partnership or public"):
        given(made(9), "press", MemoryRegister())


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"start": date(2024, 2, 3)}, ": 1 February 2024 to 31 March 2024."),
        ({"end": date(2024, 4, 30)}, ": 1 February 2024 to 31 March 2024."),
        ({"resolution": 8}, "(estates): cells of 0.1 km² (some streets)."),
    ],
)
def test_beside_a_plan_the_months_that_it_gave_are_shown(asked, words, monkeypatch):
    world, plan = planned_world(3, monkeypatch, lenses=ALL_LENSES[:2])
    monkeypatch.setattr("mapper.disclosure.shapes.release_plan", lambda: plan)
    register = MemoryRegister()
    for month in plan.months[:2]:
        give_month(plan, world.incidents, month, register=register)
    wanted = {"start": plan.first, "end": date(2024, 3, 31), "resolution": 9} | asked
    rings = {9: 2, 8: 1}
    kept = register.earlier("partnership")

    def again(request):
        size = request.resolution
        found = {"resolution": size, "rings": rings[size]}
        days = {"start": request.start, "end": request.end}
        return world.result("everything", **found, **days)

    result = world.result("everything", rings=rings[wanted["resolution"]], **wanted)
    with pytest.raises(DisclosureError):
        release(result, audience="partnership", register=register)
    shown = given(result, "partnership", register, make=again)
    assert words in shown.instead
    assert shown.record["planned"]
    assert register.earlier("partnership") == kept


def test_a_lens_that_the_plan_does_not_give_is_offered_those_that_it_does(monkeypatch):
    world, plan = planned_world(3, monkeypatch, lenses=ALL_LENSES[:2])
    monkeypatch.setattr("mapper.disclosure.shapes.release_plan", lambda: plan)
    register = MemoryRegister()
    for month in plan.months:
        give_month(plan, world.incidents, month, register=register)
    days = {"start": plan.first, "end": plan.last}
    result = world.result("all-but", resolution=9, rings=2, **days)
    with pytest.raises(DisclosureError, match="whole months of “everything”, “domestic-abuse”"):
        given(result, "partnership", register, make=lambda _request: result)


def months_then_larger_cells(seed):
    """Maps in fine cells and a ward table to partners, then to the public in larger cells.

    Return what either can tell of hidden counts, and what the public was given.
    """
    world, register = made_up(seed), MemoryRegister()
    knows = {name: Knowledge(rules().audiences[name].smallest_count) for name in READ_BY}
    told = {"register": register, "knowledge": knows["partnership"]}
    first, last = world.months[0], world.months[4] - timedelta(1)
    fine = {"name": "everything", "resolution": 9, "rings": 3}
    for start, after in ((0, 2), (2, 4)):
        days = {"start": world.months[start], "end": world.months[after] - timedelta(1)}
        shown = release(world.result(**fine, **days), audience="partnership", register=register)
        knows["partnership"].read(shown, "everything", days["start"], days["end"])
    asked = {**fine, "start": first, "end": last, "by": "ward", "between": world.months[2]}
    tell(world, asked, audience="partnership", **told)
    outcome = []
    for start, after in ((0, 4), (0, 2), (1, 4)):
        days = {"start": world.months[start], "end": world.months[after] - timedelta(1)}
        coarse = {"name": "everything", "resolution": 8, "rings": 2}

        def again(request, coarse=coarse):
            if request.resolution != coarse["resolution"]:
                raise AreaError("the attacker lays two sizes of cells over one another, not three")
            return world.result(**coarse, start=request.start, end=request.end)

        result = world.result(**coarse, **days)
        try:
            shown = given(result, "public", register, make=again)
        except DisclosureError:
            outcome.append("refused")
            continue
        request = request_given(shown, result.request)
        read_public(knows, shown, result, (request.start, request.end))
        kind = "totals" if shown.by_district else "cells"
        outcome.append(f"{kind} instead" if shown.instead else kind)
    found = [breaches(known, world.truth, whole=True) for known in knows.values()]
    return [one for each in found for one in each], outcome


def read_public(knows, shown, result, days):
    """Let every reader of the public's note a map, its totals by district where it has no more."""
    for reader in readers_of("public"):
        told = Knowledge(rules().audiences["public"].smallest_count)
        if shown.by_district:
            cells = [str(one) for one in cells_to_strings(result.area.cells["cell"].to_numpy())]
            for row in shown.districts.to_dict("records"):
                told.read_total(cells, row["incidents"], row["shown"], "everything", *days)
        else:
            told.read(shown, "everything", *days)
        knows[reader].told += told.told


def test_larger_cells_for_the_public_beside_finer_ones_and_ward_tables_tell_nothing_hidden():
    outcomes = Counter()
    for seed in range(3):
        found, outcome = months_then_larger_cells(seed)
        assert found == []
        outcomes.update(outcome)
    assert outcomes["refused"] == 0
    assert outcomes["cells"] >= 3


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4000, 4100))
def test_larger_cells_beside_finer_ones_tell_nothing_hidden_in_many_sequences(seed):
    assert months_then_larger_cells(seed)[0] == []


def test_larger_cells_without_a_check_are_caught(monkeypatch):
    def lax(new, _earlier, *, rule, reader):
        assert rule
        assert reader
        return DifferencingCheck((np.zeros(new[0].low.size, dtype=bool),), refused=False, linked=())

    monkeypatch.setattr(preparing, "check", lax)

    def found(seed):
        with suppress(MapperError):
            return months_then_larger_cells(seed)[0]
        return []

    assert found(2)
