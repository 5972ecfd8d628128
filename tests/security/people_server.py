"""The app with a real identity provider beside it, and visitors that speak raw HTTP and websocket.

Everything runs on this machine: the provider in a process of its own, the app as an administrator
starts it.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

STARTS_WITHIN = 60
HEALTH = "/_stcore/health"
PEOPLE = """
[claims]
name = "preferred_username"
roles = "groups"
wards = "wards"
agency = "agency"

[roles]
analyst = ["Crime analysts"]
administrator = ["Mapper administrators"]
partner = ["Partners"]
neighbourhood = ["Neighbourhood teams"]
"""
USERS = {
    "ann": {"groups": ["Crime analysts"]},
    "bob": {"groups": ["Crime analysts"]},
    "nia": {"groups": ["Neighbourhood teams"], "wards": ["Anfield"]},
    "noa": {"groups": ["Neighbourhood teams"], "wards": ["Central"]},
    "nell": {"groups": ["Neighbourhood teams"], "wards": ["Pensby and Thingwall"]},
    "kay": {"groups": ["Neighbourhood teams"], "wards": ["Central, Liverpool"]},
    "kim": {"groups": ["Neighbourhood teams"], "wards": ["Birkenhead and Tranmere"]},
    "pat": {"groups": ["Partners"], "agency": "midwifery"},
    "hal": {"groups": ["Partners"], "agency": "housing"},
    "ida": {"groups": ["Partners"], "agency": "IDVA service"},
    "ada": {"groups": "Mapper administrators"},
    "eve": {"groups": ["Canteen"]},
}
PROVIDER = """
import json, os, sys
from datetime import timedelta
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
from oidc_provider_mock import User, app
users = json.loads(sys.argv[2])
told = [User(sub=sub, claims={"preferred_username": sub, **more}) for sub, more in users.items()]
app(user_claims=told, access_token_max_age=timedelta(seconds=float(sys.argv[3]))).run(
    port=int(sys.argv[1]), use_reloader=False  # else it watches every folder without end
)
"""
START = "from mapper.app.door.serve import serve; serve(port={port}, browser=False)"


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@dataclass
class Server:
    """A server in a process of its own."""

    name: str
    command: list[str]
    address: str  # where it answers once it runs
    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen | None = None

    def start(self):
        """Start it, and wait until it answers."""
        log = self.folder / f"{self.name}.log"
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(self.address, timeout=2)
                return
            time.sleep(0.1)
        raise AssertionError(f"{self.name} did not start:\n{log.read_text()}")

    def kill(self):
        """End it in the midst of whatever it does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        """End it as a service manager does."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)


@contextmanager
def serving(folder, extract, **settings):
    """Start provider and app, from cold, and yield the app's address."""
    with serving_by(1, folder, extract, **settings) as (app,):
        yield app.address.removesuffix(HEALTH)


@contextmanager
def serving_by(number, folder, extract, *, token_seconds=3600, before="", **settings):
    """Start provider and an app of so many processes; browsers know it by the first's address.

    ``before`` is run in each process before it serves.
    """
    provider, ports = free_port(), [free_port() for _ in range(number)]
    (folder / "people.toml").write_text(PEOPLE)
    environment = {
        **os.environ,
        "AUTHLIB_INSECURE_TRANSPORT": "1",  # the provider is on this machine, without TLS
        "MAPPER_WORKSPACE": str(folder / "workspace"),
        "MAPPER_DEMONSTRATION_FILE": str(extract),
        "MAPPER_PROVIDER": f"http://localhost:{provider}/.well-known/openid-configuration",
        "MAPPER_CLIENT_ID": "mapper",
        "MAPPER_CLIENT_SECRET": "a secret of the test",
        "MAPPER_ADDRESS": f"http://localhost:{ports[0]}",
        "MAPPER_PEOPLE": str(folder / "people.toml"),
        **{f"MAPPER_{name.upper()}": str(value) for name, value in settings.items()},
    }
    asked = [sys.executable, "-c", PROVIDER, str(provider), json.dumps(USERS), str(token_seconds)]
    here = f"http://localhost:{provider}/"
    with contextlib.ExitStack() as running:

        def start(*told):
            made = Server(*told, folder, environment)
            running.callback(made.kill)  # one that is asked to stop waits for open windows
            made.start()
            return made

        start("provider", asked, here)
        yield [
            start(
                f"app{place or ''}",
                [sys.executable, "-c", f"{before}\n{START.format(port=port)}"],
                f"http://localhost:{port}{HEALTH}",
            )
            for place, port in enumerate(ports)
        ]


