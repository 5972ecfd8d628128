"""The lens file: how a TOML file becomes a :class:`~mapper.lenses.lens.Lens`, or is refused.

Every fault is gathered and told once, each with its line and what to write instead. What a file
may hold is told to its writer in ``docs/lenses.md``.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mapper.base.errors import LensError
from mapper.base.tables import INCIDENT_COLUMNS, OPTIONAL_INCIDENT_COLUMNS
from mapper.base.toml_file import TomlKind
from mapper.lenses.combine import combined, needs_of
from mapper.lenses.conditions import conditions_of
from mapper.lenses.lens import EXPECTED, Expected, Lens, Rule
from mapper.lenses.part import Part, parts_of, quoted

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_KIND = TomlKind(
    what="a lens file, or split it",
    remedy="Compare the line with docs/lenses.md: text stands in double quotes, lists in [ ].",
    refused=LensError,
    largest=65_536,  # the longest shipped lens has under 5,000
)
LARGEST_WEIGHT = 100  # exact tests add weights up: a slip of the finger must not fill the memory
LARGEST_HARM = 36_525  # days: a hundred years
# police.uk files carry no flags, so a map made from them can never be called these.
PUBLIC_NEVER = ("county lines", "domestic abuse")

_LENS_KEYS = (
    *("id", "title", "version", "question", "requires", "caveats", "never_call", "public"),
    *("order", "short_title", "patch_order", "family", "theme"),
    *("headline", "headline_title", "headline_words"),
    *("expected", "expected_reason"),
    *("rule", "exclude", "need", "combine"),
)
_RULE_KEYS = ("name", "weight", "harm_days", "reason", "police_generated", "when")
_EXCLUDE_KEYS = ("name", "reason", "when")


def read_lens_file(path: Path) -> Lens:
    """Read one lens file.

    Raises
    ------
    LensError
        Naming the file, and for each fault its line and what to write instead.
    """
    content, text = _KIND.read(path)
    whole = Part(_KIND.parse(path, text), tuple(text.split("\n")))
    lens = _lens(whole, path=path, sha256=hashlib.sha256(content).hexdigest())
    _KIND.refuse(path, whole.faults)
    return lens


def lens_of_mapping(told: Mapping[str, Any]) -> Lens:
    """Return the lens that a mapping describes; its keys are those of a lens file.

    Raises
    ------
    LensError
        Naming each fault and what to write instead.
    """
    whole = Part(told, ())
    plain = json.dumps(told, sort_keys=True, default=str)
    digest = hashlib.sha256(plain.encode()).hexdigest()
    lens = _lens(whole, path=Path(f"{told.get('id')}.toml"), sha256=digest)
    if whole.faults:
        raise LensError("\n".join(f"The lens: {words}" for _, words in whole.faults))
    return lens


def _lens(whole: Part, *, path: Path, sha256: str) -> Lens:
    """Build the lens; it is good only when no fault was gathered on the way."""
    whole.refuse_unknown_keys(_LENS_KEYS)
    needs = needs_of(whole)
    of_needs, together = combined(whole, needs, largest=LARGEST_WEIGHT)
    lens = Lens(
        id=_id(whole, path),
        title=whole.text("title"),
        version=whole.text("version"),
        question=whole.text("question"),
        requires=_requires(whole),
        rules=(*(_rule(part) for part in parts_of(whole, "rule")), *of_needs),
        needs=needs,
        needs_together=together,
        exclusions=tuple(_exclusion(part) for part in parts_of(whole, "exclude")),
        caveats=whole.texts("caveats"),
        never_call=whole.texts("never_call"),
        public=whole.flag("public"),
        expected=_expected(whole),
        expected_reason=whole.text("expected_reason") if "expected" in whole.table else "",
        order=whole.place("order"),
        short_title=whole.text("short_title", needed=False),
        patch_order=whole.place("patch_order"),
        family=whole.text("family", needed=False),
        theme=whole.place("theme"),
        headline=whole.place("headline"),
        headline_title=whole.text("headline_title", needed=False),
        headline_words=whole.text("headline_words", needed=False),
        source=path.name,
        sha256=sha256,
    )
    _check_rules(whole, lens)
    _check_names(whole, lens)
    return lens


def _id(whole: Part, path: Path) -> str:
    """Return the id, which is the file's name: a lens is found by it."""
    lens_id = whole.text("id")
    if lens_id and not ID.fullmatch(lens_id):
        whole.fault(
            f"the id {quoted(lens_id)} is not made of small letters, digits and single hyphens."
            ' Write it like "my-lens".',
            at="id",
        )
    elif lens_id and lens_id != path.stem:
        whole.fault(
            f"the id {quoted(lens_id)} is not the file's name."
            f" Rename the file to {lens_id}.toml, or write id = {quoted(path.stem)}.",
            at="id",
        )
    return lens_id


