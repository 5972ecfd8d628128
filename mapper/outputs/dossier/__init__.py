"""The dossier of a place for a context conference: one marked document that needs no network.

It holds the map, the clock by shifts, what drives the place, what surrounds it, its pattern and
phase, what people assessed, planned and did, what came of it, and who was shown it when. Whatever
the release's audience may not see is left out, and the last page says so.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from mapper.base.errors import InputError
from mapper.context.places import Places
from mapper.disclosure.place_findings import PlaceFindings
from mapper.outputs.documents.model import Document
from mapper.outputs.documents.page import document_html
from mapper.outputs.documents.pdf import document_pdf
from mapper.outputs.documents.word import document_docx
from mapper.outputs.dossier.history import history_blocks
from mapper.outputs.dossier.place import (
    phase_blocks,
    place_blocks,
    signature_blocks,
    surroundings_blocks,
    when_blocks,
)
from mapper.outputs.dossier.reading import reading_blocks
from mapper.outputs.dossier.work import assessment_blocks, intervention_blocks, plan_blocks
from mapper.records.place_work import PlaceWork

Maker = Callable[[Document], bytes]
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMS: Mapping[str, tuple[str, str, Maker]] = MappingProxyType(
    {
        ".pdf": ("PDF", "application/pdf", document_pdf),
        ".docx": ("Word", WORD, document_docx),
        ".html": ("Web page", "text/html", document_html),
    }
)


def dossier(
    found: PlaceFindings,
    work: PlaceWork,
    *,
    made_by: str,
    made_at: datetime,
    places: Places | None = None,
    ground: Path | None = None,
) -> Document:
    """Return the dossier of a hot spot.

    Parameters
    ----------
    found
        The place and what the audience may see of it.
    work
        People's work about it, as whoever makes the dossier may read it.
    places
        Of which the nearest landmark is named.
    ground
        Vector tiles to draw streets from.
    """
    release, row = found.release, found.row
    blocks = [
        *place_blocks(found, places=places, ground=ground),
        *when_blocks(found),
        *signature_blocks(found),
        *surroundings_blocks(found),
        *phase_blocks(found, work.phases),
        *assessment_blocks(work.assessments),
        *plan_blocks(work.plans, today=made_at.date()),
        *intervention_blocks(work.interventions, work.evaluations),
        *history_blocks(work, in_full=release.audience == "operational"),
        *reading_blocks(found),
    ]
    return Document(
        title=f"Dossier: {row['name']}",
        subtitle=f"{row['ward']}, {row['district']}. {release.title}, {release.period}.",
        release=release,
        blocks=tuple(blocks),
        made_by=made_by,
        made_at=made_at,
    )


def dossier_form(path: Path) -> tuple[str, str, Maker]:
    """Return title, media type and maker of the form that a file name asks for.

    Raises
    ------
    InputError
        When its suffix is none of :data:`FORMS`.
    """
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise InputError(f"{path}: a dossier is written as {', '.join(FORMS)}. Name it so.")
    return form
