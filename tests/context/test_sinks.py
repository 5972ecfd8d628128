"""Sinks are listed as counted by hand; choices move exactly what they name and lose nothing."""

import csv
from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
import pytest

from mapper.base.errors import ContextError
from mapper.context.sink_choices import (
    SinkChoice,
    SinkChoices,
    apply_sink_choices,
    choices_text,
    read_sink_choices,
)
from mapper.context.sinks import find_sinks
from mapper.incidents.faults import MOVED_OUT
from mapper.incidents.quality import quality_report
from mapper.incidents.read import read_incidents
from tests.builders import disc, incidents_at

DESK = (-2.981, 53.413)


def made(desk=300, others=3000):
    """Incidents of one or two each at many points, and a desk written in two ways 1 m apart."""
    rng = np.random.default_rng(3)
    incidents = incidents_at(rng.choice(disc(12), size=others + desk))
    table = incidents.table
    table["lon"] += rng.normal(0, 0.0005, len(table)).round(6)
    table["lat"] += rng.normal(0, 0.0005, len(table)).round(6)
    table.loc[: desk - 1, ["lon", "lat"]] = DESK
    table.loc[: desk // 10 - 1, "lon"] = DESK[0] + 0.00001
    labels = np.array(["Elm Road"] * len(table), dtype=object)
    labels[:desk] = "Police Station"
    table["location"] = pd.Categorical(labels)
    return incidents


def choice(**changes):
    members = {
        "lon": DESK[0], "lat": DESK[1], "choice": "move out", "reason": "Records of arrests.",
        "decided_by": "Analysis lead", "decided_on": date(2026, 1, 31), "label": "Police Station",
    }  # fmt: skip
    return SinkChoices((SinkChoice(**{**members, **changes}),), "own.toml")


def test_the_desk_is_the_only_sink_and_its_two_spellings_are_one_place():
    incidents = made()
    (sink,) = find_sinks(incidents.table)
    by_hand = Counter(incidents.table["location"])["Police Station"]
    assert (sink.incidents, sink.points, sink.kind) == (by_hand, 2, "police station")
    assert sink.share == by_hand / 3300
    assert (sink.lon, sink.lat) == DESK


def test_no_sink_where_no_point_stands_out():
    assert find_sinks(made(desk=0).table) == ()
    assert find_sinks(made(desk=0, others=0).table) == ()


def test_a_file_without_labels_is_searched_too():
    table = made().table.drop(columns="location")
    assert [sink.incidents for sink in find_sinks(table)] == [300]


def test_moving_out_loses_nothing():
    before = made()
    after = apply_sink_choices(before, choice())
    assert len(after.table) + len(after.rejected) == len(before.table) == after.rows_read
    assert (after.rejected["reason"] == MOVED_OUT).sum() == 300
    moved = before.table["location"] == "Police Station"
    assert set(after.rejected["row"]) == set(before.table["row"][moved])
    assert set(after.table["reference"]) == set(before.table["reference"][~moved])
    assert all(ref in text for ref, text in zip(
        before.table["reference"][moved], after.rejected["original"], strict=True
    ))  # fmt: skip
    assert "300 incidents moved out" in after.notes[-1]
    assert quality_report(after).by_reason == {MOVED_OUT: 300}


def test_mapping_moves_the_point_and_nothing_else():
    before = made()
    after = apply_sink_choices(before, choice(choice="map", to=(-2.979, 53.4101)))
    moved = (before.table["location"] == "Police Station").to_numpy()
    assert (after.table.loc[moved, "lon"] == -2.979).all()
    assert (after.table.loc[moved, "lat"] == 53.4101).all()
    same = [name for name in before.table if name not in {"lon", "lat"}]
    pd.testing.assert_frame_equal(after.table[same], before.table[same])
    pd.testing.assert_frame_equal(after.table[~moved], before.table[~moved])
    assert "300 incidents moved to -2.979, 53.4101, decided by Analysis lead" in after.notes[-1]


def test_keeping_changes_nothing_but_the_notes():
    before = made()
    after = apply_sink_choices(before, choice(choice="keep"))
    pd.testing.assert_frame_equal(after.table, before.table)
    assert after.rejected.empty
    assert "300 incidents kept where they are" in after.notes[-1]


def test_a_label_or_a_smaller_reach_takes_fewer():
    incidents = made()
    kept = apply_sink_choices(incidents, choice(metres=0.1))
    assert len(kept.rejected) == 270
    incidents.table.loc[0, "location"] = "Elm Road"
    assert len(apply_sink_choices(incidents, choice()).rejected) == 299
    assert len(apply_sink_choices(incidents, choice(label="")).rejected) == 300


def test_the_first_fitting_choice_decides():
    both = SinkChoices((*choice(choice="keep", metres=0.1).choices, *choice().choices), "own.toml")
    assert len(apply_sink_choices(made(), both).rejected) == 30


def test_a_choice_that_fits_no_incident_is_refused():
    with pytest.raises(ContextError, match=r"own\.toml: no incident lies at -2\.5, 53\.4"):
        apply_sink_choices(made(), choice(lon=-2.5, lat=53.4))


def test_the_written_file_reads_back_as_keep(tmp_path):
    incidents = made()
    path = tmp_path / "sinks.toml"
    path.write_text(choices_text(find_sinks(incidents.table), on=date(2026, 1, 31)))
    choices = read_sink_choices(path)
    assert [(one.choice, one.label) for one in choices.choices] == [("keep", "Police Station")]
    after = apply_sink_choices(incidents, choices)
    pd.testing.assert_frame_equal(after.table, incidents.table)


GOOD = (
    '[[sink]]\nlon = -2.981\nlat = 53.413\nchoice = "map"\nto_lon = -2.97\nto_lat = 53.41\n'
    'reason = "r"\ndecided_by = "Lead"\ndecided_on = 2026-01-31\n'
)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('"map"', '"mapp"', 4, "Did you mean map"),
        ("53.413", "3.413", 2, "no point in Great Britain"),
        ("to_lat = 53.41\n", "", 5, "no point in Great Britain"),
        ('"map"', '"keep"', 5, "go with choice"),
        ("2026-01-31", '"soon"', 9, "no day"),
        ('reason = "r"', "", 1, "`reason` is missing"),
        ("lon = -2.981", "lng = -2.981", 2, "unknown key"),
    ],
)
def test_faulty_files_are_refused_with_their_line(tmp_path, old, new, line, words):
    path = tmp_path / "own.toml"
    path.write_text(GOOD)
    assert read_sink_choices(path).choices[0].to == (-2.97, 53.41)
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ContextError) as caught:
        read_sink_choices(path)
    assert f"{path}, line {line}: " in str(caught.value)
    assert words in str(caught.value)


def test_the_busiest_points_of_real_files_by_the_csv_module(shared):
    """Among the listed are an unlabelled one, and the street of the force's old headquarters."""
    paths = sorted((shared / "police_uk" / "merseyside-2018-2021").glob("2021-0[1-3]*.csv"))
    counted = Counter()
    for path in paths:
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                counted[row["Longitude"], row["Latitude"], row["Location"]] += 1
    sinks = find_sinks(read_incidents(paths, today=date(2026, 1, 1)).table)
    busiest = counted.most_common(1)[0]
    assert (sinks[0].incidents, sinks[0].label) == (busiest[1], busiest[0][2])
    held = {(f"{s.lon:.6f}", f"{s.lat:.6f}", s.label): s.incidents for s in sinks}
    assert all(counted[place] == number for place, number in held.items())
    assert any("Canning Place" in sink.label for sink in sinks)
    least = 0.001 * counted.total()
    assert len(sinks) == sum(number >= least for number in counted.values())
