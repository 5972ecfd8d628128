"""What may mislead in a briefing: told to partners by part and day, without counts."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from mapper.disclosure.doubt_words import doubts_outside
from mapper.disclosure.register import MemoryRegister
from mapper.incidents.doubt import Doubt
from mapper.incidents.read import read_incidents
from mapper.outputs.briefing.choices import BriefingChoices
from mapper.outputs.briefing.content import briefing_content
from mapper.outputs.briefing.files import briefing_file
from mapper.outputs.briefing.gather import gather
from mapper.questions.windows import Window
from tests.outputs.test_briefing_document import in_page, in_pdf, in_word

WINDOWS = Window(date(2021, 9, 1), date(2022, 2, 28)), Window(date(2022, 3, 1), date(2022, 8, 31))
MADE_AT = datetime(2024, 1, 8, 9, 30, tzinfo=UTC)
WARD = Doubt(
    code="part stops",
    effect="veto",
    words="“Everton” (ward) stops: 17 incidents before and 3 after.",
    rows=np.arange(17),
    share=0.17,
    kind="ward",
    part="Everton",
    since=date(2022, 3, 1),
)


SENTENCES = {
    "part-stops": "Records of Wirral stop on 1 March 2022, while the rest goes on: whether they"
    " rose or fell across that day cannot be told.",
    "midnight": "Times of 00:00 stand for “not known”, and are left out wherever hours count.",
    "default-point": "Some incidents lie at a point that stands for “place not known”: what is"
    " listed there is no place.",
}


@pytest.mark.parametrize("case", SENTENCES)
def test_each_form_says_what_misleads(field, case):
    sentence = SENTENCES[case]
    incidents = read_incidents([field / case / "incidents.csv"])
    choices = BriefingChoices("all-demand", *WINDOWS)
    content = briefing_content(gather(incidents, choices, register=MemoryRegister()))
    assert content.may_mislead == f"May mislead: {sentence}"
    assert ("cannot be told" in {one.moved.way for one in content.headlines}) == (
        case == "part-stops"
    )
    for form, read in ((".pdf", in_pdf), (".docx", in_word), (".html", in_page)):
        made = briefing_file(content, form, made_by="A. Analyst", made_at=MADE_AT)
        assert re.sub(r"\s", "", sentence) in re.sub(r"\s", "", read(made))


def test_the_sentence_follows_code_part_and_day_and_holds_no_count():
    (said,) = doubts_outside([WARD, WARD])
    assert said.startswith("Records of Everton stop on 1 March 2022,")
    assert re.findall(r"\d+", said) == ["1", "2022"]
    assert doubts_outside([replace(WARD, words="", rows=WARD.rows[:2], share=0.9)]) == (said,)


def test_values_of_the_files_own_columns_are_not_named():
    (said,) = doubts_outside([replace(WARD, kind="risk_grade", part="of Jane Doe", other="x")])
    assert said.startswith("Records of one risk grade stop on 1 March 2022,")
    point = replace(WARD, code="default point", kind="coordinates", part="17 at Jane Doe's")
    assert not re.search(r"\d|Jane", doubts_outside([point])[0])
    assert doubts_outside([replace(WARD, code="rows unread")]) == ()
