"""The app as a person starts it, on a free port, in a folder of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import (
    Error,
    TimeoutError,  # noqa: A004 - Playwright's own, of this name
)

STARTS_WITHIN = 60
# Runs inside the server: every address that it looks up or connects to is written down.
START = """
import sys
log = open({log!r}, "a", buffering=1)
def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        log.write(repr(arguments[1]) + "\\n")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        log.write(repr(arguments[0]) + "\\n")
sys.addaudithook(watch)
import socket
socket.getaddrinfo("localhost", 80)  # shows that the watch is awake
from mapper.app.door.serve import serve
serve(port={port}, browser=False)
"""


def asked_by_server(folder: Path) -> list[str]:
    """Return every address but this machine's own that the server looked up or connected to."""
    lines = (folder / "connections.log").read_text().splitlines()
    assert "'localhost'" in lines
    return [line for line in lines if not any(own in line for own in ("127.0.0.1", "localhost"))]


@contextmanager
def serving(folder: Path, **settings):
    """Start the app with the settings given and yield its address; stop it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "MAPPER_WORKSPACE": str(folder / "workspace")}
    environment |= {f"MAPPER_{name.upper()}": str(value) for name, value in settings.items()}
    start = START.format(log=str(folder / "connections.log"), port=port)
    log = folder / "server.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", start], cwd=folder, env=environment, stdout=file, stderr=file
        )
    try:
        _wait(f"http://localhost:{port}/_stcore/health", process, log)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(address, process, log):
    """Wait until the app answers."""
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(address, timeout=2):
            return
        time.sleep(0.1)
    raise AssertionError(f"The app did not start:\n{log.read_text()}")


def open_popover(page, button, *signs):
    """Open what is behind a button, then behind each word in it, until the last is seen.

    A page drawn anew meanwhile takes no click, and closes what was open.
    """
    for _ in range(9):
        with suppress(TimeoutError):
            page.get_by_role("button", name=button, exact=True).click()
            for sign in signs[:-1]:
                page.get_by_text(sign, exact=True).last.click(timeout=5_000)
            page.get_by_role("button", name=signs[-1]).wait_for(timeout=10_000)
            return
    raise AssertionError(f"{signs[-1]} was never seen behind {button}")


LEFT = []  # windows of visitors who have gone, by now empty, with the app's scripts compiled
STORED = "local_storage,indexeddb,cache_storage,service_workers"  # by a page, beside cookies
AS_IT_COMES = {"media": "null", "color_scheme": "null", "reduced_motion": "null"}


class Visit:
    """A visitor's window that remembers everything asked for, and every complaint.

    It may be one that another visitor left, with nothing in it but the app's scripts: to begin a
    new one, and to fetch and compile these, takes longer than most of what is tested.
    """

    def __init__(self, browser, address, *, width=1366, height=768, context=None):
        self.address, self.given = address, context
        if context is None and LEFT:
            self.page = LEFT.pop()
        else:
            self.page = (context or browser.new_context()).new_page()
        self.context = self.page.context
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.set_default_timeout(60_000)  # other tests run beside it
        self.asked, self.complaints, self.sent = [], [], []
        self.listeners = {
            "request": lambda request: self.asked.append(request.url),
            "websocket": self._listen,
            "pageerror": lambda error: self.complaints.append(str(error)),
            "console": lambda said: self.complaints.append(f"{said.type}: {said.text}"),
            "dialog": lambda box: (self.complaints.append(box.message), box.dismiss()),
        }
        for event, listener in self.listeners.items():
            self.page.on(event, listener)
        self.own_script = False

    def run_first(self, script):
        """Run a script in every page before the page's own, until the window is closed."""
        self.page.add_init_script(script)
        self.own_script = True  # there is no way to take it out again

    def close(self):
        """Leave the window to others without cookies, rights, kept choices and pages behind."""
        for event, listener in self.listeners.items():
            self.page.remove_listener(event, listener)
        if self.own_script or self.given:
            self.context.close()
            return
        browser = self.context.new_cdp_session(self.page)
        with suppress(Error):  # a page that is no page of the app keeps nothing either
            self.page.evaluate("sessionStorage.clear()")
        # Not a blank page: the browser would end the process that has the scripts
        self.page.goto(f"{self.address}/_stcore/health")
        told = {"origin": self.address, "storageTypes": STORED}
        browser.send("Storage.clearDataForOrigin", told)
        browser.send("Page.resetNavigationHistory")
        browser.detach()
        self.page.emulate_media(**AS_IT_COMES)
        self.page.mouse.move(0, 0)
        self.page.unroute_all()
        self.context.unroute_all()
        self.context.clear_permissions()
        self.context.clear_cookies()
        LEFT.append(self.page)

    def _listen(self, socket):
        self.asked.append(socket.url)
        socket.on("framesent", self._remember)

    def _remember(self, data):  # Playwright cannot hold a list's own method
        self.sent.append(data)

    def open(self):
        """Go to the app and wait for the map and the list."""
        self.page.goto(self.address)
        self.wait_for_map()
        return self

    def wait_for_map(self):
        """Wait until map and list are drawn and the app has come to rest."""
        self.map.locator(".leaflet-overlay-pane canvas").wait_for()
        self.page.locator(".list h2").wait_for()
        self.rest()

    def rest(self):
        """Wait until no run of the script is under way."""
        self.page.wait_for_function(
            "() => document.querySelector('.stApp')?.dataset.testScriptState === 'notRunning'"
        )

    def rest_a_while(self):
        """Wait until no run has been under way for some time: a part that is drawn asks for one."""
        self.page.wait_for_function(
            """() => {
                const rests = document.querySelector(".stApp")?.dataset.testScriptState;
                if (rests !== "notRunning") { window.restsSince = null; return false; }
                window.restsSince ??= performance.now();
                return performance.now() - window.restsSince > 400;
            }"""
        )
        # A frame has no name until its map is given to it
        self.page.locator("iframe:visible:not([title])").first.wait_for(state="detached")
        self.rest()

    @property
    def map(self):
        """The map inside its frame."""
        return self.page.frame_locator(".stage iframe")

    @property
    def elsewhere(self):
        """Everything that was asked of anything but the app itself."""
        own = (self.address, self.address.replace("http", "ws", 1), "data:", f"blob:{self.address}")
        return [url for url in self.asked if not url.startswith(own)]

    def choose(self, label, option):
        """Choose an option of a select box."""
        box = self.page.get_by_role("combobox", name=label).first
        wanted = self.page.get_by_role("option", name=option, exact=True)
        self.click_until(box, wanted)
        wanted.click()

    def fill_until(self, field, text, sign):
        """Fill a field until the sign is seen: a page drawn anew meanwhile takes no text."""
        for _ in range(9):
            field.fill(text)
            field.press("Tab")
            with suppress(TimeoutError):
                sign.first.wait_for(timeout=10_000)
                return
        raise AssertionError(f"{sign} was never seen after {text} in {field}")

    def press_until(self, key, address):
        """Press a key until the address is as it should be: a page drawn anew hears no key."""
        for _ in range(9):
            self.rest()
            self.page.keyboard.press(key)
            with suppress(TimeoutError):
                self.page.wait_for_url(address, timeout=10_000)
                return
        raise AssertionError(f"{address.pattern} never met {self.page.url} after {key}")

    def download(self, button, *, behind=(), exact=False):
        """Take what a button gives; a page drawn anew meanwhile takes no click."""
        found = self.page.get_by_role("button", name=button, exact=exact).last
        for _ in range(5):
            with suppress(TimeoutError):
                if behind and not found.is_visible():
                    open_popover(self.page, *behind, button)
                with self.page.expect_download(timeout=20_000) as taken:
                    found.click(timeout=20_000)
                return taken.value
        raise AssertionError(f"{button} gave nothing")

    def click_until(self, target, sign):
        """Click until the sign is seen: a page drawn anew meanwhile takes no click."""
        for _ in range(9):
            with suppress(TimeoutError):  # what a click answered slowly is gone when it is answered
                # a second click would take a choice back
                if target.get_attribute("aria-checked", timeout=20_000) != "true":
                    target.click(timeout=20_000)
            with suppress(TimeoutError):
                sign.first.wait_for(timeout=10_000)
                return
        raise AssertionError(f"{sign} was never seen after clicks on {target}")
