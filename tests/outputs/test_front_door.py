"""The front door: what a notebook calls gives what the command line writes, and cannot disagree."""

import doctest
import inspect
import json
import tomllib
import warnings
from dataclasses import replace
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

import mapper
from mapper.base.errors import (
    AreaError,
    DisclosureError,
    InputError,
    LensError,
    MappingError,
    RequestError,
)
from mapper.disclosure.register import MemoryRegister
from mapper.incidents.from_frame import from_frame
from mapper.lenses.load import load_lens, shipped_lenses
from mapper.questions.registry import NAMES, QUESTIONS
from tests.small_extract import write_extract

FUNCTIONS = ["read", "from_frame", "study_area", "load_lens", "list_lenses", "analyse", "release"]
FUNCTIONS += ["write"]
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FLAGS = ("county_line", "exploitation", "cuckooing", "domestic_abuse")


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    return write_extract(tmp_path_factory.mktemp("data") / "small.csv")


@pytest.fixture(scope="module")
def gdf(extract):
    """The same incidents as a table of points."""
    rows = pd.read_csv(extract)
    points = geopandas.points_from_xy(rows["longitude"], rows["latitude"])
    return geopandas.GeoDataFrame(rows, geometry=points, crs=4326)


@pytest.fixture(scope="module")
def area():
    return mapper.study_area("liverpool", resolution=9)


@pytest.fixture(scope="module")
def result(gdf, area):
    incidents = mapper.from_frame(gdf, when="from_at", kind="incident_type", reference="reference")
    return mapper.analyse(incidents, lens="all-demand", area=area)


# The published recipes.


def test_the_recipe_of_the_analysts_page_runs(extract, tmp_path):
    incidents = mapper.read([extract])
    area = mapper.study_area("merseyside", resolution=9)
    result = mapper.analyse(incidents, lens="domestic-abuse", area=area)
    written = mapper.write(mapper.release(result), str(tmp_path / "out"))
    assert all(path.is_file() for path in written)


def test_the_recipe_of_the_package_runs_with_every_public_name(extract):
    names = {}
    exec("from mapper import *", names)
    incidents = names["read"](extract)
    result = names["analyse"](incidents, lens="county-lines", area=names["study_area"]())
    assert len(result.hotspots) == len(result.found.hotspots)
    assert len(result.cells) == len(result.study.cells)


def test_a_table_of_points_gives_what_its_file_gives(gdf, extract, area):
    flags = {name: name for name in FLAGS}
    columns = {"reference": "reference", "location": "location", **flags}
    made = mapper.from_frame(gdf, when="from_at", kind="incident_type", **columns)
    read = mapper.read(extract)
    apart = ["source", "row"]
    pd.testing.assert_frame_equal(made.table.drop(columns=apart), read.table.drop(columns=apart))
    assert made.table["row"].tolist() == list(range(len(gdf)))
    both = [mapper.analyse(one, lens="county-lines", area=area) for one in (made, read)]
    pd.testing.assert_frame_equal(both[0].hotspots, both[1].hotspots)


def test_a_request_says_what_was_counted(gdf, tmp_path):
    incidents = mapper.from_frame(gdf, when="from_at", domestic_abuse="domestic_abuse")
    area = mapper.study_area("merseyside", resolution=8)
    result = mapper.analyse(incidents, lens="domestic-abuse", area=area, start=None, alpha=0.1)
    mapper.write(mapper.release(result), tmp_path)
    told = json.loads((tmp_path / "manifest.json").read_text())
    assert told["request"]["lens"] == told["lens"]["id"] == "domestic-abuse"
    assert told["request"]["area"] == told["area"]["name"] == "merseyside"
    assert told["request"]["resolution"] == told["area"]["resolution"] == 8
    assert told["request"]["alpha"] == 0.1
    for disagreeing in ({"resolution": 9}, {"request": None}):
        with pytest.raises(RequestError, match=r"study area's own|no choice request"):
            mapper.analyse(incidents, lens="domestic-abuse", area=area, **disagreeing)


# Tables in memory.


