"""A briefing as a file: PDF/UA-1, Word, or a web page that stands alone."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from mapper.outputs.briefing.content import Briefing, briefing_content
from mapper.outputs.briefing.document import briefing_document
from mapper.outputs.briefing.gather import Gathered
from mapper.outputs.documents.model import Document
from mapper.outputs.documents.page import document_html
from mapper.outputs.documents.pdf import document_pdf
from mapper.outputs.documents.word import document_docx

WRITERS: Mapping[str, Callable[[Document], bytes]] = MappingProxyType(
    {".pdf": document_pdf, ".docx": document_docx, ".html": document_html}
)
KINDS: Mapping[str, str] = MappingProxyType(
    {
        ".pdf": "application/pdf",
        ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".html": "text/html",
    }
)


def briefing_file(
    briefing: Briefing | Gathered,
    form: str,
    *,
    made_by: str,
    made_at: datetime,
    ground: Path | None = None,
) -> bytes:
    """Return a briefing in one form: ``.pdf``, ``.docx`` or ``.html``.

    Parameters
    ----------
    ground
        Vector tiles to draw from what the audience may see of the ground.

    Raises
    ------
    OutputError
        When it cannot be printed.
    """
    content = briefing_content(briefing) if isinstance(briefing, Gathered) else briefing
    return WRITERS[form](
        briefing_document(content, made_by=made_by, made_at=made_at, ground=ground)
    )
