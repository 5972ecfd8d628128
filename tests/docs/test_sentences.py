"""docs/sentences.md: every sentence about a place is on it, and the test named beside it exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sentences.md").read_text(encoding="utf-8")
SPEAKS = re.compile(
    r"(words|reasons?|sentences?|verdict|_chance|headline|_cut|phrase|moved|notes|_at_points"
    r"|weakest|_ranks|how_it_did|not_judged|would_tell)$|^describe_"
)
SPEAKING_FILES = {"words", "place_doubts"}  # where every function speaks
ROOMS = (
    "analysis",
    "context",
    "disclosure",
    "outputs",
    "questions",
    "statistics",
    "records",
    "app",
    "cli",
)
FEWEST = 3  # words: shorter pieces are units and names, not sentences
HEADING = re.compile(r"^### `(?P<module>[\w.]+)` `(?P<function>\w+)`$", re.MULTILINE)
ASIDE = re.compile(r"^- `([\w.]+)` `(\w+)`: ", re.MULTILINE)  # not about a place
TEST = re.compile(r"`(?P<file>tests/[\w/]+\.py)::(?P<test>test_\w+)`")


NOT_PLACES = frozenset(ASIDE.findall(PAGE))


def template(node):
    """A text of the code as the page writes it: what is filled in stands as three dots."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    words = "".join(p.value if isinstance(p, ast.Constant) else "…" for p in parts)
    return " ".join(words.split())


def templates(function):
    """Every text of three words or more in a function, its docstring aside."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    found, inner = [], set()
    for part in body:
        for node in ast.walk(part):
            if isinstance(node, ast.JoinedStr):
                inner.update(id(each) for each in node.values)
                found.append(template(node))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.extend([] if id(node) in inner else [template(node)])
    return [
        text
        for text in found
        if " " in text and "<" not in text and len(re.findall(r"[A-Za-z]{2,}", text)) >= FEWEST
    ]


def speaking():
    """Every function that speaks and has a sentence: module, name and its templates."""
    for room in ROOMS:
        for path in sorted((ROOT / "mapper" / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            names = re.findall(r"\bdef (\w+)", text)
            if path.stem not in SPEAKING_FILES and not any(map(SPEAKS.search, names)):
                continue  # before it is parsed, which takes longer than all else here
            for node in ast.walk(ast.parse(text)):
                if not isinstance(node, ast.FunctionDef):
                    continue
                if path.stem in SPEAKING_FILES or SPEAKS.search(node.name):
                    told = templates(node)
                    if told and (module, node.name) not in NOT_PLACES:
                        yield module, node.name, told


def gathered():
    """As :func:`speaking`, the functions of one name in a module together."""
    found = {}
    for module, name, told in speaking():
        found.setdefault((module, name), []).extend(told)
    return [(module, name, told) for (module, name), told in found.items()]


SPEAKING = gathered()


def sections():
    """What the page says under each heading, by module and function."""
    at = [*HEADING.finditer(PAGE)]
    end = PAGE.find("## Not about a place")
    ends = [*(one.start() for one in at[1:]), end][: len(at)]
    return {
        (one["module"], one["function"]): PAGE[one.end() : until]
        for one, until in zip(at, ends, strict=True)
    }


@pytest.mark.parametrize(
    ("module", "function", "told"),
    SPEAKING,
    ids=[f"{module}:{name}" for module, name, _ in SPEAKING],
)
def test_every_sentence_of_the_code_is_on_the_page(module, function, told):
    section = sections().get((module, function), "")
    assert section, f"docs/sentences.md has no section `{module}` `{function}`"
    said = " ".join(section.split())
    missing = [text for text in told if text not in said]
    assert not missing, f"not under `{module}` `{function}` of docs/sentences.md: {missing}"


def test_the_page_holds_nothing_that_the_code_no_longer_says():
    known = {(module, name) for module, name, _ in SPEAKING}
    assert set(sections()) == known
    for module, name, told in SPEAKING:
        listed = re.findall(r"^- (.+)$", sections()[module, name], flags=re.MULTILINE)
        assert set(listed) <= set(told), (module, name)


def test_no_function_has_two_sections():
    headings = [(one["module"], one["function"]) for one in HEADING.finditer(PAGE)]
    assert len(headings) == len(set(headings))


def test_what_is_left_aside_is_there():
    for module, function in NOT_PLACES:
        file = (ROOT / module.replace(".", "/")).with_suffix(".py")
        assert f"def {function}(" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("key", sections(), ids=":".join)
def test_each_section_names_its_quantity_and_a_test_that_exists(key):
    section = sections()[key]
    assert re.search(r"^Quantity: \S", section, flags=re.MULTILINE), key
    named = TEST.findall(section)
    assert named, f"no test is named for {key}"
    for file, test in named:
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{test}"