@pytest.mark.parametrize("crs", [27700, 3857, 2157, 4258])
def test_any_coordinate_system_gives_the_same_places(gdf, crs):
    plain, moved = (
        from_frame(one, when="from_at").table[["lon", "lat"]].to_numpy()
        for one in (gdf, gdf.to_crs(crs))
    )
    # a degree is about 111 km: PROJ without its grids and OSTN15 differ by up to a few metres
    assert np.abs(plain - moved).max() < 1e-4


def test_times_of_every_kind_are_those_of_the_wall_clock():
    stamps = pd.to_datetime(["2025-07-01 12:00", "2025-01-01 12:00", None])
    frame = pd.DataFrame(
        {
            "naive": stamps,
            "utc": stamps.tz_localize("UTC"),
            "text": ["01/07/2025 12:00", "13/01/2025 12:00", ""],
            "days": [one if pd.isna(one) else one.date() for one in stamps],
            "mixed": ["2025-07-01 12:00", pd.Timestamp("2025-01-01 12:00"), None],
            "lon": -2.9,
            "lat": 53.4,
        }
    )
    given = {"longitude": "lon", "latitude": "lat"}

    def hours(when):
        made = from_frame(frame, when=when, **given)
        assert made.rejected["row"].tolist() == [2]
        assert made.rejected["reason"].tolist() == ["no date"]
        return made.table["start"].dt.strftime("%d %H").tolist()

    assert hours("naive") == hours("mixed") == ["01 12", "01 12"]
    assert hours("utc") == ["01 13", "01 12"]  # summer time is an hour on
    assert hours("text") == ["01 12", "13 12"]
    made = from_frame(frame, when="days", **given)
    assert made.table["precision"].tolist() == ["day", "day"]


def test_rows_that_cannot_be_used_are_kept_with_their_reason():
    frame = geopandas.GeoDataFrame(
        {"when": ["2025-01-01"] * 4},
        geometry=[
            shapely.Point(-2.9, 53.4),
            None,
            shapely.box(-3, 53, -2, 54),
            shapely.Point(2.3, 48.9),
        ],
        crs=4326,
    )
    made = from_frame(frame, when="when")
    assert made.table["row"].tolist() == [0]
    assert made.rejected["row"].tolist() == [1, 2, 3]
    assert made.rejected["reason"].nunique() == 3
    assert made.rows_read == 4


@pytest.mark.parametrize(
    ("frame", "columns", "kind", "words"),
    [
        ({"a": ["2025-01-01"]}, {"when": "b"}, MappingError, "'b' \\(when\\). It has 'a'"),
        ({"a": ["2025-01-01"]}, {"when": "a"}, MappingError, "no place"),
        ({"a": ["2025-01-01"]}, {"when": "a", "colour": "a"}, MappingError, "'colour' to fill"),
        ([1, 2], {"when": "a"}, InputError, "not a list"),
    ],
)
def test_what_a_table_lacks_is_said_in_its_own_words(frame, columns, kind, words):
    with pytest.raises(kind, match=words):
        from_frame(pd.DataFrame(frame) if isinstance(frame, dict) else frame, **columns)


def test_points_without_a_coordinate_system_are_refused(gdf):
    with pytest.raises(InputError, match=r"frame.set_crs\(27700\)"):
        from_frame(gdf.set_crs(None, allow_override=True), when="from_at")


def test_a_table_is_not_read_as_a_path(gdf):
    with pytest.raises(InputError, match=r"mapper\.from_frame\(frame"):
        mapper.read(gdf)


# Areas and lenses.


def test_polygons_of_ones_own_are_as_their_file(tmp_path):
    square = geopandas.GeoDataFrame(
        {"beat": ["A", "B"]},
        geometry=[
            shapely.box(335_000, 390_000, 336_000, 392_000),
            shapely.box(336_000, 390_000, 337_000, 392_000),
        ],
        crs=27700,
    )
    square.to_file(tmp_path / "beats.gpkg")
    made = mapper.study_area(square, resolution=9, title="beats")
    read = mapper.study_area(tmp_path / "beats.gpkg", resolution=9)
    pd.testing.assert_frame_equal(made.cells, read.cells)
    assert sorted(made.cells["ward"].unique()) == ["A", "B"]
    coarser = made.at(8)
    assert coarser.resolution == 8
    pd.testing.assert_frame_equal(
        coarser.cells, mapper.study_area(square, resolution=8, title="beats").cells
    )
    assert mapper.study_area("liverpool").at(8).title == "Liverpool"


