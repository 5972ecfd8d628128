"""A neighbourhood team reads the records of its own wards, and nobody reads by a blank."""

import pandas as pd
import pytest

from mapper.base.errors import RefusedError
from mapper.disclosure.people import Viewer, one_person
from mapper.records.access import own_wards, readable
from mapper.records.saving import Work, save
from mapper.records.versions import records

CELLS = pd.DataFrame(
    {
        "ward": pd.Categorical(["Anfield", "Anfield", "Holt", "Holt", "Speke"]),
        "district": pd.Categorical(["Liverpool", "Liverpool", "Liverpool", "Wirral", "Liverpool"]),
    }
)
ANNE = one_person("anne")


def team(*wards):
    return Viewer(name="ben", roles=frozenset({"neighbourhood"}), wards=frozenset(wards))


@pytest.fixture
def kept(database):
    for number, ward in enumerate(["Anfield", "anfield, liverpool", "Holt, Wirral", "Holt", ""]):
        content = {"name": f"{ward}", "ward": ward} if ward else {"name": "no ward"}
        work = Work(f"A-{number}", "assessment", content)
        save(database, work, viewer=ANNE, reason="x")
    own = Work("A-9", "assessment", {"name": "own"})
    save(database, own, viewer=team("Speke"), reason="x")
    return records(database, "assessment")


@pytest.mark.parametrize(
    ("wards", "seen"),
    [
        (["Anfield"], {"A-0", "A-1", "A-9"}),
        (["Holt, Wirral"], {"A-2", "A-9"}),
        (["Holt"], {"A-9"}),  # two districts have one: it stands for neither
        ([], {"A-9"}),
    ],
)
def test_own_wards_in_either_spelling_and_own_records(kept, wards, seen):
    viewer = team(*wards)
    found = readable(viewer, kept, own=own_wards(viewer, CELLS))
    assert {one.record for one in found} == seen


def test_who_sees_everything_reads_all_and_a_partner_none(kept):
    assert readable(ANNE, kept, own=frozenset()) == kept
    with pytest.raises(RefusedError):
        readable(Viewer(name="p", roles=frozenset({"partner"})), kept, own=frozenset())
