"""Roles, wards, and the file that gives them: everything not granted is refused."""

import pandas as pd
import pytest

from mapper.app.door.people_file import read_people_file, session_of
from mapper.base.errors import PeopleError, RefusedError
from mapper.disclosure.people import (
    ACTS,
    ALLOWED,
    ROLES,
    Viewer,
    in_wards,
    may,
    one_person,
    require,
    scope_of,
)

WHOLE = """
[claims]
name = "preferred_username"
roles = "realm_access.roles"
wards = "wards"

[roles]
analyst = ["Crime analysts", "Intelligence"]
neighbourhood = ["Neighbourhood teams"]

[wards]
E05000886 = ["Anfield, Liverpool"]
both = ["Anfield", "Everton"]
"""


@pytest.fixture
def people(tmp_path):
    def write(text):
        path = tmp_path / "people.toml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def claims(*roles, **more):
    return {"preferred_username": "sam", "realm_access": {"roles": list(roles)}, **more}


def viewer(*roles, wards=()):
    return Viewer("Sam", frozenset(roles), frozenset(wards))


def test_who_may_what_as_a_table():
    """By hand: a change of this table must be meant."""
    table = {
        "see everything": "analyst",
        "see own wards": "neighbourhood analyst",
        "see partnership releases": "partner analyst",
        "see hot spots": "neighbourhood partner analyst",
        "load data": "analyst",
        "release": "analyst",
        "plan": "neighbourhood analyst",
        "act for an agency": "partner",
        "read the audit log": "administrator",
        "change settings": "administrator",
    }
    assert set(table) == set(ACTS)
    for act, holders in table.items():
        assert [role for role in ROLES if may(viewer(role), act)] == holders.split()


def test_nobody_may_anything_by_default():
    assert not any(may(viewer(), act) for act in ACTS)
    assert not any(may(viewer(*ROLES), act) for act in ("", "everything", "see"))
    assert set(ALLOWED) == set(ROLES)


def test_a_role_that_there_is_not_makes_no_viewer():
    with pytest.raises(ValueError, match="Roles that there are not: root"):
        viewer("root")
    with pytest.raises(ValueError, match="A viewer has a name"):
        Viewer(" ")


def test_a_refusal_says_which_role_it_takes():
    with pytest.raises(RefusedError, match="takes the role analyst"):
        require(viewer("partner"), "load data")
    with pytest.raises(RefusedError, match="known viewer only"):
        require(None, "load data")


def test_the_widest_scope_of_several_roles_holds():
    assert scope_of(one_person("me")) == "everything"
    assert scope_of(viewer("partner")) == "partnership"
    assert scope_of(viewer("neighbourhood", wards=["Anfield"])) == "own wards"
    assert scope_of(viewer("neighbourhood", "partner")) == "partnership"
    for nobody in (viewer(), viewer("administrator"), viewer("neighbourhood")):
        with pytest.raises(RefusedError):
            scope_of(nobody)


def test_wards_are_matched_whole_and_never_across_districts():
    cells = pd.DataFrame(
        {
            "ward": pd.Categorical(["Anfield", "Central", "Central", "St. Michael's", "", None]),
            "district": pd.Categorical(
                ["Liverpool", "Sefton", "Wirral", "Wirral", "Wirral", "Wirral"]
            ),
        }
    )
    assert in_wards(cells, ["anfield"]).tolist() == [True] + [False] * 5
    assert in_wards(cells, ["Anf", "field", "*", "", "%"]).sum() == 0
    assert in_wards(cells, ["Central"]).sum() == 0  # of two districts: neither
    assert in_wards(cells, ["CENTRAL, Wirral"]).tolist() == [
        False,
        False,
        True,
        False,
        False,
        False,
    ]
    assert in_wards(cells, ["st michaels"]).tolist() == [False, False, False, True, False, False]
    assert in_wards(cells, []).sum() == 0


def test_claims_become_roles_and_wards(people):
    found = read_people_file(people(WHOLE))
    assert found.viewer(claims("Crime analysts")).roles == {"analyst"}
    both = found.viewer(claims("Intelligence", "Neighbourhood teams", wards=["E05000886", "x"]))
    assert both.roles == {"analyst", "neighbourhood"}
    assert both.wards == {"Anfield, Liverpool"}
    assert found.viewer(claims("Neighbourhood teams", wards="both")).wards == {"Anfield", "Everton"}


