"""No words from outside reach Streamlit's Markdown or HTML except through the one encoder."""

import ast
from pathlib import Path

UI = Path(__file__).parents[2] / "mapper" / "app"
# Each of these reads its first argument as Markdown, or as HTML.
READ_AS_MARKUP = {
    *("markdown", "caption", "write", "error", "warning", "info", "success", "toast", "metric"),
    *("expander", "button", "header", "subheader", "title", "popover", "html", "status"),
}
ENCODERS = {"plain", "encode_text"}
# Calls that give numbers, and words of the forms that come with mapper.
SAFE_CALLS = {"count", "len", "_number", "_article", "capitalize", "join", "get"}
SAFE_CALLS |= {"_movers", "_meetings", "_actions", "_results"}  # encode what they put together


def values(node):
    """Every value put into a text below a node, except inside a call of an encoder."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ENCODERS:
        return
    if isinstance(node, ast.FormattedValue):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from values(child)


def is_safe(value):
    """Whether a value is a number in a format, encoded, or no column or field of a record."""
    node = value.value
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        return name in SAFE_CALLS | ENCODERS
    return value.format_spec is not None or not isinstance(node, ast.Subscript)


def unsafe_words(path):
    """Lines that put a column, a field of a record or the like into markup as it is."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") not in READ_AS_MARKUP:
            continue
        found = values(node.args[0]) if node.args else ()
        yield from (f"{path.name}:{node.lineno}" for value in found if not is_safe(value))


def test_no_column_or_record_reaches_markup_as_it_is():
    found = [at for path in sorted(UI.rglob("*.py")) for at in unsafe_words(path)]
    assert found == []


def test_a_column_put_into_markup_would_be_found(tmp_path):
    path = tmp_path / "page.py"
    path.write_text("""st.caption(f"Shown: {shown['title']}")\nst.caption(plain(f"{a['b']}"))""")
    assert list(unsafe_words(path)) == ["page.py:1"]
