"""Shares in steps: counted again by hand, told to partners whatever they were given before."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.base.errors import DisclosureError
from mapper.disclosure.child_shares import STEPS, TOO_FEW, release_child_shares, step_words
from mapper.disclosure.make import release
from mapper.disclosure.register import MemoryRegister
from mapper.disclosure.rules import rules
from mapper.incidents.from_frame import from_frame
from mapper.lenses.load import load_lens
from mapper.questions.children import ChildrenChoices, ask_children

RULE = rules().audiences["partnership"]


@pytest.fixture(scope="module")
def study():
    """Domestic abuse over Liverpool and Wirral for half a year, a child at three in ten."""
    drawn = np.random.default_rng(4)
    size = 6_000
    first = np.datetime64("2023-01-01T12:00", "us")
    frame = pd.DataFrame(
        {
            "when": first + drawn.integers(0, 180, size).astype("timedelta64[D]"),
            "lon": drawn.uniform(-3.10, -2.88, size),
            "lat": drawn.uniform(53.36, 53.43, size),
            "kind": "Domestic incident",
            "abuse": drawn.random(size) < 0.9,
            "child": drawn.random(size) < 0.3,
        }
    )
    columns = {"domestic_abuse": "abuse", "child_at_address": "child"}
    place = {"longitude": "lon", "latitude": "lat"}
    incidents = from_frame(frame, when="when", kind="kind", **place, **columns)
    return prepare(incidents, lens=load_lens("domestic-abuse"), area=load_study_area(resolution=9))


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [
        (30, 99, TOO_FEW),
        (300, 497, TOO_FEW),  # ten percent are 49.5, as it is printed
        (150, 500, "30 to 40 %"),
        (300, 1_000, "30 to 35 %"),
        (299, 1_000, "30 to 35 %"),  # as 300 is printed
        (290, 1_000, "25 to 30 %"),
        (0, 2_500, "0 to 2 %"),
        (2_500, 2_500, "98 to 100 %"),
        (1_455, 5_000, "29 to 30 %"),
    ],
)
def test_a_share_is_told_as_the_finest_step_of_fifty_incidents(part, whole, told):
    flags = np.arange(whole) < part
    assert step_words(flags, np.ones(whole, dtype=bool), RULE) == told


def test_counts_that_print_alike_are_told_alike():
    for whole in (998, 1_000, 1_002):
        for part in (298, 300, 302):
            flags = np.arange(whole) < part
            assert step_words(flags, np.ones(whole, dtype=bool), RULE) == "30 to 35 %"


def test_districts_are_told_and_the_step_holds_the_share_counted_by_hand(study):
    shown = release_child_shares(
        study, by="district", audience="partnership", register=MemoryRegister()
    )
    assert set(shown.roles.values()) == {"key", "fact"}
    table, position = study.incidents.table, study.counts.position
    where = study.area.cells["district"].astype("str").to_numpy()[position]
    told = 0
    for row in shown.table.to_dict("records"):
        here = (position >= 0) & (where == row["district"]) & table["domestic_abuse"].to_numpy()
        if row["share_with_child"] == TOO_FEW:
            assert here.sum() < 600
            continue
        told += 1
        low, high = (int(one) for one in row["share_with_child"].removesuffix(" %").split(" to "))
        share = 100 * table["child_at_address"].to_numpy()[here].mean()
        assert low - 1 <= share <= high + 1
        assert high - low in STEPS
        assert (high - low) * here.sum() / 100 >= 49
    assert told >= 2


def test_it_is_told_where_counts_are_refused(study):
    """Counts of hot spots that no map showed are refused; the share by place is not."""
    register = MemoryRegister()
    counts = ask_children(study, ChildrenChoices(by="hotspot"))
    with pytest.raises(DisclosureError, match="Not released to the partnership audience"):
        release(counts, audience="partnership", register=register)
    held = len(register.earlier("partnership"))
    for by in ("district", "ward"):
        shown = release_child_shares(study, by=by, audience="partnership", register=register)
        assert len(shown.table)
    assert not [
        one for one in register.earlier("partnership")[held:] if getattr(one, "low", ())
    ]  # nothing that holds a count was kept


def told_over(study, first, last):
    days = {"start": date.fromisoformat(first), "end": date.fromisoformat(last)}
    varied = study.varied(**days)
    return release_child_shares(
        varied, by="district", audience="partnership", register=MemoryRegister()
    )


def test_only_whole_months_are_told_of(study):
    """Else a day more or less would tell on which a share passes a step."""
    whole = told_over(study, "2023-02-01", "2023-04-30")
    assert len(whole.table)
    assert whole.instead == ""
    for first, last in (("2023-02-01", "2023-04-29"), ("2023-02-02", "2023-04-30")):
        shown = told_over(study, first, last)
        assert shown.table.equals(whole.table)
        assert ": a table by district, 1 February 2023 to 30 April 2023." in shown.instead
