"""The guard: no page shows anything unless the router runs it."""

import ast

import pytest

from mapper.app.shell import guard
from mapper.app.shell.router import PAGES
from mapper.base.errors import RefusedError
from mapper.disclosure.people import Viewer

FILES = sorted(PAGES.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_a_page_run_past_the_router_shows_nothing_but_the_refusal(path, run_page):
    page = run_page(path)
    assert [text.value[:38] for text in page.text] == ["This page opens from the menu of the a"]
    assert len(page.main.children) == 1
    assert not page.sidebar.children


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_the_guard_is_the_first_thing_a_page_does(path):
    docstring, guarding, call, *_ = ast.parse(path.read_text()).body
    assert isinstance(docstring, ast.Expr)
    assert ast.unparse(guarding) == "from mapper.app.shell.guard import require_router"
    assert ast.unparse(call).startswith("require_router(")


def test_permission_ends_with_the_routers_block():
    analyst = Viewer("A", frozenset({"analyst"}))
    with guard.routed(analyst, "load data"):
        guard.require_router()
        with pytest.raises(ZeroDivisionError), guard.routed(analyst, None):
            raise ZeroDivisionError
        guard.require_router()
    with pytest.raises(BaseException, match=r"|A page was run without the router\."):
        guard.require_router()


def test_the_router_itself_opens_no_page_to_a_role_that_it_is_not_for():
    partner = Viewer("P", frozenset({"partner"}))
    with pytest.raises(RefusedError, match="takes the role analyst"):
        guard.routed(partner, "load data").__enter__()
