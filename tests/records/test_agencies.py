"""Agencies: the common ones, an installation's own, and words of earlier forms."""

import pytest

from mapper.base.errors import RecordsError
from mapper.base.settings import settings
from mapper.records.agencies import agency_names
from mapper.records.content import tidy
from mapper.records.form import load_form


@pytest.fixture
def own(tmp_path, monkeypatch):
    def write(text):
        path = tmp_path / "agencies.toml"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setenv("MAPPER_AGENCIES", str(path))
        settings.cache_clear()

    yield write
    settings.cache_clear()


def test_those_of_a_safeguarding_partnership_are_there():
    wanted = {
        *("IDVA service", "probation", "children's social care", "adults' social care"),
        *("early help", "youth justice", "drug and alcohol treatment", "mental health"),
        *("health visiting", "midwifery", "schools", "housing", "fire and rescue"),
        *("voluntary sector", "university", "police"),
    }
    assert wanted <= set(agency_names())
    assert len(set(agency_names())) == len(agency_names())


def test_words_of_earlier_forms_stand_for_the_agency_of_today():
    rows = [{"action": "Brief", "agency": "school"}, {"action": "Meet", "agency": "voluntary"}]
    kept = tidy(load_form("plan"), {"name": "x", "actions": rows})
    assert [row["agency"] for row in kept["actions"]] == ["schools", "voluntary sector"]
    met = tidy(load_form("meeting"), {"name": "x", "agencies": ["domestic-abuse advisers"]})
    assert met["agencies"] == ["IDVA service"]


def test_an_installation_adds_its_own_and_forms_offer_it(own):
    own('[[agency]]\nname = "Mersey Tunnels"\n')
    assert agency_names()[-1] == "Mersey Tunnels"
    columns = {one.id: one.options for one in load_form("plan").by_id["actions"].columns}
    assert columns["agency"][-1] == "Mersey Tunnels"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[agency]]\nname = "police"\n', 'line 2: "police" is an agency already'),
        ('[[agency]]\nname = "x"\nwas = ["school"]\n', '"school" is an agency already'),
        ('[[agency]]\ntitle = "x"\n', "`name` is missing"),
        ('[[agency]]\nname = "x"\nsort = 1\n', "unknown key"),
    ],
)
def test_a_wrong_file_is_refused_with_the_line(own, text, words):
    own(text)
    with pytest.raises(RecordsError, match=words):
        agency_names()
