"""The printed briefing, read back by other programs: the same figures in each form."""

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape

import docx
import h3
import pypdf
import pytest

from mapper.context.places import Places, places_table
from mapper.disclosure.register import MemoryRegister
from mapper.incidents.read import read_incidents
from mapper.outputs.briefing.choices import BriefingChoices
from mapper.outputs.briefing.content import briefing_content
from mapper.outputs.briefing.files import briefing_file
from mapper.outputs.briefing.gather import gather
from mapper.outputs.pictures.shift_clock import shift_clock
from mapper.questions.windows import Window
from mapper.records.shared import Shared, SharedAction, SharedCampaign, SharedResult
from tests.small_extract import write_extract

MADE_AT = datetime(2024, 1, 8, 9, 30, tzinfo=UTC)
HOSTILE = "#panic(1) {{7*7}} <script>alert(1)</script>"
SHARED = Shared(
    actions=(
        SharedAction("Locks and lighting", "council", date(2024, 1, 2), None, "late", 6),
        SharedAction(HOSTILE, "housing", None, None, "open"),
        SharedAction("Assembly", "school", None, date(2023, 12, 1), "done"),
    ),
    campaigns=(
        SharedCampaign(
            "Abuse month",
            *(
                "2023-09-01",
                "2023-09-30",
                "running",
                "3 of 6 places visited",
                "9 of 24 actions done",
            ),
            late=2,
            told="could not be told",
        ),
    ),
    results=(SharedResult("Patrols", "2023-03-01", "", "could not be told", "worked"),),
)


@pytest.fixture(scope="module")
def gathered(tmp_path_factory):
    incidents = read_incidents([write_extract(tmp_path_factory.mktemp("b") / "x.csv", each=600)])
    choices = BriefingChoices(
        "domestic-abuse",
        Window(date(2023, 6, 1), date(2023, 8, 31)),
        Window(date(2023, 9, 1), date(2023, 11, 30)),
    )
    return gather(incidents, choices, register=MemoryRegister())


@pytest.fixture(scope="module")
def content(gathered):
    return briefing_content(gathered, shared=SHARED)


def made(content, form):
    return briefing_file(content, form, made_by="A. Analyst", made_at=MADE_AT)


def flat(text):
    return re.sub(r"\s+", "", text)


def in_pdf(content):
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def in_word(content):
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def in_page(content):
    text = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", content.decode(), flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", text))


@pytest.mark.parametrize(
    ("form", "read"), [(".pdf", in_pdf), (".docx", in_word), (".html", in_page)]
)
def test_each_form_holds_every_figure_of_the_content(content, form, read):
    text = flat(read(made(content, form)))
    for one in content.headlines:
        for part in (one.value, one.name, one.before, one.moved.way, one.moved.words):
            assert flat(part) in text
    for one in content.movers[:10]:
        for part in (one.place.name, str(one.before), str(one.now), one.moved.words):
            assert flat(part) in text
    for one in content.meetings[:10]:
        assert flat(f"{one.place.name}, {one.place.district}") in text
    for part in ("Abuse month", "3 of 6 places visited", "9 of 24 actions done, 2 late"):
        assert flat(part) in text
    for part in ("Locks and lighting", "6 days late", "Patrols", "could not be told", HOSTILE):
        assert flat(part) in text
    assert flat(content.takeaway) in text


def test_the_pdf_is_tagged_marked_and_told_in_words(content):
    printed = made(content, ".pdf")
    pdf = pypdf.PdfReader(io.BytesIO(printed))
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    for page in pdf.pages:
        assert page.extract_text().count("OFFICIAL-SENSITIVE") >= 2
    assert pdf.metadata.title == "Briefing"
    told = alternatives(root["/StructTreeRoot"])
    assert any(words.startswith("Map of Domestic abuse, Merseyside") for words in told)
    assert any(words.startswith("Week in shifts, Domestic abuse") for words in told)
    assert made(content, ".pdf") == printed
    assert len(pdf.pages) <= 4


def test_each_place_is_set_beside_a_landmark_that_partners_may_know(gathered):
    cells = gathered.now.cells
    lat, lon = zip(*map(h3.cell_to_latlng, cells.loc[cells["hot"], "cell"]), strict=True)
    near = Places(
        places_table(
            name=[f"Elm {at}" for at in range(len(lat))] * 2,
            kind=["hospital"] * len(lat) + ["school"] * len(lat),
            lon=lon * 2,
            lat=lat * 2,
            source="test",
        )
    )
    content = briefing_content(gathered, shared=SHARED, places=near)
    listed = [one.place for one in (*content.movers, *content.meetings) if one.place.number]
    assert listed
    for place in listed:
        assert re.fullmatch(r"near Elm \d+ hospital", place.where)
    pdf = made(content, ".pdf")
    assert flat(listed[0].whole) in flat(in_pdf(pdf))
    assert "of Elm" not in in_pdf(pdf)
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) <= 2
    page = made(content, ".html").decode()
    assert page.count(">Landmark<") == 1
    assert ">Landmark<" not in made(briefing_content(gathered), ".html").decode()


def alternatives(node):
    """Every alternative text in a PDF's tree of tags."""
    node = node.get_object()
    if not isinstance(node, dict):
        return set()
    kids = node.get("/K", [])
    kids = kids if isinstance(kids, list) else [kids]
    found = {str(node["/Alt"])} if "/Alt" in node else set()
    return found.union(*(alternatives(kid) for kid in kids if not isinstance(kid, int)))


def test_print_holds_no_count_under_five_and_no_statistic(content):
    text = in_pdf(made(content, ".pdf"))
    assert not re.search(r"(?<![\w'])[zpq](?![\w'])", text)
    assert not re.search(r"about [1-4]\b", text)
    clock = content.shifts.table["weight"].dropna()
    assert ((clock == 0) | ((clock >= 5) & (clock % 5 == 0))).all()


def test_a_long_list_of_work_is_cut_to_two_pages_and_says_what_is_left_out(content):
    action = replace(SHARED.actions[0], action="Walk the footpath behind the shops " * 9)
    result = replace(SHARED.results[0], name="Patrols of three streets " * 9)
    much = Shared(actions=(action,) * 40, results=(result,) * 12)
    long = replace(content, shared=much, misleads=("It misleads by a whole sentence. " * 9,) * 3)
    read = pypdf.PdfReader(io.BytesIO(made(long, ".pdf")))
    assert len(read.pages) == 2
    said = " ".join(page.extract_text() for page in read.pages)
    left = int(re.search(r"And (\d+) more actions: see\s+Late and due", said)[1])
    shown = sum(row.startswith("Walk the footpath") for row in said.splitlines())
    assert left + shown == 40
    assert "more interventions: see the Briefing on screen" in said


def test_a_hidden_shift_is_hatched_and_told_in_words():
    counts = {("Monday", "late"): 40, ("Tuesday", "late"): None}
    days, shifts = ("Monday", "Tuesday"), {"late": "15:00 to 23:00"}
    picture = shift_clock(days, shifts, counts, title="Here", hidden="fewer than 5")
    assert "Monday late 40; Tuesday late fewer than 5" in picture.alt
    assert picture.svg.count("url(#unsaid)") == 1
    assert ">40<" in picture.svg
