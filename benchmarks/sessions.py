"""Many people at once: how long a click takes, and what a session costs, beside a bare page.

Three servers are tried in one run, one after the other, each alone, with as many people:

- ``mapper serve`` with sign-in through a real OpenID provider on this machine and roles mixed:
  analysts and partners on Hot spots, neighbourhood teams on My patch. A click is another harm;
  then the map that the page names is fetched, where that person has not got it yet;
- a bare Streamlit page of one choice that shows a finished map of the same size from its cache,
  as Streamlit comes;
- the same without the walk through all objects that Streamlit makes after each click, which mapper
  leaves out as well.

Each person is a websocket that says what a browser says, and a click takes from that message to the
last word of the run (and the map). People click every ten seconds, at moments of their own. Every
harm was asked for once before by each role, so the answers are known; what a first asking costs is
the business of ``benchmarks/app.py``.

    python benchmarks/sessions.py [WORKSPACE] [--people 50 100] [--seconds 90] [--roles ROLE ...]
        [--harms 6]

What partners ask for first is checked beside all that was released, harm by harm: seconds for most,
minutes for all demand, which holds all others. ``--harms`` has everybody click the first so many.

The bare page is the cheapest that can be called one: a selectbox, and a finished map out of the
cache by ``st.iframe``, so each click sends the whole map again, over the websocket, and writes no
log. mapper sends an address, fetches the map once for each session, and writes down each new look.

Printed are p50 and p95 of a click, errors, what a session adds to the server's memory, and last the
ratios of the p95. People and servers share this machine's cores.
"""

import argparse
import asyncio
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
from app import _demonstration
from websockets.asyncio.client import connect

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests.security import people_server  # noqa: E402 - the provider and the sign-in of the tests

RATIO_LIMIT = 1.5
EVERY = 10.0  # seconds between two clicks of a person
ROLES = ["analyst", "neighbourhood", "neighbourhood", "partner"]
PAGES = {"analyst": "hot-spots", "neighbourhood": "my-patch", "partner": "hot-spots"}
GROUPS: dict[str, dict[str, Any]] = {
    "analyst": {"groups": ["Crime analysts"]},
    "neighbourhood": {"groups": ["Neighbourhood teams"], "wards": ["Anfield", "Central"]},
    "partner": {"groups": ["Partners"], "agency": "midwifery"},
}
MAPS = re.compile(r"/maps/[\w-]{16,}")
BARE = """
import sys
import streamlit as st

@st.cache_resource
def finished(which):
    return open(sys.argv[1], encoding="utf-8").read() + f"<!-- {which} -->"

which = st.selectbox("Harm", [f"Harm {number}" for number in range(6)])
st.iframe(finished(which), height=600)
"""


