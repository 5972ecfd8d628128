"""Every notion of the approach stands where docs/approach.md says: a page or field gone fails."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from mapper.app import patch
from mapper.app.shell.router import ENTRIES
from mapper.context.phases import shipped_phase_rules
from mapper.lenses.load import list_lenses
from mapper.outputs.briefing.content import Briefing
from mapper.questions.registry import NAMES
from mapper.records.form import load_form
from mapper.records.templates import templates

PAGE = Path(__file__).parents[2] / "docs" / "approach.md"
CARD = (Path(patch.__file__).parent / "panel.js").read_text("utf-8")
ROW = re.compile(r"^\| (.+?) \| `(.+?)` \| (\w+) `(.+?)` \|$", re.MULTILINE)
ROWS = ROW.findall(PAGE.read_text("utf-8"))


def is_there(kind, name):
    if kind == "field":
        form, field, *column = name.split(".")
        found = load_form(form).by_id[field]
        return not column or column[0] in {one.id for one in found.columns}
    if kind == "part":
        screen, name = name.split(".")
        if screen == "briefing":
            return name in {one.name for one in fields(Briefing)}
        return re.search(rf"\bcard\.{name}\b", CARD) is not None
    known = {
        "rule": {one.name for one in shipped_phase_rules().rules},
        "lens": {one.id for one in list_lenses()},
        "template": {one.id for one in templates()},
        "question": set(NAMES),
    }
    return name in known[kind]


@pytest.mark.parametrize(("notion", "url", "kind", "name"), ROWS)
def test_a_notion_stands_where_the_page_says(notion, url, kind, name):
    assert url in {entry.url for entry in ENTRIES}, notion
    assert is_there(kind, name), notion


def test_every_row_is_read():
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    assert len(ROWS) == len(lines) - 1 > 30  # but for the head
