"""The Methods page: one method by address, all of them, the glossary."""

from mapper.app.shell.router import PAGES
from mapper.methods.load import methods


def shown(app):
    return " ".join(str(block.proto.body) for block in app.get("html"))


def open_methods(app, about=""):
    if about:
        app.query_params["about"] = about
    return app.switch_page(str(PAGES / "help" / "methods.py")).run()


def test_every_method_is_on_the_page(app):
    page = open_methods(app)
    assert not page.exception
    titles = [block.value for block in page.subheader]
    assert titles == [method.title for method in methods()]
    assert shown(page).count("data:image/svg+xml;base64,") == len(methods())


def test_the_address_opens_one_method(app):
    page = open_methods(app, "single-place")
    assert [block.value for block in page.subheader] == ["Single place"]


def test_the_glossary_can_be_chosen(app):
    page = open_methods(app)
    page.selectbox[0].set_value("Glossary").run()
    assert "One hexagon of equal size" in shown(page)


def test_a_partner_may_read_it(signed_in_app):
    page = signed_in_app("partner", page="help/methods.py")
    assert "<h1>Methods</h1>" in shown(page)