def test_what_is_no_area_is_refused():
    with pytest.raises(AreaError, match="not a int"):
        mapper.study_area(3)
    points = geopandas.GeoDataFrame(geometry=[shapely.Point(-2.9, 53.4)], crs=4326)
    with pytest.raises(AreaError, match="not of points"):
        mapper.study_area(points)


def test_what_is_no_resolution_is_refused():
    square = geopandas.GeoDataFrame(geometry=[shapely.box(335e3, 390e3, 337e3, 392e3)], crs=27700)
    for wrong in (9.0, "9", 12):
        with pytest.raises(AreaError, match=f"Resolution {wrong} is not offered"):
            mapper.study_area("liverpool", resolution=wrong)
        with pytest.raises(AreaError, match=f"Resolution {wrong} is not offered"):
            mapper.study_area(square, resolution=wrong)


def test_what_stands_in_another_things_place_is_told(gdf, extract, area):
    with pytest.raises(RequestError, match=r"not a GeoDataFrame: .* by mapper\.from_frame"):
        mapper.analyse(gdf, lens="all-demand", area=area)
    with pytest.raises(RequestError, match="not of Incidents: call that first"):
        mapper.ask.concentration(mapper.read(extract))


@pytest.mark.parametrize("lens", shipped_lenses(), ids=lambda lens: lens.id)
def test_a_dictionary_is_the_lens_of_its_file(lens):
    path = Path(mapper.__file__).parent / "lenses" / lens.source
    made = load_lens(tomllib.loads(path.read_text()))
    assert replace(made, sha256=lens.sha256) == lens
    assert load_lens(made) is made


def test_a_wrong_dictionary_is_told_every_fault_without_lines():
    with pytest.raises(LensError) as fault:
        load_lens(
            {"id": "x", "rule": [{"name": "a", "weight": 0, "when": {"type": 3}}], "colour": 1}
        )
    told = str(fault.value)
    for words in ("`title` is missing", "`weight` is not", "unknown key"):
        assert words in told
    assert ", line" not in told


# Results and answers.


def test_hot_spots_are_a_map_of_their_own(result):
    spots, cells = result.hotspots, result.cells
    assert spots.crs == cells.crs == "EPSG:4326"
    assert {"p", "q", "incidents", "expected"} <= set(spots.columns)
    for _, spot in spots.iterrows():
        inside = cells[cells["hotspot_id"] == spot["hotspot_id"]]
        assert spot["p"] >= inside["p"].min() > 0  # a bound over all windows tested
        assert spot["q"] <= spot["p"]  # the r-th place has at most p / r
        assert spot.geometry.symmetric_difference(inside.union_all()).area < 1e-12
        assert spot["incidents"] == inside["incidents"].sum()
        assert spot["excess"] == pytest.approx(spot["incidents"] - spot["expected"])


def test_a_result_draws_itself_marked_and_shut_in(result):
    page = result._repr_html_()
    assert page.count("OFFICIAL-SENSITIVE") >= 2
    assert 'sandbox="allow-scripts"' in page
    assert page.count("<iframe") == 1
    inside = page.split('srcdoc="')[1].split('"')[0]
    assert "&#60;html" in inside
    assert "<" not in inside
    assert repr(result).startswith("OFFICIAL-SENSITIVE   All demand: Liverpool")
    assert result.notes == result.shown.caveats


