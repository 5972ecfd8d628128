"""Phases follow the first rule that fits; a faulty table is refused with its lines."""

import itertools
import re
from pathlib import Path

import pytest
from scipy.stats import binomtest

from mapper.base.errors import ContextError
from mapper.context.phases import (
    FACTS,
    PATTERNS,
    pattern_word,
    read_phase_rules,
    shipped_phase_rules,
    suggest_phase,
)
from mapper.lenses.load import shipped_lenses
from mapper.statistics.emerging import PATTERN_NAMES

# The design's own words, written again by hand.
DESIGN = {
    "new": "secondary",
    "consecutive": "secondary",
    "sporadic": "secondary",
    "persistent": "tertiary",
    "intensifying": "tertiary",
    "oscillating": "tertiary",
    "historical": "tertiary",
    "diminishing": "tertiary",
    "none": "primary",
    "untold": None,
    "cold": "primary",
}


def test_every_pattern_has_the_phase_of_the_design():
    assert {word: suggest_phase(word).phase for word in PATTERNS} == DESIGN


@pytest.mark.parametrize("name", PATTERN_NAMES)
def test_names_of_the_pattern_statistic_are_understood(name):
    expected = "cold" if "cold" in name else name.split()[0]
    assert pattern_word(name) == ("untold" if expected == "no" else expected)


def test_a_hot_spot_of_few_incidents_is_told_as_that_and_never_as_none():
    """The map found it: its phase may not say that nothing stands out."""
    found = suggest_phase("no pattern", context={"incidents": 8, "rising_background": True})
    assert (found.phase, found.rule) == (None, "")
    assert found.reason == "No pattern can be told from 8 incidents."
    assert suggest_phase("untold", context={"incidents": 1}).reason.endswith("from 1 incident.")
    assert "hot spot" in suggest_phase("untold").reason


def test_rising_background_is_primary_by_its_own_rule():
    found = suggest_phase(
        "", context={"rising_background": True, "children_share": 0.2, "incidents": 40}
    )
    assert (found.phase, found.rule, found.unknown) == ("primary", "Risk rising all round", ())


@pytest.mark.parametrize("pattern", ["new", "consecutive", "sporadic"])
@pytest.mark.parametrize(("share", "phase"), [(0.49, "secondary"), (0.5, "tertiary")])
def test_repeats_make_a_young_hot_spot_tertiary_from_half(pattern, share, phase):
    context = {"repeat_share": share, "one_address_share": 0.1}
    assert suggest_phase(pattern, context=context).phase == phase


def test_an_unknown_fact_never_fits_and_is_named():
    shares = {"missing_share": 0.0, "exploitation_share": 0.1, "young_share": 0.0}
    known = {"school_age_venues": 2, "incidents": 40, **shares}
    unknown = {"repeat_share": float("nan"), "one_address_share": None}
    found = suggest_phase("new", context={**known, **unknown})
    assert (found.phase, found.rule) == ("secondary", "New or growing hot spot")
    assert found.unknown == ("repeat_share", "one_address_share")
    assert suggest_phase("persistent").unknown == ("incidents",)


def test_first_fitting_rule_wins_over_all_contexts():
    """Every rule before the one chosen fails, checked rule by rule without the function's loop."""
    rules = shipped_phase_rules().rules
    by_name = {rule.name: number for number, rule in enumerate(rules)}
    shares = (0.0, 0.4, 0.5, 1.0)
    for pattern, rising, *rest in itertools.product(
        PATTERNS, (True, False), shares, shares, shares
    ):
        names = ("repeat_share", "exploitation_share", "children_share")
        same = {"missing_share": 0.1, "young_share": 0.3, "school_age_venues": 1, "incidents": 20}
        same |= {"one_address_share": 0.1}
        context = {"rising_background": rising, **same, **dict(zip(names, rest, strict=True))}
        found = suggest_phase(pattern, context=context)
        fit = [
            (not rule.patterns or pattern in rule.patterns)
            and all(
                context[c.fact] is c.is_true if c.is_true is not None else
                (c.at_least or 0) <= context[c.fact] <= (99 if c.at_most is None else c.at_most)
                for c in rule.conditions
            )
            for rule in rules
        ]  # fmt: skip
        assert found.phase is None or fit.index(True) == by_name[found.rule]
        assert any(fit) == (found.phase is not None)


HOT = [word for word in PATTERNS if word not in {"none", "cold", "untold"}]


@pytest.mark.parametrize("pattern", HOT)
@pytest.mark.parametrize(("number", "told"), [(11, False), (19, False), (20, True)])
def test_a_hot_spot_of_few_incidents_gets_no_phase_whatever_its_pattern(pattern, number, told):
    found = suggest_phase(pattern, context={"incidents": number, "repeat_share": 0.9})
    assert (found.phase is not None) is told
    few = f"Too few to suggest a phase: {number} incidents, and it takes 20."
    assert (found.reason == few) is not told


def test_the_line_of_few_is_where_a_half_can_be_told_from_a_quarter_and_three_quarters():
    low, high = binomtest(10, 20).proportion_ci(method="exact")
    assert 0.25 < low < high < 0.75
    fewer = binomtest(8, 16).proportion_ci(method="exact")
    assert fewer.low < 0.25
    assert fewer.high > 0.75