@dataclass
class Visitor:
    """Somebody with a browser's cookies and nothing of its good manners."""

    address: str
    known: str = ""  # by which address the browser knows the app, where that is another's
    web: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))
    open: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def get(self, path, **headers):
        """Ask for a path; redirects are not followed."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.known:
            told["host"] = self.known.removeprefix("http://")
        return self.web.get(f"{self.address}{path}", headers=told)

    def sign_in(self, name):
        """Go through the provider's form, as a browser would, and return the last answer."""
        form = self.web.get(f"{self.address}/sign-in", follow_redirects=True)
        assert form.status_code == 200, form.text
        answer = self.web.post(form.url, data={"sub": name})
        assert answer.status_code == 302, answer.text
        return self.web.get(answer.headers["location"])

    def cookies(self):
        """Return the cookies as a header."""
        return "; ".join(f"{one.name}={one.value}" for one in self.web.cookies.jar)

    def close(self):
        """Close everything that is open."""
        self.open.close()
        self.web.close()

    def connect(self, *, cookies=None, origin=None):
        """Open the websocket, in a with block."""
        host, port = self.address.removeprefix("http://").split(":")
        xsrf = self.web.cookies.get("_streamlit_xsrf") or ""
        told = self.cookies() if cookies is None else cookies
        return connect(
            f"ws{(self.known or self.address).removeprefix('http')}/_stcore/stream",
            sock=socket.create_connection((host, int(port)), timeout=20),
            origin=origin or self.known or self.address,
            subprotocols=["streamlit", xsrf] if xsrf else ["streamlit"],
            additional_headers={"Cookie": told} if told else {},
            max_size=None,
            open_timeout=20,
            close_timeout=1,  # a server with messages that nobody reads does not answer a close
        )

    def is_let_in(self, *, cookies=None):
        """Tell whether the websocket opens."""
        try:
            with self.connect(cookies=cookies):
                pass
        except (InvalidStatus, ConnectionClosed):
            return False
        return True

    def open_page(self, url=""):
        """Open the websocket, run a page and return the line with everything that came."""
        self.get("/_stcore/health")  # gives the token that goes with the websocket
        return Line(self.open.enter_context(self.connect())).run(url)


class Line:
    """An open websocket and what it said."""

    def __init__(self, socket):
        self.socket = socket
        self.messages = []

    def run(self, url=""):
        """Run a page and wait until its script is done."""
        asked = BackMsg()
        asked.rerun_script.page_name = url
        self.socket.send(asked.SerializeToString())
        return self.wait_for("script_finished")

    def ask(self, message):
        """Send a message of the browser."""
        self.socket.send(message.SerializeToString())

    def wait_for(self, kind, *, seconds=30):
        """Take messages in until one of a kind comes."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            message = ForwardMsg()
            message.ParseFromString(self.socket.recv(timeout=seconds))
            self.messages.append(message)
            if message.WhichOneof("type") == kind:
                return self
        raise AssertionError(f"no {kind} came")

    @property
    def text(self):
        """Everything that came, as text."""
        return "\n".join(str(message) for message in self.messages)

    @property
    def session(self):
        """Streamlit's id of this session."""
        told = [m.new_session for m in self.messages if m.WhichOneof("type") == "new_session"]
        return told[-1].initialize.session_id

    def order(self, file_id):
        """Ask for a file to be made, as a click on its button does."""
        asked = BackMsg()
        asked.backend_operation_request.request_id = "one"
        asked.backend_operation_request.session_id = self.session
        asked.backend_operation_request.deferred_file.file_id = file_id
        self.ask(asked)

    @property
    def menu(self):
        """The titles of the menu."""
        found = [m.navigation for m in self.messages if m.WhichOneof("type") == "navigation"]
        return [page.page_name for page in found[-1].app_pages if not page.is_hidden]

    def told(self, start):
        """Return every address that begins in a way."""
        import re

        return sorted(set(re.findall(rf"{start}[\w./-]+", self.text)))
