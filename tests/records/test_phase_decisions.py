"""A phase is suggested by rule and decided by a person; both are kept, agreeing or not."""

import pytest

from mapper.base.errors import RecordsError
from mapper.context.phases import Suggestion, suggest_phase
from mapper.disclosure.people import one_person
from mapper.records.phase_decisions import agreement, agrees, decision
from mapper.records.saving import Work, save
from mapper.records.versions import records

ANNE = one_person("anne")
PLACE = {"name": "Parade", "hotspot_id": "HS-1", "ward": "Anfield", "voice": "not copied"}


def test_suggestion_and_decision_stand_side_by_side(database):
    suggestion = suggest_phase("persistent")
    for number, phase in enumerate(["tertiary", "primary"]):
        content = decision(PLACE, suggestion, decided=phase, why="We know it", who="Lead, council")
        work = Work(f"F-{number}", "phase", content)
        save(database, work, viewer=ANNE, reason="decided")
    kept = {one.content["decided"]: one for one in records(database, "phase", hotspot_id="HS-1")}
    assert agrees(kept["tertiary"].content)
    assert not agrees(kept["primary"].content)
    assert kept["primary"].content["suggested"] == "tertiary"
    assert suggestion.rule in kept["primary"].content["rule"]
    assert "voice" not in kept["primary"].content
    found = agreement(kept.values())
    assert found.words == "People decided as suggested in 1 of 2 places."
    assert found.differing == (kept["primary"],)
    assert agreement(()).words == "No phase has been decided yet."


def test_a_decision_needs_a_reason_a_role_and_a_suggestion():
    suggestion = suggest_phase("persistent")
    with pytest.raises(RecordsError, match="say why and by whom"):
        decision(PLACE, suggestion, decided="primary", why=" ", who="")
    nothing = Suggestion(phase=None, rule="", reason="No rule fits.")
    with pytest.raises(RecordsError, match="No rule fits"):
        decision(PLACE, nothing, decided="primary", why="x", who="x")
