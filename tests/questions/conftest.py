"""A small synthetic extract, the study it makes, and the command line run inside the test."""

import json

import pandas as pd
import pytest

from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from tests.small_extract import write_extract

LENS = "domestic-abuse"


@pytest.fixture(scope="session")
def extract(tmp_path_factory):
    """A year of incidents all over Liverpool, and three places with many."""
    return write_extract(tmp_path_factory.mktemp("extract") / "extract.csv")


@pytest.fixture(scope="session")
def study(extract):
    """What every command over the extract starts from."""
    area = load_study_area("merseyside", resolution=9)
    return prepare(read_incidents([extract]), lens=load_lens(LENS), area=area)


@pytest.fixture
def ask(run, extract, tmp_path):
    """Ask a question of the extract; give its table and its manifest."""

    def call(command, *more, source=extract, lens=LENS, suffix=".parquet"):
        out = tmp_path / f"{command}{suffix}"
        said = run(command, source, "--lens", lens, "--out", out, *more)
        assert (said.code, said.err) == (0, "")
        assert "OFFICIAL-SENSITIVE" in said.out
        table = pd.read_parquet(out) if suffix == ".parquet" else pd.read_csv(out)
        manifest = json.loads((tmp_path / f"{command}.manifest.json").read_text())
        return table, manifest

    return call
