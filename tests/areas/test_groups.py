"""Forces, regions and countries: groups of districts, chosen by name as a district is."""

import numpy as np
import pandas as pd
import pytest

from mapper.areas.groups import group_area
from mapper.areas.load import groups_known, load_study_area, usual_resolution
from mapper.areas.resolution import CELL_KM2, MOST_DRAWN, fitting_resolution
from mapper.areas.study_area import StudyArea, read_study_area, write_study_area
from mapper.base.errors import AreaError
from mapper.base.settings import settings
from tests.areas.test_official_files import files, workspace  # noqa: F401 - fixtures
from tests.builders import small_area
from tests.conftest import no_child

LOOKUP = {
    "LAD23CD": ["E07000123", "E07000126", "E07000124", "E06000009"],
    "LAD23NM": ["Preston", "South Ribble", "Ribble Valley", "Blackpool"],
    "PFA23NM": ["North force", "South force", "North force", "Elsewhere"],
    "RGN23NM": ["North West"] * 4,
}


@pytest.fixture
def kept(files, workspace, run):  # noqa: F811 - the fixtures
    """Three districts, of which one is cut out of Preston, kept as Lancashire."""
    with no_child():
        told = run("area", "build", files["districts"], "--title", "Lancashire", "--resolution",
                   "9", "--district", "Preston", "--district", "South Ribble")  # fmt: skip
    assert told.code == 0, told.err
    path = workspace / "areas" / "lancashire.parquet"
    area = read_study_area(path)
    names = area.cells["district"].astype(str).to_numpy()
    names[np.flatnonzero(names == "Preston")[::2]] = "Ribble Valley"
    cells = area.cells.assign(district=pd.Categorical(names))
    write_study_area(StudyArea(area.name, area.title, 9, cells, ""), path)
    return workspace


def lookup(folder, **columns):
    path = folder / "LAD_to_PFA.csv"
    pd.DataFrame({**LOOKUP, **columns}).drop(
        columns=[name for name, value in columns.items() if value is None]
    ).to_csv(path, index=False)
    return path


def test_a_force_is_an_area_to_choose(kept, tmp_path, run):
    told = run("area", "groups", "lancashire", lookup(tmp_path))
    assert told.code == 0, told.err
    assert "force North force: 2 districts" in told.out
    assert "North West" not in told.out  # the whole area: no group of it
    assert "Elsewhere" not in told.out  # none of its districts
    force, whole = load_study_area("north FORCE"), load_study_area("Lancashire")
    assert set(force.cells["district"]) == {"Preston", "Ribble Valley"}
    inside = whole.cells["district"].isin(["Preston", "Ribble Valley"])
    assert force.cells["cell"].tolist() == whole.cells.loc[inside, "cell"].tolist()
    assert (force.title, force.name) == ("North force", "north-force")
    assert groups_known() == {
        "north-force": "North force (force, Lancashire)",
        "south-force": "South force (force, Lancashire)",
    }
    coarse = load_study_area("north-force", resolution=7)
    assert 0 < len(coarse.cells) < len(force.cells)
    assert usual_resolution("north-force") == 9
    again = run("area", "groups", "lancashire", lookup(tmp_path, PFA23NM=["A", "B", "", "C"]))
    assert "1 district in no force: Ribble Valley." in again.out
    assert "north-force" not in groups_known()


def test_what_is_no_lookup_is_refused_and_nothing_changes(kept, tmp_path, run, here):
    before = (kept / "areas" / "lancashire.parquet").read_bytes()
    none = lookup(tmp_path, PFA23NM=None, RGN23NM=None)
    told = run("area", "groups", "lancashire", none)
    assert told.code == 2
    assert "no column of district names" in told.err
    elsewhere = lookup(tmp_path, LAD23NM=["Leeds", "York", "Hull", "Selby"])
    with pytest.raises(AreaError, match="no row names a district of Lancashire"):
        group_area("lancashire", [elsewhere])
    with pytest.raises(AreaError, match="no kept study area called 'merseyside'"):
        group_area("merseyside", [lookup(tmp_path)])
    assert (kept / "areas" / "lancashire.parquet").read_bytes() == before


@pytest.mark.parametrize(
    ("km2", "resolution"),
    [(650, 9), (3_080, 9), (14_100, 8), (151_000, 7), (2_000_000, 7)],
    ids=["Merseyside", "Lancashire", "North West", "England and Wales", "beyond"],
)
def test_a_map_is_drawn_at_the_size_of_cells_that_fits(km2, resolution):
    assert fitting_resolution(km2) == resolution
    if resolution > 7:
        assert km2 / CELL_KM2[resolution] <= MOST_DRAWN


def test_a_country_is_looked_at_in_large_cells(workspace):  # noqa: F811 - the fixture
    """A table of a million cells is never carried to finer ones to be looked at."""
    area = small_area(150)  # 67,951 cells of resolution 9, more than are drawn at first
    (workspace / "areas").mkdir(parents=True)
    write_study_area(area, workspace / "areas" / "country.parquet")
    settings.cache_clear()
    assert usual_resolution("country") == 8
    assert usual_resolution() == 9  # the installation's own