@pytest.mark.parametrize(
    "told",
    [
        claims(),
        claims("crime analysts"),
        claims("analyst"),
        claims("Crime analysts "[:-2]),
        {"preferred_username": "sam"},
        {"preferred_username": "sam", "realm_access": "Crime analysts"},
        {"preferred_username": "sam", "realm_access": {"roles": {"Crime analysts": True}}},
        {"preferred_username": "sam", "realm_access": {"roles": [["Crime analysts"], 1, None]}},
        {"realm_access": {"roles": ["Crime analysts"]}},
        {"preferred_username": "", "realm_access": {"roles": ["Crime analysts"]}},
        {"preferred_username": "a\u202eb", "realm_access": {"roles": ["Crime analysts"]}},
    ],
    ids=str,
)
def test_claims_that_do_not_fit_give_nobody(people, told):
    assert read_people_file(people(WHOLE)).viewer(told) is None


AGENCIES = """
[agencies]
"NHS 0-19" = "health visiting"
PROB = "probation"
"""


def test_a_sign_in_carries_one_agency_or_none(people):
    text = WHOLE.replace('wards = "wards"', 'wards = "wards"\nagency = "department"', 1)
    listed = read_people_file(people(text + AGENCIES))
    told = {
        department: listed.viewer(claims("Intelligence", department=department)).agency
        for department in ("NHS 0-19", "PROB", "probation", "", "prob")
    }
    assert told == {
        "NHS 0-19": "health visiting", "PROB": "probation", "probation": "", "": "", "prob": ""
    }  # fmt: skip
    assert listed.viewer(claims("Intelligence", department=["NHS 0-19", "PROB"])).agency == ""
    named = read_people_file(people(text))
    assert named.viewer(claims("Intelligence", department="probation")).agency == "probation"
    assert named.viewer(claims("Intelligence", department="PROB")).agency == ""


def test_an_agency_that_there_is_not_is_refused_with_its_line(people):
    text = WHOLE.replace('wards = "wards"', 'wards = "wards"\nagency = "department"', 1)
    wrong = people(text + '[agencies]\nX = "probaton"\n')
    with pytest.raises(
        PeopleError, match=r"\"probaton\" is no agency here. Did you mean probation"
    ):
        read_people_file(wrong)
    with pytest.raises(PeopleError, match=r"`agency` under \[claims\] is missing"):
        read_people_file(people(WHOLE + AGENCIES))


def test_a_claim_may_have_dots_in_its_name(people):
    text = WHOLE.replace('"realm_access.roles"', '"https://force.example/roles"')
    told = {"preferred_username": "sam", "https://force.example/roles": "Intelligence"}
    assert read_people_file(people(text)).viewer(told).roles == {"analyst"}


def test_without_a_table_of_wards_the_values_are_their_names(people):
    text = WHOLE[: WHOLE.index("[wards]")]
    told = claims("Neighbourhood teams", wards=["Anfield"])
    assert read_people_file(people(text)).viewer(told).wards == {"Anfield"}


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("analyst =", "analist =", 8, "no role. Did you mean analyst"),
        ("[roles]", "[rules]", 7, "unknown key"),
        ('name = "preferred_username"', "", 2, "`name` is missing"),
        ('name = "preferred_username"', "name = 3", 3, "not text"),
        ('["Neighbourhood teams"]', '["Intelligence"]', 9, "listed for analyst and for neigh"),
        ('["Neighbourhood teams"]', '"Neighbourhood teams"', 9, "not a list"),
        ('["Neighbourhood teams"]', "[1]", 9, "not text"),
        ('wards = "wards"', "", 2, "`wards` under [claims] is missing"),
        ("[claims]", "[claims", 2, "not valid TOML"),
        ('E05000886 = ["Anfield, Liverpool"]', "E05000886 = 1", 12, "not a list"),
    ],
)
def test_faults_are_told_with_file_line_and_remedy(people, old, new, line, words):
    assert old in WHOLE
    with pytest.raises(PeopleError) as told:
        read_people_file(people(WHOLE.replace(old, new, 1)))
    assert f"people.toml, line {line}: " in str(told.value)
    assert words in str(told.value)


def test_files_that_are_none_are_refused(people, tmp_path):
    for content in (b"\xff\xfe", b"a = 1\n\xff"):
        with pytest.raises(PeopleError, match="not UTF-8"):
            read_people_file(people(content))
    with pytest.raises(PeopleError, match="no such file"):
        read_people_file(tmp_path / "none.toml")
    with pytest.raises(PeopleError, match="bytes long"):
        read_people_file(people("#" * 1_048_577))
    with pytest.raises(PeopleError, match="nested too deeply"):
        read_people_file(people("a = " + "[" * 100_000))


def test_a_sign_in_is_known_by_its_claims_alone():
    told = {"sub": "a", "nonce": "1", "exp": 5}
    cookie = {**told, "origin": "x", "is_logged_in": True, "provider": "default"}
    page = {**told, "is_logged_in": True, "provider": "default", "tokens": {}}
    assert session_of(cookie) == session_of(page) == session_of(told)
    assert session_of({**told, "nonce": "2"}) != session_of(told)
