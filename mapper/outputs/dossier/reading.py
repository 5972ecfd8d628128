"""How to read a dossier: what it cannot show, how its figures are made, what was left out."""

from collections.abc import Iterator

from mapper.disclosure.place_findings import PlaceFindings, title_of
from mapper.outputs.documents.model import Block, Bullets, Heading, Paragraph


def reading_blocks(found: PlaceFindings) -> Iterator[Block]:
    """Return the last page."""
    release = found.release
    yield Heading("How to read this")
    yield Paragraph(
        "The subject is the place and its contexts, never a person. No name belongs into this"
        " paper or on it."
    )
    findings = found.findings.values()
    notes = dict.fromkeys([*release.caveats, *(note for one in findings for note in one.notes)])
    yield Bullets(tuple(notes))
    if found.unanswered:
        yield Heading("What is not shown, and why", 2)
        yield Bullets(tuple(f"{title_of(name)}: {why}" for name, why in found.unanswered.items()))
    yield Heading("Methods and sources", 2)
    yield Bullets(
        tuple(
            f"{one.title}: {one.definition} {one.source} Release {one.digest[:12]}."
            for one in findings
        )
    )
    if release.licence:
        yield Paragraph(release.licence, "small")
