"""An installation with something of each kind in it, for the tests of backup and restore."""

from sqlalchemy import select

from mapper.records import backup as module
from mapper.records.audit_check import verify
from mapper.records.datasets import delete_dataset, kept_datasets
from mapper.records.saving import Work, save
from mapper.records.schema.trust import deletions, releases
from mapper.records.versions import history
from mapper.records.workspace import lost_datasets, recover
from tests.records.crashes import ANNE, digest, do_import, do_release

OWN = {"areas/lancashire.parquet": b"PAR1", "lenses/own.toml": b"id = 'own'"}
NOT_KEPT = ("demonstration-1/truth.json", ".half-1/x", "mapper.sqlite-journal", "areas/.x.tmp")


def furnish(database, workspace):
    """Put something of each kind into an empty installation."""
    for name, inside in {**OWN, **dict.fromkeys(NOT_KEPT, b"no")}.items():
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_bytes(inside)
    for number in (1, 2):
        do_import(database, workspace, number)
    delete_dataset(database, workspace, digest(1), person="anne")
    work = Work("A-1", "assessment", {"name": "Parade", "voice": "a\0b \ud800 é\u2028\r\n"})
    save(database, work, viewer=ANNE, reason="first")
    do_release(database, 3)


def files_of(workspace):
    return {
        path.relative_to(workspace).as_posix(): path.read_bytes()
        for path in module._kept_files(workspace)
    }


def assert_restored(old, new):
    """Hold an installation that was restored against the one that was backed up, once."""
    (database, workspace), (back, there) = old, new
    assert files_of(there) == files_of(workspace)
    assert history(back, "A-1") == history(database, "A-1")
    with database.read() as before, back.read() as after:
        assert kept_datasets(after) == kept_datasets(before)
        for table in (deletions, releases):
            assert after.execute(select(table)).all() == before.execute(select(table)).all()
        assert verify(after).whole
    assert lost_datasets(back, there) == []
    assert recover(back, there) == ()
