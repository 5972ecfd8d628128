"""Data that a person loaded for themselves: theirs alone, given back whole, gone in time."""

import os
import time

import pytest

from mapper.app.shell import own_data
from mapper.app.shell.datasets import dataset_of
from mapper.base.settings import settings
from mapper.disclosure.people import Viewer
from mapper.incidents.read import read_incidents
from tests.small_extract import write_extract

ANN = Viewer("Ann", frozenset({"analyst"}))
BO = Viewer("Bo", frozenset({"analyst"}))


@pytest.fixture
def dataset(tmp_path, monkeypatch):
    monkeypatch.setenv("MAPPER_WORKSPACE", str(tmp_path / "workspace"))
    settings.cache_clear()
    yield dataset_of(read_incidents([write_extract(tmp_path / "small.csv")]), title="small.csv")
    settings.cache_clear()


def folders(tmp_path):
    return list((tmp_path / "workspace" / "own-data").glob("*/*"))


def test_it_comes_back_whole_to_its_person_alone(dataset):
    assert own_data.park(ANN, dataset)
    found = own_data.parked(ANN, dataset.digest[:12])
    assert (found.digest, found.title, found.kept) == (dataset.digest, "small.csv", False)
    assert found.incidents.table.equals(dataset.incidents.table)
    assert own_data.parked(BO) is None
    assert own_data.parked(ANN, "0" * 12) is None
    assert own_data.parked(Viewer("Ann", frozenset({"neighbourhood"}))) is None
    own_data.let_go(ANN)
    assert own_data.parked(ANN) is None


def test_it_is_closed_to_others_of_the_machine_and_gone_when_nobody_used_it(dataset, tmp_path):
    own_data.park(ANN, dataset)
    (folder,) = folders(tmp_path)
    assert (tmp_path / "workspace").stat().st_mode & 0o077 == 0
    long_ago = time.time() - own_data.HOURS * 3600 - 60
    os.utime(folder / "title.json", (long_ago, long_ago))
    assert own_data.parked(ANN) is None
    assert folders(tmp_path) == []
