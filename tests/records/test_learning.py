"""Themes of serious case reviews over assessments: counted by hand, and no text among them."""

from datetime import UTC, datetime

from mapper.records.form import load_form
from mapper.records.learning import FEWEST, briefings_held, learning, requests, themes
from mapper.records.versions import Version

THEMES = [
    "Seeing the whole context",
    "Voice and lived experience of the child",
    "Professional curiosity and challenge",
    "Information sharing",
    "Decisions and their reasons",
]


def assessment(number, **content):
    return Version(
        *(f"A-{number}", 1, "assessment", content, "", "anne", datetime(2026, 1, 1, tzinfo=UTC)),
        *("", "Place", "", "", 1),
    )


VOICE = {"voice": "Secret words", "voice_how": "a walk", "voice_who": "youth worker", "lived": "x"}
SHARED = [
    {"asked": "school", "basis": "x", "asked_on": "2026-01-01", "answered_on": "2026-01-11"},
    {"asked": "health", "asked_on": "2026-01-01", "answered_on": "2026-01-05"},
    {"asked": "housing", "basis": "x"},
]
FOUND = [
    assessment(1, **VOICE, sharing=SHARED[:2]),
    assessment(2, voice="Secret words", sharing=SHARED[2:]),
    assessment(3),
]


def test_the_five_themes_are_counted_by_hand():
    found = learning(FOUND)
    assert [one.theme for one in found] == THEMES
    voice = found[1]
    assert (voice.complete, voice.untouched, voice.assessments) == (1, 1, 3)
    assert dict(voice.open_questions) == {
        "What children and young people say about the place": 1,
        "How it was gathered": 2,
        "Gathered by": 2,
        "What a day here is like for a child": 2,
    }
    assert voice.theme_words == (
        "1 of 3 assessments answer all of it, 1 nothing; most often open: “How it was gathered”"
        " (2)."
    )
    assert "Secret" not in str(found)


def test_requests_for_information_are_timed():
    told = requests(FOUND)
    assert (told.asked, told.answered, told.without_basis, told.days) == (3, 2, 1, 7)
    assert told.request_words == (
        "3 requests for information: 2 answered, in 7 days at the median; 1 without a legal basis."
    )
    assert requests([]).request_words == "No request for information is recorded."


def test_of_few_assessments_nothing_is_told():
    assert learning(FOUND[: FEWEST - 1]) == ()


def test_every_theme_is_a_section_of_the_form():
    assert [one.theme for one in load_form("assessment").sections if one.theme] == THEMES


def test_briefings_are_counted_by_team_and_theme():
    """The five themes and the campaign's own message; rows without staff briefed count nowhere."""
    assert list(themes()[:-1]) == THEMES
    rows = [
        {"place": "Hub", "team": "Health visiting, north", "theme": THEMES[1], "briefed": 9},
        {"place": "Hub", "team": "Health visiting, north", "theme": THEMES[1], "briefed": 4,
         "sessions": 2},
        {"place": "Clinic", "briefed": 3, "sessions": 1},
        {"place": "Clinic", "contacts": 30, "sessions": 1},
    ]  # fmt: skip
    held = briefings_held([assessment(1, outreach=rows[:2]), assessment(2, outreach=rows[2:])])
    assert held.values.tolist() == [
        ["Health visiting, north", THEMES[1], 3, 13],
        ["no team named", "no theme named", 1, 3],
    ]
    assert briefings_held([]).empty
