"""The year before the demonstration: the same places, everyday incidents, no day in common."""

import pandas as pd
import pytest

from demonstration.writing import write_demonstration
from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.base.errors import RequestError
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.questions.registry import QUESTIONS


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    return write_demonstration(tmp_path_factory.mktemp("both"), years=2)


def test_the_year_itself_stays_the_same_to_the_byte(both, demonstration):
    for name in ("incidents", "truth", "places"):
        one, other = (getattr(files, name).read_bytes() for files in (both, demonstration.files))
        assert one == other, name
    assert demonstration.files.year_before is None


def test_the_years_meet_without_a_day_or_a_reference_in_common(both):
    told = {"dtype": "str", "usecols": ["reference", "from_at", "reported_at"]}
    before, year = (pd.read_csv(path, **told) for path in (both.year_before, both.incidents))
    assert before["reference"].str.startswith("DEMO-").all()
    assert not set(before["reference"]) & set(year["reference"])
    assert before["from_at"].min().startswith("2020-09-0")
    assert before["reported_at"].max().startswith("2021-08-31")
    assert 0.98 < len(before) / len(year) < 1.01


def test_both_together_are_read_and_ask_for_two_years(both):
    incidents = read_incidents([both.year_before, both.incidents])
    assert len(incidents.table) > 480_000
    area = load_study_area("merseyside", resolution=9)
    study = prepare(incidents, lens=load_lens("county-lines"), area=area)
    found = QUESTIONS["where-next"].ask(study)
    assert found.choices["foretold"] == "September 2022"
    assert found.choices["earlier_months_compared"] >= 9
    accuracy = QUESTIONS["accuracy"].ask(study)
    assert set(accuracy.table["ranking"]) >= {"where next", "last year's count"}


def test_three_years_are_refused(tmp_path):
    with pytest.raises(RequestError, match="Choose 1 or 2"):
        write_demonstration(tmp_path, years=3)
    assert not list(tmp_path.iterdir())
