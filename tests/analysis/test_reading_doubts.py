"""What reading leaves in doubt: rows that could not be read, first in every refusal, and age."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mapper.analysis.examine import examine, late_words
from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.base.errors import RequestError, TooFewEventsError
from mapper.incidents.reading_doubts import OLD
from mapper.incidents.set_aside import under_one_name
from mapper.questions.change import QUESTION, ChangeChoices
from mapper.questions.windows import Window
from tests.builders import EVERYTHING
from tests.incidents.incident_files import extract, read, write_csv


def made(tmp_path, size, unread, **changes):
    """An extract of some rows, a few of which carry a date that nobody can read."""
    rows = [{"reference": f"R{n}", "from_at": f"2026-03-{n % 28 + 1:02} 10:{n % 60:02}", **changes}
            for n in range(size)]  # fmt: skip
    for row in rows[:unread]:
        row["from_at"] = "13th of Never"
    return read(write_csv(tmp_path / "a.csv", extract(*rows)))


def raised(incidents, today):
    return {one.code: one for one in examine(incidents, today=today)}


@pytest.mark.parametrize(("unread", "told"), [(9, False), (12, True), (60, True)])
def test_rows_that_could_not_be_read_are_told_from_a_tenth_on(tmp_path, unread, told):
    found = raised(made(tmp_path, 100, unread), date(2026, 4, 1))
    assert ("rows unread" in found) is told
    if told:
        words = f"{unread} of 100 rows could not be read (bad date {unread})"
        assert words in found["rows unread"].words


def test_data_is_old_after_sixty_days(tmp_path):
    incidents = made(tmp_path, 40, 0)
    last = incidents.table["start"].max().date()
    assert "data old" not in raised(incidents, last + timedelta(days=OLD))
    doubt = raised(incidents, last + timedelta(days=OLD + 1))["data old"]
    assert "ends on 28 March 2026" in doubt.words


def test_the_demonstration_never_grows_old(tmp_path):
    incidents = made(tmp_path, 40, 0)
    incidents.table["reference"] = "DEMO-" + incidents.table["reference"]
    assert "data old" not in raised(incidents, date(2036, 1, 1))


def test_a_refusal_names_what_could_not_be_read_and_no_longer_period(tmp_path):
    area = load_study_area("merseyside", resolution=9)
    incidents = made(tmp_path, 100, 80)
    with pytest.raises(TooFewEventsError) as few:
        prepare(incidents, lens=EVERYTHING, area=area)
    assert str(few.value).startswith("80 of 100 rows could not be read (bad date 80)")
    assert "longer period" not in str(few.value)
    with pytest.raises(RequestError) as none:
        prepare(incidents, lens=EVERYTHING, area=area, start=date(2026, 5, 1))
    assert str(none.value).startswith("80 of 100 rows could not be read")
    assert "Choose other dates" not in str(none.value)
    study = prepare(made(tmp_path, 100, 40), lens=EVERYTHING, area=area)
    choices = ChangeChoices(
        before=Window(date(2025, 1, 1), date(2025, 1, 31)),
        after=Window(date(2025, 2, 1), date(2025, 2, 28)),
    )
    with pytest.raises(RequestError, match=r"^40 of 100 rows could not be read"):
        QUESTION.ask(study, choices)


def test_how_late_days_are_is_said_to_be_unknown_or_told_by_an_earlier_extract(tmp_path):
    incidents = made(tmp_path, 100, 0)
    assert "not known" in late_words(incidents)
    known = replace(incidents, days_late=9)
    assert late_words(known) == ""
    doubt = raised(known, date(2026, 4, 1))["days incomplete"]
    assert (str(doubt.to_day), doubt.effect) == ("2026-03-19", "caveat")
    assert doubt.rows.size == (known.table["start"] >= "2026-03-20").sum()


def test_a_value_under_a_new_name_is_mended_by_one_name(tmp_path):
    rows = [{"reference": f"R{n}", "incident_type": "Robbery" if n % 3 else "Robberies"}
            for n in range(30)]  # fmt: skip
    incidents = read(write_csv(tmp_path / "a.csv", extract(*rows)))
    mended = under_one_name(incidents, "type", "Robberies", "Robbery")
    assert mended.table["type"].cat.categories.tolist() == ["Robbery"]
    assert "“Robberies” counts as “Robbery”, as chosen (10 incidents)" in mended.notes[-1]
