"""One document, three forms: the same words in each, read back by other programs."""

import io
import re
from datetime import UTC, datetime

import docx
import pypdf
import pytest

from mapper.base.errors import DisclosureError, OutputError
from mapper.outputs.documents.model import (
    Bullets,
    Document,
    Figures,
    Heading,
    PageBreak,
    Paragraph,
    Picture,
    Table,
)
from mapper.outputs.documents.page import document_html
from mapper.outputs.documents.pdf import document_pdf
from mapper.outputs.documents.word import document_docx

SQUARE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20" width="40" height="20">'
    '<rect width="40" height="20" fill="#1d4e6f"/></svg>'
)
HOSTILE = "#panic(1) $x$ *a* _b_ `c` <script>alert(1)</script> {{7*7}} =1+1 @ref ]#x[ \x07"
BLOCKS = (
    Heading("What changed"),
    Figures((("9,715", "with a child at the address", "no clear change"), ("29 %", "share", ""))),
    Paragraph(f"Say it as it is: {HOSTILE}", "strong"),
    Bullets(("First point", "Second point")),
    Table("Top places", ("Place", "Incidents"), (("Bootle: Marsh Lane", "41"),), numbers=(1,)),
    PageBreak(),
    Heading("Where", 2),
    Picture(SQUARE, "A map of three hot spots in Bootle", "Hot spots"),
    Paragraph("Source: this project.", "small"),
)


@pytest.fixture
def document(make_release):
    return Document(
        title="Briefing",
        subtitle="Bootle, March 2024",
        release=make_release(),
        blocks=BLOCKS,
        made_by="A. Analyst",
        made_at=datetime(2024, 4, 1, 9, 30, tzinfo=UTC),
    )


def words(text):
    return re.sub(r"\s+", " ", text)


def test_pdf_is_tagged_marked_and_holds_every_word(document):
    content = document_pdf(document)
    pdf = pypdf.PdfReader(io.BytesIO(content))
    assert len(pdf.pages) == 2
    for page in pdf.pages:
        assert page.extract_text().count(document.marking) >= 2  # top and bottom
    text = words(" ".join(page.extract_text() for page in pdf.pages))
    for wanted in ("Briefing", "9,715", "Second point", "Bootle: Marsh Lane", "#panic(1) $x$ *a*"):
        assert wanted in text
    assert pdf.metadata.title == "Briefing"
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].lower().startswith("en")
    assert b"pdfuaid:part" in content or "pdfuaid" in root["/Metadata"].get_data().decode()
    assert "A map of three hot spots in Bootle" in alternative_texts(root["/StructTreeRoot"])
    assert document_pdf(document) == content


def alternative_texts(node):
    """Every alternative text in a PDF's tree of tags."""
    node = node.get_object()
    if not isinstance(node, dict):
        return set()
    kids = node.get("/K", [])
    kids = kids if isinstance(kids, list) else [kids]
    found = {str(node["/Alt"])} if "/Alt" in node else set()
    return found.union(*(alternative_texts(kid) for kid in kids if not isinstance(kid, int)))


def test_word_holds_headings_tables_and_alternative_text(document):
    made = docx.Document(io.BytesIO(document_docx(document)))
    assert [p.text for p in made.paragraphs if p.style.name.startswith(("Heading", "Title"))] == [
        "Briefing",
        "What changed",
        "Where",
    ]
    tables = [[[c.text for c in row.cells] for row in table.rows] for table in made.tables]
    assert tables[1] == [["Place", "Incidents"], ["Bootle: Marsh Lane", "41"]]
    assert made.sections[0].header.paragraphs[0].text == document.marking
    assert made.sections[0].footer.paragraphs[0].text == document.marking
    assert 'descr="A map of three hot spots in Bootle"' in made.element.xml
    assert document.marking in made.core_properties.keywords
    assert any("{{7*7}} =1+1" in p.text for p in made.paragraphs)


def test_page_shows_hostile_text_as_text(document):
    page = document_html(document).decode()
    assert "<script" not in page
    assert "{{" not in page
    assert page.count(f'<p class="mark">{document.marking}</p>') == 2
    assert 'aria-label="A map of three hot spots in Bootle"' in page
    assert '<th scope="col" class="number">Incidents</th>' in page


def test_what_is_no_release_or_has_no_words_is_refused(document):
    with pytest.raises(DisclosureError):
        Document("t", "s", object(), (), "", document.made_at)
    with pytest.raises(OutputError, match="alternative text"):
        Picture(SQUARE, " ")
    with pytest.raises(OutputError, match="1 row does not fit its 2 columns"):
        Table("Top", ("a", "b"), (("1",),))
    broken = Document("t", "s", document.release, (Picture("<svg", "alt"),), "", document.made_at)
    with pytest.raises(OutputError, match="cannot be printed"):
        document_pdf(broken)
    with pytest.raises(OutputError, match="cannot be made into a picture"):
        document_docx(broken)


def test_a_heading_that_skips_a_level_is_refused(document):
    blocks = (Heading("One"), Heading("Three", 3))
    skipping = Document("t", "s", document.release, blocks, "", document.made_at)
    with pytest.raises(OutputError, match="cannot be printed"):
        document_pdf(skipping)
