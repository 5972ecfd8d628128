"""A document as PDF/UA-1: tagged, with alternative text, set by Typst in a tenth of a second.

Words reach Typst as JSON data and are set as text, never as markup. Typst itself refuses to write
PDF/UA-1 when a picture lacks alternative text or headings skip a level.
"""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapper.base.errors import OutputError
from mapper.base.lazy import Lazy
from mapper.base.palette import COLOURS
from mapper.base.text import printable_text
from mapper.outputs.documents.model import Block, Document, PageBreak, Table

if TYPE_CHECKING:
    import typst
else:
    typst = Lazy("typst")

TEMPLATE = Path(__file__).with_name("document.typ")
# DejaVu Sans, and a last resort that shows a sign for what no font has: PDF/UA forbids a gap
FONTS = Path(__file__).with_name("fonts")
_PAGE = re.compile(rb"/Type\s*/Page\b")
_KINDS = {"PageBreak": "page"}


def document_pdf(document: Document) -> bytes:
    """Return a document as PDF/UA-1, A4, with its marking on every page.

    Raises
    ------
    OutputError
        When the document cannot be set, with Typst's own reason.
    """
    try:
        made = typst.compile(
            TEMPLATE,
            format="pdf",
            font_paths=[FONTS],
            ignore_system_fonts=True,  # the same page on every machine
            sys_inputs={
                "document": printable_text(json.dumps(_given(document), ensure_ascii=False))
            },
            pdf_standards=["ua-1"],
            timestamp=int(document.stamp.timestamp()),
        )
    except typst.TypstError as error:
        raise OutputError(f"“{document.title}” cannot be printed: {error}.") from error
    return bytes(made)


def pages_of(pdf: bytes) -> int:
    """Return how many pages a file made by :func:`document_pdf` has."""
    return len(_PAGE.findall(pdf))


def _given(document: Document) -> dict[str, Any]:
    """Return a document as the data that the template reads."""
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "marking": document.marking,
        "audience": document.release.audience,
        "author": document.made_by,
        "made": document.made,
        "warning": document.warning,
        "release": f"Release {document.release.digest[:12]}",
        "compact": document.compact,
        "colours": dict(COLOURS),
        "blocks": [_block(block) for block in document.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    """Return one block with its kind."""
    name = type(block).__name__
    content = {} if isinstance(block, PageBreak) else asdict(block)
    if isinstance(block, Table) and not block.widths:
        content["widths"] = [1.0] * len(block.header)
    return {"kind": _KINDS.get(name, name.lower()), **content}
