"""A document as Word: real headings, lists and table headers, marking in header and footer.

Word cannot show SVG everywhere, so drawings go in as pictures of 200 dots per inch, with their
alternative text.
"""

import io
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.shared import Cm

from mapper.base.text import printable_text
from mapper.outputs.documents.model import (
    Block,
    Bullets,
    Document,
    Figures,
    Heading,
    PageBreak,
    Paragraph,
    Picture,
    Table,
)
from mapper.outputs.documents.svg import svg_to_png

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

_PAGE_WIDTH = 17.0  # centimetres between the margins of A4


def document_docx(document: Document) -> bytes:
    """Return a document as a Word file."""
    made = docx.Document()
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.0)
    for part in (section.header, section.footer):
        line = part.paragraphs[0]
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.add_run(printable_text(document.marking)).bold = True
    _say_properties(made, document)
    made.add_heading(printable_text(document.title), level=0)
    made.add_paragraph(printable_text(document.subtitle))
    if document.warning:
        made.add_paragraph().add_run(printable_text(document.warning)).bold = True
    made.add_paragraph(printable_text(document.made))
    for block in document.blocks:
        _add(made, block)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _say_properties(made: "WordDocument", document: Document) -> None:
    """Put marking, audience, maker and time into the file's own properties."""
    properties = made.core_properties
    properties.title, properties.subject = (
        printable_text(document.title),
        printable_text(document.subtitle),
    )
    properties.author = printable_text(document.made_by) or "mapper"
    properties.keywords = printable_text(
        f"{document.marking}; audience: {document.release.audience}"
    )
    properties.comments = f"Release {document.release.digest}"
    properties.language = "en-GB"
    properties.created = properties.modified = document.stamp


def _add(made: "WordDocument", block: Block) -> None:
    """Add one block."""
    match block:
        case Heading(text, level):
            made.add_heading(printable_text(text), level=level)
        case Paragraph(text, style):
            made.add_paragraph().add_run(printable_text(text)).bold = style == "strong"
        case Bullets(items):
            for item in items:
                made.add_paragraph(printable_text(item), style="List Bullet")
        case Figures(items):
            _add_table(made, Table("", tuple(what for _, what, _ in items), _two_rows(items)))
        case Table():
            _add_table(made, block)
        case Picture():
            _add_picture(made, block)
        case PageBreak():
            made.add_page_break()  # type: ignore[no-untyped-call] # python-docx gives no types here


def _two_rows(items: tuple[tuple[str, str, str], ...]) -> tuple[tuple[str, ...], ...]:
    """Return headline figures as rows under their names."""
    values = tuple(value for value, _, _ in items)
    moved = tuple(word for _, _, word in items)
    return (values, moved) if any(moved) else (values,)


def _add_table(made: "WordDocument", table: Table) -> None:
    """Add a table whose first row repeats on every page."""
    if table.caption:
        made.add_paragraph(printable_text(table.caption), style="Caption")
    grid = made.add_table(rows=0, cols=len(table.header), style="Light List")
    for words in (table.header, *table.rows):
        for at, (cell, word) in enumerate(zip(grid.add_row().cells, words, strict=True)):
            cell.text = printable_text(word)
            if at in table.numbers:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    first: Any = grid.rows[0]._tr  # noqa: SLF001 - python-docx has no call for a header row
    first.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    made.add_paragraph()


def _add_picture(made: "WordDocument", picture: Picture) -> None:
    """Add a drawing with its alternative text."""
    width = _PAGE_WIDTH * picture.width
    shape = made.add_picture(io.BytesIO(svg_to_png(picture.svg, width_cm=width)), width=Cm(width))
    properties: Any = shape._inline.docPr  # noqa: SLF001 - python-docx has no call for it
    properties.set("descr", printable_text(picture.alt))
    if picture.caption:
        made.add_paragraph(printable_text(picture.caption), style="Caption")