@dataclass
class Person:
    """Somebody at a page: what they see and how long each of their clicks took."""

    address: str
    page: str
    role: str = ""
    cookies: str = ""
    xsrf: str = ""
    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    harm: Any = None  # the choice of harm, as the page last drew it
    maps: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    socket: Any = None
    web: Any = None
    most: int | None = None  # harms that are clicked

    async def arrive(self) -> None:
        """Open the page."""
        told = {"Cookie": self.cookies} if self.cookies else {}
        self.web = httpx.AsyncClient(timeout=60, headers=told)
        self.socket = await connect(
            f"ws{self.address.removeprefix('http')}/_stcore/stream",
            origin=self.address,
            subprotocols=["streamlit", self.xsrf] if self.xsrf else ["streamlit"],
            additional_headers=told,
            max_size=None,
            open_timeout=60,
        )
        await self.click("")

    async def leave(self) -> None:
        """Close the page."""
        await self.socket.close()
        await self.web.aclose()

    async def click(self, option: str) -> float:
        """Choose a harm, or open the page where none is given; return the seconds it took."""
        asked = people_server.BackMsg()
        asked.rerun_script.page_name = self.page
        if option and self.harm is not None:
            state = asked.rerun_script.widget_states.widgets.add()
            state.id, state.string_value = self.harm.id, option
        began = time.perf_counter()
        await self.socket.send(asked.SerializeToString())
        await self._read()
        for path in self.maps - self.seen:  # as a browser, which keeps what it has
            answer = await self.web.get(f"{self.address}{path}")
            if answer.status_code != httpx.codes.OK:
                self.errors[f"map {answer.status_code}"] += 1
        self.seen |= self.maps
        return time.perf_counter() - began

    async def _read(self) -> None:
        """Take in what the server says until the run is over."""
        self.maps = set()
        while True:
            message = people_server.ForwardMsg()
            message.ParseFromString(await asyncio.wait_for(self.socket.recv(), 120))
            kind = message.WhichOneof("type")
            if kind == "script_finished":
                return
            if kind == "delta":
                self._note(message.delta.new_element)

    def _note(self, element: Any) -> None:
        """Note a choice, a map or a fault among what is drawn."""
        kind = element.WhichOneof("type")
        if kind == "selectbox" and element.selectbox.label == "Harm":
            self.harm = element.selectbox
        elif kind == "exception":
            self.errors[f"exception on {self.page}"] += 1
        elif kind in ("iframe", "html", "bidi_component"):
            self.maps |= set(MAPS.findall(str(element)))

    @property
    def options(self) -> list[str]:
        """The harms that the data can tell of."""
        drawn = self.harm.options if self.harm is not None else ()
        return [one for one in drawn if "needs other data" not in one][: self.most]

    async def stay(self, until: float) -> None:
        """Click every ten seconds, from a moment of one's own on."""
        options = self.options or [""]
        await asyncio.sleep(random.uniform(0, EVERY))
        while time.perf_counter() < until:
            began = time.perf_counter()
            self.seconds.append(await self.click(random.choice(options)))
            await asyncio.sleep(max(0.0, EVERY - (time.perf_counter() - began)))


@dataclass(frozen=True)
class Measured:
    """What was measured of one server with so many people."""

    name: str
    people: int
    seconds: np.ndarray
    errors: Counter[str]
    each_mb: float  # what a session adds to the memory of the server

    @property
    def late(self) -> float:
        """The 95th percentile of a click."""
        return float(np.quantile(self.seconds, 0.95))

    def tell(self) -> None:
        """Print it."""
        errors = sum(self.errors.values())
        print(
            f"{self.name:<14}{self.people:>5} people {self.seconds.size:>5} clicks"
            f"  p50 {np.median(self.seconds):.2f} s  p95 {self.late:.2f} s"
            f"  {errors} errors  {self.each_mb:.1f} MB a session",
            flush=True,
        )
        for what, number in self.errors.most_common(5):
            print(f"    {number} times {what}")


