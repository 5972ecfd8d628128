"""What people assessed, planned and did about a place, in their own words."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from mapper.base.text import count
from mapper.outputs.documents.model import Block, Bullets, Heading, Paragraph, Table
from mapper.records.actions import PlannedAction, actions_of, overdue, progress_in_words
from mapper.records.content import in_words
from mapper.records.form import Field, load_form
from mapper.records.versions import Version

# Said elsewhere in the dossier, or of no use on paper.
_LEFT_OUT = ("name", "hotspot_id", "cells", "controls", "ward", "shared", "actions")


def assessment_blocks(assessments: Iterable[Version]) -> Iterator[Block]:
    """Return each location assessment, section by section."""
    yield Heading("Location assessment")
    nothing = True
    for one in assessments:
        nothing = False
        yield from _record(one)
    if nothing:
        yield Paragraph("No location assessment of this place can be shown.")


def plan_blocks(plans: Iterable[Version], *, today: date) -> Iterator[Block]:
    """Return each plan with its actions, overdue ones said first."""
    yield Heading("Plan")
    nothing = True
    for one in plans:
        nothing = False
        yield from _record(one)
        yield from _actions(actions_of(one.content), today)
    if nothing:
        yield Paragraph("No plan for this place can be shown.")


def intervention_blocks(
    interventions: Iterable[Version], evaluations: Mapping[str, Version]
) -> Iterator[Block]:
    """Return what was done and what came of it."""
    yield Heading("What was done, and did it work")
    nothing = True
    for one in interventions:
        nothing = False
        yield from _record(one)
        evaluation = evaluations.get(one.record)
        if evaluation is not None:
            yield from _evaluation(evaluation)
    if nothing:
        yield Paragraph("Nothing that was done here can be shown.")


def _record(one: Version) -> Iterator[Block]:
    """Return a record's answers under its own headings; what is unanswered is named."""
    form = load_form(one.kind)
    yield Heading(one.title or form.title, 2)
    yield Paragraph(f"{form.title} {one.record}, version {one.number}.", "small")
    for section in form.sections:
        told = [field for field in section.fields if _is_told(field, one.content)]
        if told:
            yield Heading(section.title, 3)
        for field in told:
            yield from _answer(field, one.content[field.id])
    gaps = [field.label for field in form.unanswered(one.content)]
    if gaps:
        yield Paragraph(f"Not answered: {', '.join(gaps)}.", "small")


def _is_told(field: Field, content: Mapping[str, Any]) -> bool:
    """Tell whether an answer belongs into the dossier."""
    return field.kind != "data" and field.id not in _LEFT_OUT and bool(content.get(field.id))


def _answer(field: Field, value: Any) -> Iterator[Block]:
    """Return a question with its answer."""
    lines = tuple(line for line in in_words(field, value).splitlines() if line.strip())
    if field.kind in {"rows", "several", "weights"}:
        yield Paragraph(f"{field.label}:")
        yield Bullets(lines)
        return
    yield Paragraph(f"{field.label}: {lines[0] if lines else ''}")
    for line in lines[1:]:
        yield Paragraph(line)


def _actions(actions: tuple[PlannedAction, ...], today: date) -> Iterator[Block]:
    """Return how far a plan is and what is left to do."""
    if not actions:
        return
    yield Paragraph(progress_in_words(actions, today), "strong")
    late = overdue(actions, today)
    ordered = [*late, *(one for one in actions if one not in late)]
    rows = tuple(
        (
            one.action,
            ", ".join(part for part in (one.owner, one.agency) if part),
            one.phase,
            f"{one.due:%d %b %Y}" if one.due else "",
            f"{one.status}, {count(one.days_late(today), 'day')} overdue"
            if one in late
            else one.status,
        )
        for one in ordered
    )
    header = ("Action", "Owner and agency", "Phase", "Due", "Status")
    yield Table("Actions, overdue ones first", header, rows, widths=(3, 2, 1, 1, 1.4))


def _evaluation(one: Version) -> Iterator[Block]:
    """Return what the counts can bear, from what they were worked out, and what to know."""
    inputs, result = one.content["inputs"], one.content["result"]
    yield Paragraph(f"{str(result['verdict']).capitalize()}, as far as counts can tell.", "strong")
    yield Bullets(tuple(result["words"]))
    counts = inputs["counts"]
    rows = tuple(
        (name.capitalize(), str(len(inputs["cells"][name])), f"{pair[0]:,}", f"{pair[1]:,}")
        for name, pair in counts.items()
    )
    before, after = (" to ".join(inputs[name]) for name in ("before", "after"))
    header = ("Part", "Cells", f"Before, {before}", f"After, {after}")
    yield Table(f"Evaluation {one.record}", header, rows, numbers=(1, 2, 3))
    yield Paragraph(" ".join(inputs["notes"]), "small")