def _requires(whole: Part) -> tuple[str, ...]:
    known = {*INCIDENT_COLUMNS, *OPTIONAL_INCIDENT_COLUMNS}
    required = whole.texts("requires")
    for column in required:
        if column not in known:
            whole.unknown_column(column, known, at="requires")
    return required


def _expected(whole: Part) -> Expected:
    """Return what incidents are expected to follow, residents when the key is absent."""
    value = whole.table.get("expected", "residents")
    for name in EXPECTED:
        if value == name:
            return name
    choices = " or ".join(f'"{name}"' for name in EXPECTED)
    whole.fault(f"`expected` is not {choices}. Write one of them.", at="expected")
    return "residents"


def _rule(part: Part) -> Rule:
    part.refuse_unknown_keys(_RULE_KEYS)
    return Rule(
        name=part.text("name"),
        weight=part.whole_number("weight", largest=LARGEST_WEIGHT),
        reason=part.text("reason"),
        conditions=conditions_of(part, may_be_always=True),
        police_generated=part.flag("police_generated"),
        harm_days=part.positive_number("harm_days", largest=LARGEST_HARM),
    )


def _exclusion(part: Part) -> Rule:
    part.refuse_unknown_keys(_EXCLUDE_KEYS)
    return Rule(
        name=part.text("name"),
        weight=0,
        reason=part.text("reason"),
        conditions=conditions_of(part, may_be_always=False),
    )


def _check_rules(whole: Part, lens: Lens) -> None:
    """Refuse a lens under which nothing can count, and names that stand for two things."""
    if not lens.rules:
        whole.fault("the lens has no rules, so nothing would count. Add a [[rule]].", at="rule")
    rules = parts_of(whole, "rule")
    without = [part for part in rules if "harm_days" not in part.table]
    if len(without) < len(rules):
        for part in without:
            part.fault(
                "other rules give harm_days and this one does not."
                " Add harm_days here, or leave it out of every rule.",
                at="name",
            )
    seen: set[str] = set()
    named = ("rule", "exclude", "need")
    for part in (part for kind in named for part in parts_of(whole, kind)):
        name = part.table.get("name")
        if not isinstance(name, str) or not _plain(name):
            continue
        if _plain(name) in seen:
            part.fault(f"a second rule is named {quoted(name)}. Give it its own name.", at="name")
        seen.add(_plain(name))


def _check_names(whole: Part, lens: Lens) -> None:
    """Hold the lens to its own word about what the result must not be called."""
    for key in ("title", "question", "short_title", "headline_title", "headline_words"):
        words: str = getattr(lens, key)
        for name in lens.never_call:
            if f" {_plain(name)} " in f" {_plain(words)} ":
                whole.fault(
                    f"the {key} says {quoted(name)}, which never_call forbids. Use other words.",
                    at=key,
                )
    if lens.public:
        for message in _public_faults(lens):
            whole.fault(message, at="public")


def _public_faults(lens: Lens) -> Iterator[str]:
    if not lens.caveats:
        yield "a public lens has no caveats. Say in `caveats` what police.uk files cannot show."
    forbidden = {_plain(name) for name in lens.never_call}
    for name in PUBLIC_NEVER:
        if name not in forbidden:
            yield f'police.uk files cannot show {name}. Add "{name}" to `never_call`.'


def _plain(words: str) -> str:
    """Return words without case, hyphens or doubled spaces, for comparing names."""
    return " ".join(re.sub(r"[\W_]+", " ", words.casefold()).split())
