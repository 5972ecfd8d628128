"""Doubts of data as a whole: parts, points and ground planted with a fault are told, with rows."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.analyse import analyse
from mapper.analysis.examine import examine, examine_area
from mapper.analysis.part_doubts import Division, part_doubts
from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.base.errors import MapperError
from mapper.grid.counts import locate
from mapper.grid.neighbours import find_neighbours
from mapper.incidents.exchanged_dates import turned_back
from mapper.incidents.read import read_incidents
from mapper.questions.change import ChangeChoices, ask_change
from mapper.questions.signals import SignalsChoices, ask_signals
from mapper.questions.windows import Window
from tests.builders import EVERYTHING, incidents_at, small_area

AREA = small_area(10)
CELLS = AREA.cells["cell"].to_numpy()
CUT = pd.Timestamp("2024-07-01")
TODAY = date(2025, 1, 15)


def made(seed=0, size=4_000, **columns):
    """A year of incidents all over the round area, known to the minute."""
    rng = np.random.default_rng(seed)
    found = incidents_at(
        rng.choice(CELLS, size), start="2024-01-01", days=364, precision="minute", seed=seed + 100
    )
    table = found.table
    table["start"] += rng.integers(0, 1440, size).astype("timedelta64[m]")
    table["type"] = pd.Categorical(rng.choice(["Robbery", "Burglary", "Assault", "Theft"], size))
    for name in ("lon", "lat"):
        table[name] += rng.uniform(-3e-4, 3e-4, size)
    for name, values in columns.items():
        table[name] = values
    return replace(found, table=table)


def kept(incidents, flags):
    """The rows of some incidents that stay."""
    table = incidents.table[np.asarray(flags)].reset_index(drop=True)
    file = replace(incidents.files[0], rows=len(table))
    return replace(incidents, table=table, files=(file,))


def told(incidents, area=AREA):
    return {(one.code, one.part): one for one in examine(incidents, area, today=TODAY)}


@pytest.mark.parametrize("seed", range(8))
def test_plain_data_raises_nothing(seed):
    rng = np.random.default_rng(seed)
    flag = rng.random(4_000) < 0.2
    assert told(made(seed, domestic_abuse=flag)) == {}


def test_a_type_that_stops_is_told_to_the_day_and_vetoes_what_it_touches():
    every = made()
    late = (every.table["start"] >= CUT) & (every.table["type"] == "Robbery")
    found = told(kept(every, ~late))
    (doubt,) = found.values()
    assert list(found) == [("part stops", "Robbery")]
    assert (doubt.effect, abs((doubt.since - CUT.date()).days) <= 1) == ("veto", True)
    assert doubt.rows.size == (~late & (every.table["type"] == "Robbery")).sum()


def test_a_type_under_a_new_name_is_told_as_one_thing():
    incidents = made()
    names = incidents.table["type"].astype(object).to_numpy().copy()
    names[(names == "Robbery") & (incidents.table["start"] >= CUT)] = "Robbery (personal)"
    incidents.table["type"] = pd.Categorical(names)
    ((code, part),) = told(incidents)
    assert (code, part) == ("values renamed", "Robbery")


def test_a_flag_that_starts_and_one_that_doubles():
    rng = np.random.default_rng(3)
    base = made()
    late = (base.table["start"] >= CUT).to_numpy()
    starts = made(cuckooing=(rng.random(4_000) < 0.2) & late)
    (doubt,) = told(starts).values()
    assert (doubt.code, doubt.kind, doubt.effect) == ("part starts", "cuckooing", "veto")
    doubles = made(knife=rng.random(4_000) < np.where(late, 0.3, 0.12))
    (doubt,) = told(doubles).values()
    assert (doubt.code, doubt.kind, doubt.effect) == ("part changes", "knife", "caveat")


def test_a_ward_that_stops_takes_the_verdict_from_its_row_alone():
    every = made()
    at = examine_area(every, AREA).position
    west = (AREA.cells["ward"].astype("str").to_numpy()[at] == "West Ward") & (at >= 0)
    late = (every.table["start"] >= CUT).to_numpy()
    incidents = kept(every, ~(west & late))
    area = replace(AREA, name="again")
    study = prepare(incidents, lens=EVERYTHING, area=area)
    windows = {
        "before": Window(date(2024, 1, 2), date(2024, 6, 30)),
        "after": Window(date(2024, 7, 1), date(2024, 12, 28)),
    }
    rows = ask_change(study, ChangeChoices(by="ward", **windows)).table.set_index("ward")
    assert rows.loc["West Ward", "direction"] == "cannot be told"
    assert "West Ward" in rows.loc["West Ward", "words"]
    whole = ask_change(study, ChangeChoices(by="area", **windows)).table.iloc[0]
    assert (whole["direction"], bool(whole["clear"])) == ("cannot be told", False)
    assert any("stops" in str(note) for note in study.notes)


def test_before_a_stop_nothing_is_said_of_it():
    every = made()
    late = (every.table["start"] >= CUT) & (every.table["type"] == "Robbery")
    study = prepare(kept(every, ~late), lens=EVERYTHING, area=AREA, end=date(2024, 6, 20))
    assert [one.code for one in study.doubts] == ["data old"]


@pytest.mark.parametrize("label", ["NO FIXED LOCATION", "Unknown", ""])
def test_a_default_point_by_its_label_or_without_one(label):
    incidents = made(location=pd.Categorical([f"Road {n % 50}" for n in range(4_000)]))
    table = incidents.table
    names = table["location"].astype(object).to_numpy().copy()
    names[:60] = label or None
    table["location"] = pd.Categorical(names)
    table.loc[:59, ["lon", "lat"]] = (-2.951, 53.401)
    (doubt,) = (one for one in examine(incidents, AREA) if one.code == "default point")
    assert doubt.rows.tolist() == list(range(60))


def test_a_default_point_of_many_labels():
    incidents = made(location=pd.Categorical([f"Road {n % 900}" for n in range(4_000)]))
    incidents.table.loc[:39, ["lon", "lat"]] = (-2.951, 53.401)
    (doubt,) = (one for one in examine(incidents, AREA) if one.code == "default point")
    assert "different labels" in doubt.words


@pytest.mark.parametrize(("number", "told"), [(24, False), (240, True)])
def test_an_empty_month_of_few_rows_may_be_chance(number, told):
    incidents = incidents_at(np.resize(AREA.cells["cell"].to_numpy(), number))
    months = np.repeat([0, 1, 2, 3, 5, 6, 7, 8], number // 8)  # none in May
    days = (np.datetime64("2024-01") + months).astype("datetime64[D]") + np.arange(number) % 28
    incidents.table["start"] = days.astype("datetime64[us]")
    codes = [one.code for one in examine(incidents, AREA)]
    assert ("months missing" in codes) == told


def test_ground_that_the_data_does_not_reach_has_no_expectation():
    area = load_study_area("merseyside", resolution=8)
    people = area.cells["residents"].to_numpy()
    rng = np.random.default_rng(1)
    whole = rng.choice(people.size, 3_000, p=people / people.sum())
    assert not examine_area(incidents_at(area.cells["cell"].to_numpy()[whole]), area).coverage.doubt
    west = area.cells["district"].astype("str").to_numpy() != "Wirral"
    inside = whole[west[whole]]
    incidents = incidents_at(area.cells["cell"].to_numpy()[inside])
    coverage = examine_area(incidents, area).coverage
    assert coverage.uncovered[~west].all()
    assert "of its people live, among it the whole of" in coverage.doubt.words
    assert "Wirral" in coverage.doubt.words
    empty = replace(area, cells=area.cells.assign(residents=np.nan))  # nobody counted them
    words = examine_area(incidents, empty).coverage.doubt.words
    assert "people" not in words
    assert "of the cells of Merseyside, among it the whole of" in words
    assert coverage.uncovered[west].mean() < 0.02
    study = prepare(incidents, lens=EVERYTHING, area=area)
    assert study.uncovered.sum() == coverage.uncovered.sum()
    asked = ask_signals(study, SignalsChoices()).table
    alone = replace(area, name="alone", cells=area.cells[~study.uncovered].reset_index(drop=True))
    without = ask_signals(prepare(incidents, lens=EVERYTHING, area=alone), SignalsChoices()).table
    for name in ("moran_i", "moran_p", "moran_q", "bayes_rate_per_1000"):
        assert asked.loc[study.uncovered, name].isna().all()
        np.testing.assert_array_equal(asked.loc[~study.uncovered, name], without[name])
    assert not asked.loc[study.uncovered, "moran_found"].any()
    cells = area.cells["cell"].to_numpy()
    busy = incidents_at(np.append(cells[inside], np.repeat(cells[inside[0]], 60)))
    told = analyse(busy, lens=EVERYTHING, area=area, question="concentrated").hotspots["reason"]
    assert told.str.contains(
        "an even spread over the part of Merseyside that the data reaches"
    ).all()
    assert len(told)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("default-point", "default point"),
        ("midnight", "times unknown"),
        ("part-stops", "part stops"),
    ],
)
def test_field_cases_raise_their_fault_and_no_other(field, name, code):
    area = load_study_area("merseyside", resolution=9)
    assert [one.code for one in examine(read_incidents([field / name]), area)] == [code]


def test_a_refusal_names_the_rows_that_could_not_be_read_first():
    every = made(size=40)
    rejected = pd.DataFrame(
        {
            "source": ["made.csv"] * 400,
            "row": np.arange(400),
            "reason": ["bad date"] * 400,
            "field": ["when"] * 400,
            "original": [""] * 400,
        }
    ).astype({name: str(dtype) for name, dtype in every.rejected.dtypes.items()})
    file = replace(every.files[0], rows=440)
    incidents = replace(every, rejected=rejected, files=(file,))
    with pytest.raises(MapperError, match=r"^400 of 440 rows could not be read \(bad date 400\)"):
        prepare(incidents, lens=EVERYTHING, area=AREA, start=date(2030, 1, 1))


def test_a_ward_that_stops_is_told_though_its_district_falls_with_it():
    """Most of the district lies in the ward: both fall, and the ward is what stopped."""
    every = made()
    late = (every.table["start"] >= CUT).to_numpy()
    part = np.random.default_rng(2).random(len(late))
    ward = np.where(part < 0.2, 0, np.where(part < 0.25, 1, 2))
    stays = ~((ward == 0) & late)
    table, ward = every.table[stays].reset_index(drop=True), ward[stays]
    district = np.where(ward == 2, 1, 0)
    found = part_doubts(
        table,
        [
            Division("district", district.astype(np.int64), ["West", "East"]),
            Division("ward", ward.astype(np.int64), ["Docks", "Hill", "Park"]),
        ],
    )
    assert [(one.code, one.part) for one in found] == [("part stops", "Docks")]


@pytest.mark.parametrize("where", ["one place", "all over"])
def test_a_ward_that_doubles_is_told_unless_one_place_of_it_does(where):
    """Twelve wards of a round area; from July a tenth more lies in one, at a place or all over."""
    every, rng = made(), np.random.default_rng(5)
    ward_of = np.arange(CELLS.size) * 12 // CELLS.size
    mine = np.flatnonzero(ward_of == 4)
    near = find_neighbours(CELLS)
    place = next(one for one in mine if np.isin(near.neighbours_of(int(one)), mine).all())
    ground = [place, *near.neighbours_of(int(place))] if where == "one place" else mine
    more = incidents_at(CELLS[rng.choice(ground, 400)], start="2024-07-01", days=182).table
    both = pd.concat([every.table, more], ignore_index=True)
    position = locate(both["lon"].to_numpy(), both["lat"].to_numpy(), cells=CELLS, resolution=9)
    names = [f"Ward {one}" for one in range(12)]
    division = Division("ward", np.append(ward_of, -1)[position], names, None, position, CELLS)
    found = {(one.code, one.part) for one in part_doubts(both, [division])}
    assert found == (set() if where == "one place" else {("part changes", "Ward 4")})


def test_every_ward_that_stops_is_told_of_many():
    every = made(size=12_000)
    late = (every.table["start"] >= CUT).to_numpy()
    ward = np.random.default_rng(2).integers(0, 30, len(late))
    stays = ~((ward < 8) & late)
    division = Division("ward", ward[stays].astype(np.int64), [f"Ward {n}" for n in range(30)])
    found = part_doubts(every.table[stays].reset_index(drop=True), [division])
    assert {one.part for one in found if one.code == "part stops"} == {
        f"Ward {n}" for n in range(8)
    }


def test_rows_told_twice_and_exchanged_dates_take_every_verdict():
    every = made()
    again = every.table[every.table["start"].between(CUT, CUT + pd.Timedelta(days=28))]
    table = pd.concat([every.table, again.assign(reference="S" + again["reference"])])
    table = table.reset_index(drop=True)
    twice = replace(every, table=table, files=(replace(every.files[0], rows=len(table)),))
    choices = ChangeChoices(
        by="ward",
        before=Window(date(2024, 4, 1), date(2024, 6, 30)),
        after=Window(date(2024, 7, 1), date(2024, 9, 30)),
    )
    rows = ask_change(prepare(twice, lens=EVERYTHING, area=AREA), choices).table
    assert set(rows["direction"]) == {"cannot be told"}
    assert rows["words"].str.contains("told twice").all()
    spring = every.table["start"].between("2024-03-15", "2024-10-15")
    part = kept(every, spring)
    part.table["start"] = turned_back(part.table["start"].to_numpy())
    study = prepare(part, lens=EVERYTHING, area=AREA)
    assert "dates exchanged" in [one.code for one in study.doubts]
    rows = ask_change(study, choices).table
    assert rows["words"].str.contains("a spreadsheet has exchanged them").all()


def test_what_is_seen_over_an_area_is_looked_for_once_for_all_copies_of_it():
    incidents = incidents_at(load_study_area().cells["cell"].to_numpy()[:40])
    seen = examine_area(incidents, load_study_area())
    assert examine_area(incidents, load_study_area()) is seen
    other = load_study_area()
    other.cells.loc[:, "district"] = other.cells["district"].cat.categories[0]
    assert examine_area(incidents, other) is not seen