def test_an_answer_shows_itself_marked_and_encoded(gdf, area):
    lens = {
        "id": "odd",
        "title": "<script>alert(1)</script>",
        "version": "1",
        "question": "Where?",
        "rule": [{"name": "any", "weight": 1, "reason": "all", "when": "always"}],
    }
    odd = mapper.analyse(mapper.from_frame(gdf, when="from_at"), lens=lens, area=area)
    answer = mapper.ask.concentration(odd)
    page = answer._repr_html_()
    assert "OFFICIAL-SENSITIVE" in page
    assert "<script" not in page
    assert "<script" not in odd._repr_html_()
    long = mapper.ask.concentration(odd, table="lorenz")
    assert f"{len(long.table) - 60:,} more rows" in long._repr_html_()


def test_a_question_is_asked_with_the_choices_of_its_command(result):
    assert dir(mapper.ask) == sorted(name.replace("-", "_") for name in NAMES)
    for name in NAMES:
        asked = getattr(mapper.ask, name.replace("-", "_"))
        known = QUESTIONS[name].choices.known()
        assert list(inspect.signature(asked).parameters) == ["result", *known]
        for words in ("Parameters", "Returns", "Raises", "Notes", *known):
            assert words in asked.__doc__
    with pytest.raises(RequestError, match=r"no choice tabel\. Did you mean table"):
        mapper.ask.concentration(result, tabel="lorenz")
    with pytest.raises(AttributeError, match="no question concentrations"):
        mapper.ask.concentrations(result)


def test_only_releases_leave(result, tmp_path):
    with pytest.raises(DisclosureError, match="release"):
        mapper.write(result, tmp_path)
    with pytest.raises(DisclosureError, match="result or an answer"):
        mapper.release(result.found)
    answer = mapper.ask.concentration(result)
    table, manifest = mapper.write(mapper.release(answer), tmp_path / "few.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(table), answer.table)
    assert json.loads(manifest.read_text())["marking"] == "OFFICIAL-SENSITIVE"


# What is public.


def test_the_public_names_are_what_dir_shows():
    assert dir(mapper) == sorted(mapper.__all__)
    assert {"ask", *FUNCTIONS} < set(dir(mapper))
    with pytest.raises(AttributeError, match="mapper has no fish"):
        mapper.fish  # noqa: B018 - the attribute is what is asked for


@pytest.mark.parametrize("name", [*FUNCTIONS, "ask"])
def test_a_public_docstring_is_whole_and_its_example_is_true(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    thing = type(mapper.ask) if name == "ask" else getattr(mapper, name)
    told = inspect.getdoc(thing)
    for part in ("Parameters", "Returns", "Raises", "Notes", "Examples"):
        assert f"\n{part}\n{'-' * len(part)}\n" in told, f"{name}: no {part}"
    if name != "ask":
        for parameter in inspect.signature(thing).parameters.values():
            assert parameter.name in told, f"{name}: {parameter.name}"
    hold(name, told)


@pytest.mark.parametrize("name", ["Result", "Answer"])
def test_the_example_of_a_public_type_is_true(name):
    told = inspect.getdoc(getattr(mapper, name))
    assert "\nAttributes\n----------\n" in told
    hold(name, told)


def hold(name, told):
    """Run the examples of a docstring."""
    said = []
    parsed = doctest.DocTestParser().get_doctest(told, {}, name, name, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        failed, tried = doctest.DocTestRunner(optionflags=LOOSE).run(parsed, out=said.append)
    assert tried > 0
    assert not failed, "".join(said)


def test_an_answer_that_partners_may_not_be_shown_is_given_in_its_nearest_shape(extract):
    incidents = mapper.read([extract])
    result = mapper.analyse(incidents, lens="all-demand", area="liverpool")
    windows = {"before": "2023-02-01:2023-06-30", "after": "2023-07-01:2023-11-30"}
    answer, register = mapper.ask.change(result, by="cell", **windows), MemoryRegister()
    shown = mapper.release(answer, audience="partnership", register=register)
    assert shown.instead.startswith("Given instead of a table by cell: a table by ")
    assert shown.notes[0] == shown.instead
    assert len(register.earlier("partnership")) == 2
    assert mapper.release(answer).instead == ""
    concentration = mapper.ask.concentration(result)
    with pytest.raises(DisclosureError, match="cannot be checked beside the maps"):
        mapper.release(concentration, audience="partnership", register=register)
