"""What ``make docs`` needs, without the program that renders: it stops at the first fault."""

import re
from importlib import import_module
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_every_page_is_in_the_list_of_pages():
    lists = re.findall(r"```\{toctree\}\n(.+?)```", (DOCS / "index.md").read_text(), re.DOTALL)
    listed = [line for each in lists for line in each.splitlines() if line and line[0] != ":"]
    pages = {page.stem for page in DOCS.glob("*.md")} - {"index"}
    assert len(listed) == len(set(listed))
    assert set(listed) == pages


def test_all_that_the_reference_names_is_there():
    named = re.findall(r"(?m)^\.\. auto\w+:: ([\w.]+)$", (DOCS / "reference.md").read_text())
    assert len(named) > 9
    for each in named:
        module, _, name = each.rpartition(".")
        assert hasattr(import_module(module), name), each
