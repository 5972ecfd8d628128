"""Many people at once, and processes that die: every text ever saved can be read back."""

import os
import random
import signal
import threading
import time

import pytest
from sqlalchemy import event

from mapper.disclosure.people import Viewer
from mapper.records.audit_check import verify
from mapper.records.compare import clashes, merge
from mapper.records.form import load_form
from mapper.records.open import open_database
from mapper.records.saving import StaleVersionError, Work, keep_draft, save
from mapper.records.versions import draft, history, newest, set_aside, version

FORM = load_form("assessment")
FIELDS = ("name", "voice", "unknown", "times")
PEOPLE = [Viewer(name=name, roles=frozenset({"analyst"})) for name in ("anne", "ben", "cy")]
STEPS = 24
WINDOWS = 40  # statements of a save and the opening before it, and some beyond


class Desk:
    """One person's open form: what they started from, and what they have typed since."""

    def __init__(self, database, viewer, record):
        self.database, self.viewer, self.record = database, viewer, record
        self.texts = []
        self.load()

    def load(self, _draw=None):
        now = newest(self.database, self.record)
        self.based_on = now.number if now else 0
        self.content = dict(now.content) if now else {"name": "Parade"}

    def type(self, draw):
        words = f"{self.viewer.name} {draw.randrange(10**9)} \u2028'\"\\ {'é' * draw.randrange(3)}"
        self.content[draw.choice(FIELDS)] = words
        keep_draft(self.database, self.work(), viewer=self.viewer)

    def save(self, draw):
        self.texts.append(dict(self.content))
        try:
            saved = save(self.database, self.work(), viewer=self.viewer, reason="because")
        except StaleVersionError as refusal:
            self.choose(refusal.newest, draw)
        else:
            self.based_on = saved.number

    def choose(self, theirs, draw):
        """Decide field by field, as the page would ask; some just go on with the old form."""
        if draw.random() < 0.3:
            return
        base = version(self.database, self.record, self.based_on).content if self.based_on else {}
        parts = {"base": base, "theirs": theirs.content, "mine": self.content}
        sides = {one.field.id: draw.choice(["mine", "theirs"]) for one in clashes(FORM, **parts)}
        self.content = dict(merge(FORM, **parts, choices=sides))
        self.based_on = theirs.number

    def work(self):
        return Work(self.record, "assessment", self.content, self.based_on)


def interleave(database, seed):
    """Let three people work on one record in a random order of steps."""
    draw = random.Random(seed)
    record = f"A-SEED{seed}"
    desks = [Desk(database, viewer, record) for viewer in PEOPLE]
    for _ in range(STEPS):
        desk = draw.choice(desks)
        draw.choices([desk.type, desk.save, desk.load], [5, 4, 1])[0](draw)
    return desks


def check(database, desks):
    """Hold what was read back against everything that was handed in."""
    record = desks[0].record
    versions, aside = history(database, record), set_aside(database, record)
    assert [one.number for one in versions] == list(range(1, len(versions) + 1))
    kept = [(one.author, dict(one.content)) for one in (*versions, *aside)]
    for desk in desks:
        for text in desk.texts:
            assert (desk.viewer.name, text) in kept
        left = draft(database, record, author=desk.viewer.name)
        assert left is None or left.author == desk.viewer.name
    with database.read() as connection:
        assert verify(connection).whole


def test_whatever_the_order_every_text_saved_can_be_read_back(database):
    for seed in range(20):
        check(database, interleave(database, seed))


@pytest.mark.soak
def test_two_hundred_orders(database):
    late = 0
    for seed in range(1_000, 1_200):
        desks = interleave(database, seed)
        check(database, desks)
        late += len(set_aside(database, desks[0].record))
    assert late > 200  # people did get in each other's way


def test_of_eight_at_the_same_moment_one_is_first_and_none_is_lost(database):
    save(database, Work("A-1", "assessment", {"name": "Parade"}), viewer=PEOPLE[0], reason="x")
    gate, late = threading.Barrier(8), []

    def work(number):
        content = {"name": "Parade", "voice": f"text {number}"}
        viewer = Viewer(name=f"person {number}", roles=frozenset({"analyst"}))
        gate.wait()
        try:
            save(database, Work("A-1", "assessment", content, 1), viewer=viewer, reason="x")
        except StaleVersionError:
            late.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(late) == 7
    assert len(history(database, "A-1")) == 2
    texts = {
        one.content["voice"] for one in (*history(database, "A-1")[1:], *set_aside(database, "A-1"))
    }
    assert texts == {f"text {number}" for number in range(8)}


def save_until_killed(url, folder, report, *, at_statement):
    """Save one text after the other, telling which is begun and done; die at a statement."""
    database = open_database(workspace=folder, url=url)
    count = 0

    def die(*_arguments):
        nonlocal count
        count += 1
        if count == at_statement:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(database.engine, moment, die)
    now = newest(database, "A-1")
    number = now.number if now else 0
    while True:
        text = f"{os.getpid()} {number}"
        os.write(report, f"begun {text}\n".encode())
        work = Work("A-1", "assessment", {"name": "Parade", "voice": text}, number)
        number = save(database, work, viewer=PEOPLE[0], reason="x").number
        os.write(report, f"done {text}\n".encode())


def killed_once(url, folder, draw):
    """Run a saver in a process of its own until it dies; return what it said."""
    from_it, to_us = os.pipe()
    at_statement = draw.randrange(1, WINDOWS) if draw.random() < 0.7 else 0
    child = os.fork()
    if child == 0:
        try:
            save_until_killed(url, folder, to_us, at_statement=at_statement)
        finally:
            os._exit(70)
    os.close(to_us)
    if not at_statement:
        time.sleep(0.15 + draw.random() * 0.1)
        os.kill(child, signal.SIGKILL)
    said = b""
    while part := os.read(from_it, 65_536):
        said += part
    os.close(from_it)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the saver failed by itself"
    return [line.split(" ", 1) for line in said.decode().splitlines()]


def kill_many(database, url, folder, *, times):
    """Kill savers again and again; after each, all that was done is there and all is whole."""
    draw = random.Random(7)
    done, begun = [], set()
    for _ in range(times):
        database.close()
        for word, text in killed_once(url, folder, draw):
            (done.append if word == "done" else begun.add)(text)
        kept = [one.content["voice"] for one in history(database, "A-1")]
        assert [text for text in kept if text in set(done)] == done
        assert set(kept) <= begun
        with database.read() as connection:
            verdict = verify(connection)
        assert verdict.whole
        assert verdict.entries == len(kept)
    assert done


def test_a_saver_killed_at_any_point_leaves_whole_saves_only(database, database_url, tmp_path):
    kill_many(database, database_url, tmp_path, times=8)


@pytest.mark.soak
def test_two_hundred_killed_savers(database, database_url, tmp_path):
    kill_many(database, database_url, tmp_path, times=200)
