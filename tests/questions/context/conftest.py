"""A small synthetic extract with everything that context asks about, and the command line."""

import csv
import json

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from tests.small_extract import PLACES

HEADER = (
    "reference", "from_at", "longitude", "latitude", "incident_type", "location", "county_line",
    "exploitation", "cuckooing", "domestic_abuse", "risk_grade", "child_at_address",
    "child_under_1", "repeat_victim", "missing", "missing_child", "knife", "young_person",
    "travel_hub", "found_longitude", "found_latitude",
)  # fmt: skip
HUB = (-2.978, 53.407)


def rows_of(seed=3, spread=900, each=80):
    drawn = np.random.default_rng(seed)
    points = [*zip(drawn.uniform(-3.02, -2.82, spread), drawn.uniform(53.35, 53.47, spread),
                   strict=True)]  # fmt: skip
    points += [(x + drawn.normal(0, 0.002), y + drawn.normal(0, 0.001)) for x, y in PLACES * each]
    points += [(-2.95, 53.42)] * 60  # one address
    for number, (lon, lat) in enumerate(points):
        day = np.datetime64("2023-01-02T00:00") + np.timedelta64(
            int(drawn.integers(0, 360 * 24 * 60)), "m"
        )
        yes = {name: drawn.random() < share for name, share in (
            ("abuse", 0.7), ("child", 0.3), ("baby", 0.1), ("repeat", 0.4), ("missing", 0.2),
            ("line", 0.7),
        )}  # fmt: skip
        hub = drawn.random() < 0.5
        found = (HUB if hub else (-2.9, 53.4)) if yes["missing"] else ("", "")
        flags = {name: "yes" if flag else "no" for name, flag in yes.items()}
        grade = ["standard", "medium", "high", ""][int(drawn.integers(0, 4))]
        yield [
            f"DEMO-{number}", str(day).replace("T", " "), f"{lon:.5f}", f"{lat:.5f}", "Violence",
            "Example Road", flags["line"], "no", "no", flags["abuse"], grade, flags["child"],
            flags["baby"], flags["repeat"], flags["missing"], flags["missing"], "no", "no", "no",
            *found,
        ]  # fmt: skip


@pytest.fixture(scope="session")
def extract(tmp_path_factory):
    path = tmp_path_factory.mktemp("place") / "extract.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows_of()])
    return path


@pytest.fixture(scope="session")
def rows(extract):
    """The extract as text, for counting by hand."""
    return pd.read_csv(extract, dtype="str", keep_default_na=False)


@pytest.fixture(scope="session")
def study(extract):
    lens = load_lens("domestic-abuse")
    return prepare(read_incidents([extract]), lens=lens, area=load_study_area())


@pytest.fixture
def near(tmp_path):
    """A file of places: a station at the hub, a school and a library by it."""
    path = tmp_path / "near.csv"
    path.write_text(
        "name,type,lon,lat\nLime Street,railway station,-2.978,53.407\n"
        "Elm School,school,-2.98,53.408\nLibrary,library,-2.979,53.41\n"
    )
    return path


@pytest.fixture
def ask(run, extract, tmp_path):
    """Ask one question of the extract; give its table and its manifest."""

    def call(command, *more, lens="domestic-abuse"):
        out = tmp_path / f"{command}.parquet"
        said = run(command, extract, "--lens", lens, "--out", out, *more)
        assert (said.code, said.err) == (0, ""), said.err
        assert "OFFICIAL-SENSITIVE" in said.out
        manifest = json.loads((tmp_path / f"{command}.manifest.json").read_text())
        return pd.read_parquet(out), manifest

    return call