def test_few_incidents_say_nothing_against_what_is_done_for_everyone():
    assert suggest_phase("none", context={"incidents": 3}).phase == "primary"


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"exploitation_share": 0.2}, "Exploitation in many of its incidents"),
        ({"missing_share": 0.2}, "Missing children in many of its incidents"),
        ({"young_share": 0.3, "school_age_venues": 1}, "Young people, near places of school age"),
        ({"young_share": 0.3, "school_age_venues": 0}, ""),
        ({"exploitation_share": 0.19}, ""),
    ],
)
def test_many_being_drawn_in_is_secondary_though_no_pattern_can_be_told(facts, rule):
    found = suggest_phase("untold", context={"incidents": 25, **facts})
    assert (found.phase, found.rule) == (("secondary", rule) if rule else (None, ""))
    assert suggest_phase("untold", context={"incidents": 19, **facts}).phase is None


def test_every_shipped_rule_names_its_source_or_says_that_it_is_a_judgement():
    for rule in shipped_phase_rules().rules:
        assert "udgement" in rule.basis or re.search(r"[A-Z]\w+.* \d{4}", rule.basis), rule.name


def test_every_lens_for_force_data_has_a_service_that_everybody_meets():
    lenses = {lens.id for lens in shipped_lenses() if not lens.public}
    assert set(shipped_phase_rules().universal) == lenses


def test_the_document_holds_every_rule_with_its_source():
    page = (Path(__file__).parents[2] / "docs" / "phases.md").read_text(encoding="utf-8")
    rows = [
        f"| {rule.phase} | {rule.name} | {', '.join(rule.patterns)} | {rule.basis} |"
        for rule in shipped_phase_rules().rules
    ]
    assert "\n".join(rows) in page
    assert all(f"| `{fact}` |" in page for fact in FACTS)


def test_a_shipped_reason_holds_no_figure_of_a_place():
    assert all("{" not in rule.reason for rule in shipped_phase_rules().rules)


@pytest.mark.parametrize("bad", ["hot", "new spot", "newish"])
def test_unknown_pattern_or_fact_is_a_fault_of_the_program(bad):
    with pytest.raises(ValueError, match="not one of"):
        suggest_phase(bad)
    with pytest.raises(ValueError, match="unknown facts"):
        suggest_phase("new", context={bad: 1})


def table(tmp_path, body):
    path = tmp_path / "own.toml"
    path.write_text('title = "Ours"\nversion = "2"\n' + body)
    return path


RULE = '[[rule]]\nname = "A"\nphase = "secondary"\nreason = "Because."\n'


def test_an_edited_table_is_used_and_may_leave_places_without_a_phase(tmp_path):
    body = RULE + 'patterns = ["new"]\nwhen = { incidents = { at_least = 10, at_most = 20 } }\n'
    rules = read_phase_rules(table(tmp_path, body))
    assert suggest_phase("new", context={"incidents": 20}, rules=rules).phase == "secondary"
    assert suggest_phase("new", context={"incidents": 21}, rules=rules).phase is None
    assert suggest_phase("sporadic", rules=rules).reason == "No rule of the table fits this place."


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("", 1, "has no rules"),
        (RULE.replace("secondary", "secondry"), 5, "Did you mean secondary"),
        (RULE + 'patterns = ["newer"]\n', 7, "Did you mean new"),
        (RULE + "patterns = []\n", 7, "Leave it out"),
        (RULE + "when = { repeat_shares = { at_least = 1 } }\n", 7, "Did you mean repeat_share"),
        (RULE + "when = { repeat_share = 0.5 }\n", 7, "at_least = 0.5"),
        (RULE + "when = { repeat_share = { above = 0.5 } }\n", 7, "at_least = 0.5"),
        (RULE + "when = { repeat_share = { at_least = nan } }\n", 7, "at_least = 0.5"),
        (RULE + 'when = { rising_background = "yes" }\n', 7, "rising_background = true"),
        (RULE + "when = { }\n", 7, "leave it out"),
        (RULE + "colour = 1\n", 7, "unknown key"),
        (RULE.replace('reason = "Because."\n', ""), 3, "`reason` is missing"),
        (RULE + RULE.replace('"A"', '"B"'), 8, "can never decide"),
        (RULE + 'patterns = ["new"]\n' + RULE, 9, "Give it its own name"),
        (RULE + "when = [\n", 7, "not valid TOML"),
        ("fewest = 0\n" + RULE, 3, "whole number from 1"),
        ("universal = 3\n" + RULE, 3, "not a table"),
    ],
)
def test_a_faulty_table_is_refused_with_file_line_and_remedy(tmp_path, body, line, words):
    path = table(tmp_path, body)
    with pytest.raises(ContextError) as caught:
        read_phase_rules(path)
    assert f"{path}, line {line}: " in str(caught.value)
    assert words in str(caught.value)


def test_all_faults_are_told_at_once(tmp_path):
    body = RULE.replace("secondary", "later") + 'patterns = ["warm"]\nwhen = { luck = true }\n'
    with pytest.raises(ContextError) as caught:
        read_phase_rules(table(tmp_path, body))
    assert str(caught.value).count("line") == 3


def test_files_that_are_no_text_or_absent_are_refused(tmp_path):
    with pytest.raises(ContextError, match="no such file"):
        read_phase_rules(tmp_path / "absent.toml")
    (tmp_path / "odd.toml").write_bytes(b'title = "\xff"')
    with pytest.raises(ContextError, match="line 1: not UTF-8"):
        read_phase_rules(tmp_path / "odd.toml")


def test_the_facts_of_the_page_are_those_of_the_program():
    page = (Path(__file__).parents[2] / "docs" / "phases.md").read_text()
    assert all(f"`{fact}`" in page for fact in (*FACTS, *PATTERNS))
