"""Demand that is not crime: split by hand again, said with who could meet it, safe for partners."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.base.errors import ContextError
from mapper.disclosure.coarse_shares import STEP, percents_of_demand
from mapper.disclosure.register import MemoryRegister
from mapper.disclosure.rules import rules
from mapper.incidents.from_frame import from_frame
from mapper.lenses.load import load_lens
from mapper.outputs.briefing.choices import BriefingChoices
from mapper.outputs.briefing.content import briefing_content
from mapper.outputs.briefing.demand import (
    DemandKind,
    DemandShare,
    demand_kinds,
    demand_words,
    kinds_of_incidents,
    read_demand_kinds,
)
from mapper.outputs.briefing.gather import gather
from mapper.questions.windows import Window
from mapper.records.agencies import agency_names

RULE = rules().audiences["partnership"]
TYPES = {
    "Concern for safety": "concern for safety",
    "WELFARE CHECK": "concern for safety",
    "Mental Health - concern for": "mental health",  # the first kind that fits
    "Missing person": "missing people",
    "Anti-Social  Behaviour": "anti-social behaviour",
    "Domestic incident": "domestic incidents",
    "Road traffic collision": "road traffic",
    "Burglar alarm": "alarms",
    "Stop and search": "police work",
    "Other call": "",
}


def table(size=12_000, *, crime=0.2, seed=1):
    """Incidents of every type over Liverpool, a fifth of them crimes."""
    drawn = np.random.default_rng(seed)
    first = np.datetime64("2023-01-01T12:00", "us")
    return pd.DataFrame(
        {
            "when": first + drawn.integers(0, 181, size).astype("timedelta64[D]"),
            "lon": drawn.uniform(-2.99, -2.90, size),
            "lat": drawn.uniform(53.38, 53.44, size),
            "incident_type": drawn.choice([*TYPES], size),
            "is_crime": drawn.random(size) < crime,
            "domestic_abuse": drawn.random(size) < 0.5,
        }
    )


def read(frame):
    named = {name: name for name in ("is_crime", "domestic_abuse")}
    place = {"longitude": "lon", "latitude": "lat"}
    return from_frame(frame, when="when", kind="incident_type", **place, **named)


@pytest.fixture(scope="module")
def incidents():
    return read(table())


def test_each_kind_names_agencies_of_the_shipped_list_and_a_reason():
    for kind in demand_kinds():
        assert set(kind.agencies) <= set(agency_names())
        assert kind.types
        assert len(kind.reason.split()) > 5


def test_an_incident_is_of_the_first_kind_whose_words_stand_in_its_type():
    rows = pd.DataFrame({"type": pd.Categorical([*TYPES, None]), "crime": False})
    names = [demand_kinds()[at].name if at >= 0 else "" for at in kinds_of_incidents(rows)]
    assert names == [*TYPES.values(), ""]
    assert (kinds_of_incidents(rows.assign(crime=True)) == -1).all()


def test_the_sentence_adds_up_and_names_who_could_meet_each_kind():
    first, second = demand_kinds()[:2]
    words = demand_words([DemandShare(first, 10), DemandShare(second, 30)], crime=25)
    assert words == (
        f"75 % of demand is not crime: {second.name} 30 % ({second.agencies[0]}), {first.name} 10 %"
        f" ({first.agencies[0]}), other 35 %. In brackets who could meet it, alone or with police:"
        " a judgement."
    )
    assert demand_words([], crime=20) == ""


def test_shares_are_those_counted_by_hand_in_whole_percents(incidents):
    study = prepare(incidents, lens=load_lens("all-demand"), area=load_study_area(resolution=8))
    rows = incidents.table
    kinds = kinds_of_incidents(rows)
    parts = {one.name: kinds == at for at, one in enumerate(demand_kinds())}
    shown = percents_of_demand(study, parts, RULE)
    inside = rows[study.counted]
    for kind in demand_kinds():
        wanted = {word for word, name in TYPES.items() if name == kind.name}
        mine = inside["type"].isin(wanted) & ~inside["crime"]
        assert abs(shown[kind.name] - 100 * mine.mean()) <= 0.6


def test_nothing_is_shown_where_a_percent_is_few_incidents(incidents):
    few = 100 * STEP * RULE.smallest_count - 500
    some = read(table(few))
    study = prepare(some, lens=load_lens("all-demand"), area=load_study_area(resolution=8))
    assert percents_of_demand(study, {"all": np.ones(few, dtype=bool)}, RULE) == {}


def test_a_share_tells_no_two_counts_apart_that_round_alike(incidents):
    """A reader learns a step of at least fifty incidents: moved by a few, the share stays."""
    study = prepare(incidents, lens=load_lens("all-demand"), area=load_study_area(resolution=8))
    part = kinds_of_incidents(incidents.table) == 1
    rows = np.flatnonzero(part & study.counted)
    whole = study.counted.sum()
    share = round(100 * part[study.counted].sum() / whole)
    room = [k for k in range(60) if round(100 * (rows.size - k) / whole) == share]
    for gone in room[:: max(len(room) // 5, 1)]:
        less = part.copy()
        less[rows[:gone]] = False
        if abs(100 * (rows.size - gone) / whole % 1 - 0.5) > 0.05:  # not at an edge of rounding
            assert percents_of_demand(study, {"a": less}, RULE)["a"] == share


def test_the_briefing_says_it_and_prints_it(incidents):
    choices = BriefingChoices(
        "domestic-abuse",
        Window(date(2023, 1, 1), date(2023, 3, 31)),
        Window(date(2023, 4, 1), date(2023, 6, 30)),
    )
    told = briefing_content(gather(incidents, choices, register=MemoryRegister()))
    share = next(one for one in told.headlines if one.id == "crime")
    assert share.note in {f"The other {n} % is not crime." for n in range(78, 83)}
    assert (told.demand == ()) is (told.demand_words == "")
    assert "not crime: " in told.demand_words
    assert "(mental health)" in told.demand_words
    assert "most deprived tenth of neighbourhoods" in told.inequality or not len(told.map.hotspots)


KIND = '[[kind]]\nname = "A"\ntypes = ["a"]\nagencies = ["council"]\nreason = "Because."\n'


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("", 1, "has no kinds"),
        (KIND.replace("council", "councli"), 6, "Did you mean council"),
        (KIND.replace('["a"]', "[]"), 5, "`types` is missing"),
        (KIND.replace('agencies = ["council"]\n', ""), 3, "`agencies` is missing"),
        (KIND + "colour = 1\n", 8, "unknown key"),
    ],
)
def test_a_faulty_file_is_refused_with_line_and_remedy(tmp_path, body, line, words):
    path = tmp_path / "demand.toml"
    path.write_text('title = "Ours"\nversion = "1"\n' + body)
    with pytest.raises(ContextError) as refused:
        read_demand_kinds(path)
    assert f"{path}, line {line}: " in str(refused.value)
    assert words in str(refused.value)


def test_kinds_of_ones_own_are_asked_in_their_order():
    kinds = (
        DemandKind("late", ("call",), ("police",), ""),
        DemandKind("later", ("other",), ("police",), ""),
    )
    rows = pd.DataFrame({"type": pd.Categorical(["Other call", "Other"]), "crime": [False, False]})
    assert kinds_of_incidents(rows, kinds).tolist() == [0, 1]
