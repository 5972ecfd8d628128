"""Saved runs: kept as they were asked, listed newest first, removed by their author alone."""

import pytest
from sqlalchemy import text

from mapper.base.errors import RecordsError, RefusedError
from mapper.disclosure.people import Viewer
from mapper.records.saved_runs import delete_run, list_runs, save_run

ANNE = Viewer("anne", frozenset({"analyst"}))
BEN = Viewer("ben", frozenset({"analyst"}))
ASKED = {
    "question": "scan",
    "values": {"every": "month", "runs": 99, "longest": None},
    "request": {"lens": "county-lines", "resolution": 9},
    "lens_sha256": "1" * 64,
    "places": "",
}


def keep(database, viewer=ANNE, title="July scan"):
    return save_run(
        database,
        title=title,
        asked=ASKED,
        data=("2" * 64, "july.csv"),
        release="3" * 64,
        viewer=viewer,
    )


def test_a_run_comes_back_as_it_was_asked(database):
    kept = keep(database)
    assert list_runs(database) == (kept,)
    assert dict(list_runs(database)[0].asked) == ASKED


def test_the_newest_comes_first_and_both_acts_are_in_the_log(database):
    first, second = keep(database), keep(database, title="August scan")
    assert [one.run for one in list_runs(database)] == [second.run, first.run]
    delete_run(database, first.run, viewer=ANNE)
    assert [one.run for one in list_runs(database)] == [second.run]
    with database.read() as connection:
        kinds = connection.execute(text("SELECT kind FROM audit ORDER BY number")).scalars().all()
    assert kinds == ["save", "save", "deletion"]


def test_only_its_author_removes_a_run(database):
    kept = keep(database)
    with pytest.raises(RefusedError, match="anne saved this run"):
        delete_run(database, kept.run, viewer=BEN)
    assert list_runs(database) == (kept,)
    delete_run(database, kept.run, viewer=ANNE)
    with pytest.raises(RecordsError, match="no such saved run"):
        delete_run(database, kept.run, viewer=ANNE)


@pytest.mark.parametrize("role", ["neighbourhood", "partner", "administrator"])
def test_nobody_but_an_analyst_keeps_a_run(database, role):
    with pytest.raises(RefusedError):
        keep(database, viewer=Viewer("sam", frozenset({role})))
    assert list_runs(database) == ()


@pytest.mark.parametrize("title", ["", "   ", "x" * 201])
def test_a_run_needs_a_name(database, title):
    with pytest.raises(RecordsError, match="give it a name"):
        keep(database, title=title)
