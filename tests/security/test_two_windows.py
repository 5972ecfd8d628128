"""Two officers of two wards at once, each at a real browser: neither is sent anything of the other.

Looked through in each window: everything the server sent it, over the websocket and as files, the
page and its map as they stand, and a file taken from it.
"""

import pytest

from mapper.areas.load import load_study_area
from mapper.disclosure.people import in_wards
from mapper.grid.hexagons import cells_to_strings
from tests.browser.app_server import Visit

pytestmark = pytest.mark.browser
KAY, KIM = "Central", "Birkenhead and Tranmere"  # each has a hot spot of its own


class Window:
    """One person's browser, and all that it was sent."""

    def __init__(self, browser, address):
        self.address, self.sent, self.urls = address, [], set()
        self.visit = Visit(browser, address, context=browser.new_context())
        self.context, self.page = self.visit.context, self.visit.page
        self.page.on("websocket", lambda line: line.on("framereceived", self._remember))
        self.page.on("response", self._note)

    def _note(self, answer):
        self.urls.add(answer.url)

    def _remember(self, frame):
        self.sent.append(frame if isinstance(frame, bytes) else frame.encode())

    def sign_in(self, name):
        self.page.goto(f"{self.address}/hot-spots")
        self.page.get_by_role("link", name="Sign in").click()
        self.page.locator("button", has_text=name).first.click()
        return self

    def look(self):
        """Open the map, wait until it is drawn, and take a file."""
        self.page.goto(f"{self.address}/hot-spots")
        self.visit.wait_for_map()
        taken = self.visit.download("List (CSV)", behind=("Export", "More"))
        self.file = taken.path().read_bytes()
        return self

    def everything(self):
        """All that came, as one run of bytes."""
        shown = [frame.content().encode() for frame in self.page.frames]
        ask = self.context.request
        files = [ask.get(url).body() for url in self.addresses() if "/maps/" in url]
        return b"\n".join([*self.sent, *shown, *files, self.file])

    def addresses(self):
        """Where this window was told to find its map and its file."""
        own = tuple(f"{self.address}/{kind}/" for kind in ("maps", "media"))
        return {url for url in self.urls if url.startswith(own)}


def cells_of(ward):
    """Every cell of a ward, as it would be written."""
    cells = load_study_area(resolution=9).cells
    own = cells.loc[in_wards(cells, [ward]), "cell"].to_numpy()
    return {text.encode() for text in cells_to_strings(own)}


def test_two_people_side_by_side_never_get_each_others_data(browser, people_app):
    kay, kim = (
        Window(browser, people_app).sign_in("kay"),
        Window(browser, people_app).sign_in("kim"),
    )
    seen = {KAY: kay.look().everything(), KIM: kim.look().everything()}
    for own, other in ((KAY, KIM), (KIM, KAY)):
        assert own.encode() in seen[own]
        assert other.encode() not in seen[own]
        assert sum(cell in seen[own] for cell in cells_of(own)) > 5
        assert [cell for cell in cells_of(other) if cell in seen[own]] == []
    for mine, other in ((kay, kim), (kim, kay)):
        assert len(mine.addresses()) >= 2
        for url in mine.addresses():
            assert other.context.request.get(url).status == 404
    kay.context.close()
    kim.context.close()
