"""The shipped lenses written out for a reader: the generated part of ``docs/lenses.md``.

``python -m mapper.lenses.document docs/lenses.md`` writes that part anew after a lens changed.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from mapper.base.files import write_whole
from mapper.lenses.lens import EXPECTED_WORDS, Condition, Lens, Rule
from mapper.lenses.load import shipped_lenses

START = "<!-- made from mapper/lenses/*.toml: do not edit by hand -->"
END = "<!-- end of the made part -->"


def document(lenses: Iterable[Lens]) -> str:
    """Return one table of all lenses, then each lens with its rules and caveats, as Markdown."""
    lenses = tuple(lenses)
    lines = ["| id | title | needs the columns | version |", "|---|---|---|---|"]
    for lens in lenses:
        needs = ", ".join(f"`{column}`" for column in lens.requires) or "none"
        lines.append(f"| `{lens.id}` | {_cell(lens.title)} | {needs} | {_cell(lens.version)} |")
    for lens in lenses:
        lines += ["", *_one(lens)]
    return "\n".join(lines) + "\n"


def refreshed(page: str, lenses: Iterable[Lens]) -> str:
    """Return a page with the part between its two marks made anew."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n\n{document(lenses)}\n{END}{after}"


def _one(lens: Lens) -> Iterator[str]:
    yield f"### {lens.title} (`{lens.id}`)"
    yield ""
    yield lens.question
    yield ""
    follows = EXPECTED_WORDS[lens.expected]
    yield f"Unusual is more than {follows} would explain. {lens.expected_reason}".rstrip()
    yield ""
    harm = lens.gives_harm
    yield f"| counts when | weight |{' days of harm |' if harm else ''} reason |"
    yield f"|---|---|{'---|' if harm else ''}---|"
    for rule in lens.rules:
        mark = " (police-generated)" if rule.police_generated else ""
        name = f"**{_cell(rule.name)}**{mark}"
        days = f" {rule.harm_days:g} |" if harm else ""
        yield f"| {name}: {_when(rule)} | {rule.weight} |{days} {_cell(rule.reason)} |"
    for rule in lens.exclusions:
        days = " 0 |" if harm else ""
        yield f"| never: **{_cell(rule.name)}**: {_when(rule)} | 0 |{days} {_cell(rule.reason)} |"
    yield ""
    for caveat in lens.caveats:
        yield f"- {caveat}"
    if lens.never_call:
        yield f"- Never call the result: {', '.join(lens.never_call)}."


def _when(rule: Rule) -> str:
    return _cell(" and ".join(map(_condition, rule.conditions))) or "every incident"


def _condition(condition: Condition) -> str:
    """Return a condition in words."""
    column, kind, value = condition
    if isinstance(value, tuple):
        return f"`{column}` is {' or '.join(map(str, value))}"
    if kind == "contains":
        return f"`{column}` contains {value}"
    if kind == "present":
        return f"`{column}` is {'filled in' if value else 'empty'}"
    if isinstance(value, bool):
        return f"`{column}` is {'yes' if value else 'no'}"
    return f"`{column}` is {value}"


def _cell(text: str) -> str:
    """Return text that cannot break a Markdown table."""
    return text.replace("|", "\\|")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    write_whole(target, refreshed(target.read_text(encoding="utf-8"), shipped_lenses()))
