"""A workspace of another account: the cause is said at every door, and it is not called a fault."""

import os
from pathlib import Path

import pytest

from mapper.app.door.serve import serve
from mapper.areas.stored import area_tables
from mapper.base.errors import AreaError, RecordsError, fault_words
from mapper.base.settings import settings
from mapper.cli.doctor import checks
from mapper.records import workspace as module


@pytest.fixture
def closed(monkeypatch):
    """The workspace, closed to this account; where tests run as root no rights would close it."""
    folder = settings().workspace
    folder.mkdir(parents=True, exist_ok=True)
    ask = os.access

    def access(path, mode):
        return Path(path) != folder and ask(path, mode)

    monkeypatch.setattr(module.os, "access", access)
    return folder


def test_the_doctor_says_the_cause_alone(closed):
    (wrong,) = [one for one in checks(head=[], offline=True) if one.state == "wrong"]
    assert wrong.topic == "Workspace"
    assert str(closed) in wrong.words
    assert "belongs to another account" in wrong.words


def test_the_app_is_not_started(closed):
    with pytest.raises(RecordsError, match="belongs to another account") as told:
        serve(browser=False)
    assert str(closed) in str(told.value)


def test_areas_that_cannot_be_looked_at_are_said_by_folder(monkeypatch):
    def refuse(self, pattern):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "glob", refuse)
    with pytest.raises(AreaError, match=r"The machine refuses .*areas: Permission denied"):
        area_tables()


def test_what_the_machine_refuses_is_the_operators_to_mend():
    full = OSError(28, "No space left on device", "/srv/mapper/areas")
    assert fault_words(full).startswith("The machine refuses /srv/mapper/areas: No space left")
    assert fault_words(KeyError("x")).startswith("A fault in mapper itself")
