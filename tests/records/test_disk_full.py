"""A disk that is full in the middle of an act: the old state stays, and one message says so.

The disk is made full by a limit on the size of every file, which the system enforces as it does
a full disk, at the byte; each size of the limit stops the act somewhere else.
"""

import os
import resource

import pytest

from mapper.base.errors import RecordsError
from mapper.records.audit_check import head_of, verify
from mapper.records.datasets import keep_dataset, kept_datasets
from mapper.records.open import open_database
from mapper.records.releases import DatabaseRegister, kept_releases
from mapper.records.workspace import recover
from tests.records.crashes import Expected, check, digest, do_import, do_release, do_save

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def in_a_child(limit, act):
    """Run an act with a limit on the size of files; return what it ended with, in words."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            act()
            told = "done"
        except BaseException as error:  # noqa: BLE001 - the parent compares its words
            told = f"{type(error).__name__}: {error}"
        os.write(writer, told.encode()[:2_000])
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as pipe:
        return pipe.read()


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'mapper.sqlite'}"


@pytest.fixture
def begun(url, tmp_path):
    """A workspace with one of each, closed."""
    database = open_database(workspace=tmp_path, url=url)
    do_import(database, tmp_path, 1)
    do_release(database, 2)
    do_save(database, 3)
    database.close()
    expected = Expected()
    expected.hear(b"import 1\nrelease 2\nsave 3\n")
    return expected


ACTS = {
    "import": lambda database, workspace: do_import(database, workspace, 11),
    "release": lambda database, _workspace: do_release(database, 12),
    "save": lambda database, _workspace: do_save(database, 13),
}


@pytest.mark.filterwarnings("ignore:This process.*fork")
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("limit", [0, 1_000, 5_000, 20_000])
def test_the_old_state_stays_and_one_message_says_so(url, tmp_path, begun, act, limit):
    def run():
        database = open_database(workspace=tmp_path, url=url)
        ACTS[act](database, tmp_path)

    told = in_a_child(limit, run)
    assert told.startswith("RecordsError: "), told
    assert "Nothing was changed" in told
    assert "room" in told
    assert len(told) < 400
    check(url, tmp_path, begun)
    database = open_database(workspace=tmp_path, url=url)
    with database.read() as connection:
        assert head_of(connection).number == 3
        assert [one.dataset for one in kept_datasets(connection)] == [digest(1)]
        assert [one.release for one in kept_releases(connection)] == [digest(2)]
    database.close()


def test_with_room_again_the_same_act_succeeds(url, tmp_path, begun):
    def run():
        do_import(open_database(workspace=tmp_path, url=url), tmp_path, 11)

    assert "room" in in_a_child(5_000, run)
    assert in_a_child(resource.RLIM_INFINITY, run) == "done"
    begun.hear(b"import 11\n")
    check(url, tmp_path, begun)


def test_a_full_disk_under_the_files_of_an_import(database, tmp_path):
    """On either database: the files come first, so no row tells of files that are not there."""

    def fill(folder):
        (folder / "incidents.parquet").write_bytes(b"x" * 50_000)
        raise OSError(28, os.strerror(28))

    facts = {"title": "x.csv", "accepted": 1, "rejected": 0, "person": "anne"}
    with pytest.raises(RecordsError, match="No space left on device"):
        keep_dataset(database, tmp_path, dataset=digest(1), fill=fill, **facts)
    assert recover(database, tmp_path) == ()
    with database.read() as connection:
        assert kept_datasets(connection) == []
        assert verify(connection).entries == 0
    assert DatabaseRegister(database, person="anne").earlier("partnership") == ()