def main() -> None:
    """Measure, print, and leave with 1 where a limit does not hold."""
    told = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    told.add_argument("workspace", nargs="?", type=Path)
    told.add_argument("--people", nargs="+", type=int, default=[50, 100])
    told.add_argument("--seconds", type=float, default=90)
    told.add_argument("--roles", nargs="+", choices=sorted(GROUPS), default=ROLES)
    told.add_argument("--harms", type=int)
    given = told.parse_args()
    holds = True
    with tempfile.TemporaryDirectory() as folder:
        extract = _demonstration(given.workspace or Path(folder))
        for people in given.people:
            ours, size = _of_mapper(
                Path(folder), extract, people, given.seconds, given.roles, harms=given.harms
            )
            for walks in (True, False):
                bare = _of_bare(Path(folder), size, people, given.seconds, walks=walks)
                ratio = ours.late / bare.late
                print(
                    f"  p95 of a click: {ours.late:.2f} s, {ratio:.2f} times the {bare.late:.2f} s"
                    f" of the {bare.name} (limit {RATIO_LIMIT})"
                )
                holds = holds and ratio <= RATIO_LIMIT and not ours.errors
    print(f"Load of this machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    sys.exit(0 if holds else 1)


def _of_mapper(
    folder: Path,
    extract: Path,
    people: int,
    seconds: float,
    mixed: list[str],
    *,
    harms: int | None = None,
) -> tuple[Measured, int]:
    """Measure mapper; return that and the size of a map page."""
    roles = [mixed[number % len(mixed)] for number in range(people)]
    people_server.USERS.update({f"p{number:03}": GROUPS[role] for number, role in enumerate(roles)})
    home = folder / f"people-{people}"
    home.mkdir()
    with people_server.serving_by(1, home, extract) as (app,):
        address = app.address.removesuffix(people_server.HEALTH)
        crowd = [_signed_in(address, f"p{at:03}", role) for at, role in enumerate(roles)]
        for one in crowd:
            one.most = harms
        told = asyncio.run(_try("mapper", app.process.pid, crowd, seconds))
        one = httpx.get(f"{address}{min(crowd[0].seen)}", headers={"Cookie": crowd[0].cookies})
        return told, len(one.content)


def _signed_in(address: str, name: str, role: str) -> Person:
    """Return somebody who went through the provider's form."""
    visitor = people_server.Visitor(address)
    visitor.sign_in(name)
    visitor.get("/_stcore/health")
    xsrf = visitor.web.cookies.get("_streamlit_xsrf") or ""
    person = Person(address, PAGES[role], role, cookies=visitor.cookies(), xsrf=xsrf)
    visitor.close()
    return person


def _of_bare(folder: Path, size: int, people: int, seconds: float, *, walks: bool) -> Measured:
    """Measure the bare page with a finished map of so many bytes.

    ``walks`` is Streamlit's own choice: after each click all objects are walked through.
    """
    script, finished = folder / "bare.py", folder / "map.html"
    script.write_text(BARE)
    finished.write_text(f"<html><body><!-- {'x' * size} --></body></html>")
    with _streamlit(script, finished, walks=walks) as (address, process):
        crowd = [Person(address, "") for _ in range(people)]
        name = "bare page" if walks else "bare, no walk"
        return asyncio.run(_try(name, process, crowd, seconds))


@contextmanager
def _streamlit(script: Path, finished: Path, *, walks: bool) -> Any:
    """Run a bare Streamlit page; yield its address and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "server.port": port,
        "server.headless": "true",
        "server.enableXsrfProtection": "false",
        "browser.gatherUsageStats": "false",
        "runner.postScriptGC": str(walks).lower(),
    }
    asked = [f"--{name}={value}" for name, value in options.items()]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), *asked, "--", str(finished)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://localhost:{port}"
    try:
        for _ in range(300):
            time.sleep(0.1)
            try:
                httpx.get(f"{address}/_stcore/health", timeout=2)
                break
            except httpx.HTTPError:
                continue
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


async def _try(name: str, process: int, crowd: list[Person], seconds: float) -> Measured:
    """Let everybody arrive, every harm be asked for once by each role, then all click."""
    server = psutil.Process(process)
    first = {one.role: one for one in reversed(crowd)}
    for one in first.values():
        await one.arrive()
        for option in one.options:
            await one.click(option)
    before = server.memory_info().rss
    rest = [one for one in crowd if one not in first.values()]
    for one in rest:
        await one.arrive()
    each = (server.memory_info().rss - before) / max(len(rest), 1) / 1e6
    until = time.perf_counter() + seconds
    stays = await asyncio.gather(*(one.stay(until) for one in crowd), return_exceptions=True)
    errors: Counter[str] = Counter()
    for one, stay in zip(crowd, stays, strict=True):
        errors += one.errors
        if isinstance(stay, BaseException):
            errors[repr(stay)[:120]] += 1
    clicks = np.array([taken for one in crowd for taken in one.seconds])
    for one in crowd:
        await one.leave()
    told = Measured(name, len(crowd), clicks, errors, each)
    told.tell()
    return told


if __name__ == "__main__":
    main()
