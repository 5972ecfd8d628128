"""Templates of campaigns: data files that fill a new campaign in and its actions down.

The shipped ones are in the folder ``campaign_templates``; ``MAPPER_CAMPAIGNS`` names a folder of an
installation's own, of the same shape (docs/campaigns.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mapper.base.errors import RecordsError
from mapper.base.settings import settings
from mapper.base.toml_file import TomlKind
from mapper.lenses.part import Part, closest, parts_of, quoted
from mapper.records.agencies import agency_names
from mapper.records.form import Content, load_form

SHIPPED = Path(__file__).with_name("campaign_templates")
_KIND = TomlKind(
    what="a template of a campaign",
    remedy="Compare the line with docs/campaigns.md.",
    refused=RecordsError,
)
_CHOSEN = {"strand": "strand", "population": "population", "judged": "judged"}  # key: field
_KEYS = ("title", "purpose", "lens", "lead", "weeks", "places", "venues", "action", *_CHOSEN)
_ACTION_KEYS = ("action", "agency", "owner", "phase", "week")
_LONGEST, _MOST = 104, 50  # weeks, places


@dataclass(frozen=True)
class TemplateAction:
    """What one agency does at each place, due in a week of the campaign."""

    action: str
    agency: str
    owner: str
    phase: str
    week: int


@dataclass(frozen=True)
class Template:
    """A campaign before it has places and days."""

    id: str  # name of its file
    title: str
    answers: Mapping[str, str]  # of the form's fields
    lens: str
    weeks: int
    places: int  # how many are proposed
    venues: tuple[str, ...]  # kinds of places near that are proposed
    actions: tuple[TemplateAction, ...]

    def begin(self, first: date) -> Content:
        """Return the first answers of a campaign that begins on a day."""
        last = first + timedelta(weeks=self.weeks, days=-1)
        days = {"first": first.isoformat(), "last": last.isoformat()}
        about = {"template": self.id, "lens": self.lens, "state": "draft"}
        return {"name": self.name_from(first), **self.answers, **days, **about}

    def name_from(self, first: date) -> str:
        """Return the name that is proposed for a campaign that begins on a day."""
        return f"{self.title}, {first:%B %Y}"


def templates() -> tuple[Template, ...]:
    """Return the templates, an installation's own last; one of a shipped name takes its place.

    Raises
    ------
    RecordsError
        When a file cannot be read, naming each line at fault.
    """
    own = settings().campaigns
    files = [*sorted(SHIPPED.glob("*.toml")), *(sorted(own.glob("*.toml")) if own else ())]
    return tuple({one.id: one for one in map(read_template, files)}.values())


def read_template(path: Path) -> Template:
    """Read one template.

    Raises
    ------
    RecordsError
        Naming the file, and for each fault its line.
    """
    return _read(path, path.stat().st_mtime_ns, agency_names())


def template_of(content: Content) -> Template | None:
    """Return the template that a campaign was begun from, if it is still there."""
    return next((one for one in templates() if one.id == content.get("template")), None)


def proposed_name(content: Content) -> str:
    """Return the name that its template proposes for a campaign; empty without template or day."""
    template, first = template_of(content), content.get("first")
    return template.name_from(date.fromisoformat(first)) if template and first else ""


def fill_down(
    template: Template, places: Iterable[str], *, first: date, there: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the rows of a table of actions, with the template's filled down over places.

    Parameters
    ----------
    there
        Rows that stay as they are; what they have of a place and agency is not added again.
    """
    has = {(row.get("place"), row.get("action"), row.get("agency")) for row in there}
    rows = [dict(row) for row in there]
    for place in places:
        for one in template.actions:
            if (place, one.action, one.agency) in has:
                continue
            due = first + timedelta(weeks=one.week, days=-1)
            told = {"place": place, "action": one.action, "agency": one.agency, "owner": one.owner}
            rows.append({**told, "phase": one.phase, "due": due.isoformat()})
    return rows


@cache
def _read(path: Path, written: int, known: tuple[str, ...]) -> Template:
    """Return a template as it was last written."""
    del written
    _, text = _KIND.read(path)
    whole = Part(_KIND.parse(path, text), tuple(text.split("\n")))
    whole.refuse_unknown_keys(_KEYS)
    form = load_form("campaign")
    answers = {"purpose": whole.text("purpose"), "lead": _one_of(whole, "lead", known)}
    answers |= {
        field: _one_of(whole, key, form.by_id[field].options) for key, field in _CHOSEN.items()
    }
    found = Template(
        id=path.stem,
        title=whole.text("title"),
        answers=MappingProxyType(answers),
        lens=whole.text("lens"),
        weeks=whole.whole_number("weeks", largest=_LONGEST),
        places=whole.whole_number("places", largest=_MOST),
        venues=whole.texts("venues"),
        actions=tuple(_action(part, known) for part in parts_of(whole, "action")),
    )
    _KIND.refuse(path, whole.faults)
    return found


def _action(part: Part, known: tuple[str, ...]) -> TemplateAction:
    """Return one action of a template."""
    part.refuse_unknown_keys(_ACTION_KEYS)
    phases = ("primary", "secondary", "tertiary")
    return TemplateAction(
        action=part.text("action"),
        agency=_one_of(part, "agency", known),
        owner=part.text("owner", needed=False),
        phase=_one_of(part, "phase", phases) if "phase" in part.table else "",
        week=part.whole_number("week", largest=_LONGEST),
    )


def _one_of(part: Part, key: str, options: tuple[str, ...]) -> str:
    """Return a text that is one of the options."""
    value = part.text(key)
    if value and value not in options:
        part.fault(
            f"{quoted(value)} is not known here.{closest(value, options)} It is one of"
            f" {', '.join(options)}.",
            at=key,
        )
    return value
