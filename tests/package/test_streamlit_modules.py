"""Streamlit's modules that it does not document, each with the reason why it is used: no others."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("mapper", "pages", "demonstration")
# Only ever shorter: a module leaves this list when Streamlit's public names serve.
PRIVATE = {
    "streamlit.auth_util": "the gate reads the sign-in cookie before any page runs, and leads on to"
    " Streamlit's own sign-in; st.user and st.login are for pages alone",
    "streamlit.web.server.starlette": "the server's socket, whose answers wait 40 ms for the"
    " browser's acknowledgement; no setting says otherwise",
    "streamlit.proto.BackMsg_pb2": "the gate reads which files a message asks for",
    "streamlit.proto.ForwardMsg_pb2": "the gate reads which addresses a window is told",
    "streamlit.runtime.pages_manager": "the folder pages/ is served by the router alone; no setting"
    " says so",
    "streamlit.runtime.scriptrunner": "what page was asked for that a role does not open, whether"
    " the browser went back, and how far work is, drawn by a thread beside it",
    "streamlit.util": "the hash by which a forged message names a page",
    "streamlit.web.cli": "mapper serve starts what `streamlit run` starts, in its own process",
}


def modules_in(tree):
    """Yield Streamlit's modules that run; those for types alone cost nothing."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for each in node.orelse:
                yield from modules_in(ast.Module([each], []))
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value.startswith("streamlit.") and node.value.replace(".", "").isidentifier():
                yield node.value
        else:
            yield from modules_in(node)


@cache
def used():
    files = [
        ROOT / "streamlit_app.py",
        *(f for each in PRODUCT for f in (ROOT / each).rglob("*.py")),
    ]
    found = {}
    for path in files:
        for module in modules_in(ast.parse(path.read_text())):
            if module.startswith("streamlit."):
                found.setdefault(module, set()).add(path.relative_to(ROOT).as_posix())
    return found


def test_no_private_module_is_used_without_a_reason():
    assert set(used()) == set(PRIVATE)


def test_they_are_used_by_the_door_and_the_shell_alone():
    files = set().union(*used().values())
    assert {Path(name).parent.name for name in files} == {"door", "shell"}
    assert len(files) <= 8


def test_an_import_hidden_in_a_function_or_a_name_is_seen():
    source = (
        "def f():\n    from streamlit.runtime import x\n    import_module('streamlit.elements')"
    )
    assert set(modules_in(ast.parse(source))) == {"streamlit.runtime", "streamlit.elements"}
    typed = "if TYPE_CHECKING:\n    from streamlit.navigation.page import Page"
    assert list(modules_in(ast.parse(typed))) == []
