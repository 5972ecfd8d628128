"""Every page of the menu has its picture in the tour, at both sizes."""

import importlib.util
from pathlib import Path

from mapper.app.shell.router import ENTRIES

DOCS = Path(__file__).parents[2] / "docs"


def test_every_page_of_the_menu_has_its_pictures():
    spec = importlib.util.spec_from_file_location("make_pictures", DOCS / "make_pictures.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    urls = {entry.url for entry in ENTRIES} - {"your-sign-in", "our-actions"}  # with sign-in only
    assert set(script.PAGES) == urls
    text = (DOCS / "tour.md").read_text()
    for url in urls:
        for name in (f"{url}.png", f"{url}-phone.png"):
            assert (DOCS / "pictures" / name).is_file(), name
            assert f"(pictures/{name})" in text
