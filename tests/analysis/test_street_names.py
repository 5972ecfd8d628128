"""Streets on the map: named where they lie, whatever is counted, and never by one address."""

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.street_names import FEWEST, street_names
from mapper.base.tables import STREET_COLUMNS
from mapper.grid.hexagons import cells_to_strings, points_to_cells

CELLS = np.sort(points_to_cells(np.array([-2.98, -2.90]), np.array([53.41, 53.45]), resolution=9))


def streets(*rows):
    """Return the streets of incidents given as (label, cell, lon, lat)."""
    label, position, lon, lat = zip(*rows, strict=True)
    table = pd.DataFrame({"location": pd.Categorical(label), "lon": lon, "lat": lat})
    return street_names(table, np.array(position, dtype=np.int64), CELLS)


def test_a_street_stands_at_the_middle_of_its_incidents_in_each_cell():
    rows = [("On or near Lime Street", 0, -2.98 + step, 53.41) for step in (0, 0.001, 0.005)]
    rows += [("Lime Street", 1, -2.90, 53.45)] * 4
    found = streets(*rows)
    assert found["street"].tolist() == ["Lime Street", "Lime Street"]
    assert found["cell"].tolist() == cells_to_strings(CELLS[[1, 0]]).tolist()  # most first
    assert found["lon"].to_numpy() == pytest.approx([-2.90, -2.978])
    assert found["lat"].to_numpy() == pytest.approx([53.45, 53.41])
    assert dict(found.dtypes.astype(str)) == dict(STREET_COLUMNS)


def test_fewer_than_three_incidents_of_a_cell_name_nothing():
    rows = [("Elm Row", at, 0.0, 0.0) for at in (0, 0, 1)]
    assert streets(*rows).empty
    assert len(streets(*rows, ("Elm Row", 0, 0.0, 0.0))) == 1
    assert FEWEST == 3


@pytest.mark.parametrize(
    ("label", "kept"),
    [
        ("12 Elm Row", False),
        ("Flat 3, Elm Row", False),
        ("Elm Row 14a", False),
        ("On or near Parking Area", False),
        ("", False),
        ("Elm Row, the third house behind the old school gate", False),
        ("A59", True),
        ("M62/A5058", True),
        ("A1(M)", True),
        ("42nd Street", True),
        ("O'Connell Street", True),
    ],
)
def test_a_label_is_a_street_or_it_is_left_out(label, kept):
    assert streets(*[(label, 0, 0.0, 0.0)] * 5)["street"].tolist() == [label] * kept


def test_incidents_outside_the_area_or_without_a_label_name_nothing():
    assert streets(*[("Elm Row", -1, 0.0, 0.0)] * 5).empty
    assert streets(*[(None, 0, 0.0, 0.0)] * 5).empty
    nameless = pd.DataFrame({"lon": [0.0], "lat": [0.0]})
    assert list(street_names(nameless, np.array([0]), CELLS)) == list(STREET_COLUMNS)
