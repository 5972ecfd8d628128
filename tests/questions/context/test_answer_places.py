"""Every question's answer as layers: each row has the shape of what it is about."""

import h3
import pytest
import shapely

from mapper.analysis.analyse import find_hotspots
from mapper.context.place_files import read_places
from mapper.disclosure.make import release
from mapper.grid.hexagons import cells_to_wkb
from mapper.outputs.exports import export
from mapper.outputs.exports.layers import layers
from mapper.questions.registry import QUESTIONS

HOTSPOTS = ("shifts", "days", "phases", "patterns", "signature", "context", "clock", "children",
            "proactivity")  # fmt: skip
CELL = h3.latlng_to_cell(53.407, -2.978, 9)
SINCE = {"before": "2023-01-02:2023-06-30", "after": "2023-07-01:2023-12-27"}
ASKED = [
    *((name, {"every_hotspot": True} if name == "clock" else {}) for name in HOTSPOTS),
    *(("change", {"by": by, **SINCE}) for by in ("ward", "district")),
    ("clock", {}),
    ("corridors", {}),
    ("corridors", {"between": "districts"}),
]
MORE = [
    *((name, {"by": by}) for name in ("shifts", "days") for by in ("area", "ward", "district")),
    *(("change", {"by": by, **SINCE}) for by in ("area", "cell")),
    ("patterns", {"by": "cell"}),
    *(("proactivity", {"table": table}) for table in ("hot-cells", "areas")),
    ("concentration", {}),
    *(("describe", {"table": table}) for table in ("figures", "cells", "shapes")),
    ("density", {}),
    ("signals", {"by": "place"}),
    ("scan", {"runs": 19}),
    ("near-repeat", {"runs": 19}),
    ("robustness", {}),
    ("context", {"cell": CELL}),
]


@pytest.fixture(scope="module")
def result(study):
    return find_hotspots(study)


@pytest.fixture
def answered(study, near):
    """Ask one question and release its answer to the operational audience."""

    def ask(name, choices):
        question = QUESTIONS[name]
        given = dict(choices)
        if "places" in question.choices.__dataclass_fields__:
            given["places"] = read_places(near)
        return release(question.ask(study, question.choices.given(given)))

    return ask


@pytest.mark.parametrize(
    ("name", "choices"),
    [*ASKED, *(pytest.param(*one, marks=pytest.mark.soak) for one in MORE)],
    ids=str,
)
def test_every_row_of_every_answer_has_a_shape(answered, study, result, name, choices):
    made = answered(name, choices)
    (frame,) = layers(made).values()
    assert len(frame) == len(made.table) > 0
    assert not frame.geometry.isna().any()
    assert not frame.geometry.is_empty.any()
    if not choices or choices == {"every_hotspot": True}:
        known = {
            one: shapely.union_all(shapely.from_wkb(cells_to_wkb(cells)))
            for one, cells in result.hotspot_cells.items()
        }
        for spot, shape in zip(frame.get("hotspot_id", []), frame.geometry, strict=False):
            assert shape.symmetric_difference(known[spot]).area < 1e-12
    if choices.get("by") in ("ward", "district"):
        level, cells = choices["by"], study.area.cells
        for _, row in frame.drop_duplicates(level).iterrows():
            inside = cells.loc[cells[level].astype("str").fillna("") == row[level], "cell"]
            whole = shapely.union_all(shapely.from_wkb(cells_to_wkb(inside.to_numpy())))
            assert row.geometry.symmetric_difference(whole).area < 1e-12


def test_the_page_of_an_answer_draws_its_places_by_number(answered, result):
    page = export(answered("days", {}), "html").decode()
    picture = page[page.index("<svg") : page.index("</svg>")]
    shown = [f">{number}</text>" in picture for number in range(1, 2 + len(result.hotspots))]
    assert shown == [*[True] * len(result.hotspots), False]
    assert "<svg" in export(answered("density", {}), "html").decode()
    assert "<svg" not in export(answered("clock", {}), "html").decode()


def test_every_form_that_holds_shapes_says_what_they_are(answered):
    made = answered("days", {})
    for form in ("geojson", "kml", "gpkg", "geoparquet"):
        assert b"Each row has the shape of the place that it is about" in export(made, form)
