"""The rules file: readable, versioned, never looser than the floor."""

import pytest

from mapper.base.errors import DisclosureError
from mapper.base.settings import Settings
from mapper.disclosure.rules import SHIPPED, read_rules, rules


def changed(tmp_path, *swaps):
    text = SHIPPED.read_text(encoding="utf-8")
    head, partners, everyone = text.partition("[public]")
    for section, old, new in swaps:
        if section == "partnership":
            assert old in head
            head = head.replace(old, new)
        else:
            assert old in everyone
            everyone = everyone.replace(old, new)
    path = tmp_path / "own-rules.toml"
    path.write_text(head + partners + everyone, encoding="utf-8")
    return path


def test_the_shipped_file_is_read_with_its_version_and_digest():
    found = read_rules(SHIPPED)
    assert found.version == "1.0"
    assert len(found.sha256) == 64
    assert found.audiences["partnership"].hidden_words == "fewer than 5"


@pytest.mark.parametrize(
    ("section", "old", "new"),
    [
        ("partnership", "smallest_count = 5", "smallest_count = 4"),
        ("partnership", "round_to = 5", "round_to = 3"),
        ("partnership", "finest_resolution = 9", "finest_resolution = 10"),
        ("partnership", 'marking = "OFFICIAL-SENSITIVE"', 'marking = "OFFICIAL"'),
        ("partnership", "single_place = false", "single_place = true"),
        ("public", "smallest_count = 8", "smallest_count = 5"),
        ("public", "finest_resolution = 8", "finest_resolution = 9"),
        ("public", "whole_months = true", "whole_months = false"),
        ("public", 'week_clock = "none"', 'week_clock = "shift"'),
        ("public", '"child_at_address", ', ""),
    ],
)
def test_nothing_is_loosened_below_the_floor(tmp_path, section, old, new):
    with pytest.raises(DisclosureError, match=r"own-rules\.toml: .*(write|loose)"):
        read_rules(changed(tmp_path, (section, old, new)))


@pytest.mark.parametrize(
    ("section", "old", "new"),
    [
        ("partnership", "smallest_count = 5", "smallest_count = 10"),
        ("partnership", "finest_resolution = 9", "finest_resolution = 8"),
        ("partnership", 'week_clock = "shift"', 'week_clock = "none"'),
        ("partnership", "district_only = []", 'district_only = ["baby_at_address"]'),
        ("public", "shortest_days = 28", "shortest_days = 90"),
    ],
)
def test_an_installation_may_be_stricter(tmp_path, section, old, new):
    read_rules(changed(tmp_path, (section, old, new)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("shortest_days = 28", "", "shortest_days: missing"),
        ("shortest_days = 28", "shortest_days = true", "shortest_days: True is not of kind int"),
        ("shortest_days = 28", "shortest_days = 28\nlongest = 3", "longest: no such rule"),
        ('"none"', '"minute"', "'minute' is not one of none, shift"),
        ('"missing_child"', '"shoe_size"', "names a column that incidents do not have"),
        ("round_to = 5", "round_to = 10", "more than smallest_count"),
    ],
)
def test_every_fault_is_named_by_file_and_field(tmp_path, old, new, said):
    with pytest.raises(DisclosureError, match=said):
        read_rules(changed(tmp_path, ("public", old, new)))


def test_all_faults_are_named_at_once(tmp_path):
    path = changed(
        tmp_path,
        ("partnership", "smallest_count = 5", "smallest_count = 2"),
        ("public", "finest_resolution = 8", "finest_resolution = 11"),
    )
    with pytest.raises(DisclosureError) as refused:
        read_rules(path)
    assert "partnership.smallest_count" in str(refused.value)
    assert "public.finest_resolution" in str(refused.value)


def test_files_that_are_no_rules_are_refused(tmp_path):
    (tmp_path / "bad.toml").write_text("version = = 1")
    with pytest.raises(DisclosureError, match=r"bad.toml, line 1: not valid TOML"):
        read_rules(tmp_path / "bad.toml")
    with pytest.raises(DisclosureError, match="MAPPER_DISCLOSURE_RULES"):
        read_rules(tmp_path / "absent.toml")


def test_the_setting_points_to_an_own_file(tmp_path, monkeypatch):
    path = changed(tmp_path, ("partnership", "smallest_count = 5", "smallest_count = 6"))
    monkeypatch.setattr("mapper.disclosure.rules.settings", lambda: Settings(disclosure_rules=path))
    assert rules().audiences["partnership"].smallest_count == 6
