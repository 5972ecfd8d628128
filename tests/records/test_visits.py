"""Visits: kept once, counted on the ground they cover, and read from positions without names."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from mapper.base.errors import InputError, RecordsError, RefusedError
from mapper.base.week import day_and_shift
from mapper.disclosure.people import Viewer, one_person
from mapper.grid.hexagons import cells_to_strings, points_to_cells
from mapper.records.place_work import WorkGround
from mapper.records.positions import read_positions, stays_at
from mapper.records.schema.trust import audit
from mapper.records.visits import (
    Visit,
    dosage,
    keep_visits,
    kept_to_plan,
    remove_visits,
    visits_between,
    visits_on,
)

DAY = date(2022, 8, 20)
CELL = points_to_cells([-2.98], [53.41], resolution=9)
HERE = frozenset(cells_to_strings(CELL))
AWAY = frozenset(cells_to_strings(points_to_cells([-2.90], [53.45], resolution=9)))
ANN = one_person("Ann")


def visit(minutes=20, day=DAY, cells=HERE):
    return Visit(day, "late", minutes, "Park Road", cells)


def test_what_is_kept_is_read_again_and_leaves_a_trace(database):
    made = [visit(), visit(5, DAY + timedelta(days=3)), visit(40, cells=AWAY)]
    assert keep_visits(database, made, viewer=ANN) == 3
    assert sorted(visits_between(database, DAY, DAY), key=lambda one: one.minutes) == [
        made[0],
        made[2],
    ]
    with database.read() as connection:
        subjects = connection.execute(select(audit.c.subject)).scalars().all()
    assert "3 visits kept" in subjects


def test_visits_of_one_file_are_kept_once_and_can_be_removed(database):
    keep_visits(database, [visit()], viewer=ANN, origin="a" * 64)
    with pytest.raises(RecordsError, match="were kept before"):
        keep_visits(database, [visit()], viewer=ANN, origin="a" * 64)
    assert remove_visits(database, origin="a" * 64, viewer=ANN) == 1
    assert visits_between(database, DAY, DAY) == ()


def test_partners_and_administrators_keep_none(database):
    for role in ("partner", "administrator"):
        with pytest.raises(RefusedError):
            keep_visits(database, [visit()], viewer=Viewer("Bo", frozenset({role})))
    assert visits_between(database, DAY, DAY) == ()


@pytest.mark.parametrize("minutes", [0, -3, 24 * 60 + 1])
def test_a_stay_without_length_or_of_days_is_refused(minutes):
    with pytest.raises(RecordsError, match="cannot be kept"):
        visit(minutes)


def test_dosage_counts_what_covers_half_of_the_ground():
    row = cells_to_strings(
        points_to_cells(-2.98 + 0.006 * np.arange(4), np.full(4, 53.41), resolution=9)
    )
    assert len(set(row)) == 4
    whole = frozenset(row)
    found = [
        visit(),  # all of its ground is in the whole
        visit(10, cells=frozenset(row[1:])),
        visit(30, cells=AWAY),
        visit(15, DAY - timedelta(days=40)),
    ]
    told = dosage(whole, found, first=DAY - timedelta(days=27), last=DAY)
    assert (told.visits, told.minutes, told.days, told.whole, told.last) == (2, 30, 1, 1, DAY)
    assert "2 visits, 30 minutes in all, on 1 of 28 days; 1 lasted 15 minutes" in told.words
    assert [one.minutes for one in visits_on(frozenset(row[:1]) | AWAY, found)] == [20, 30, 15]
    none = dosage(AWAY, found[:2], first=DAY, last=DAY)
    assert none.words == "No visit is recorded in 1 day."


def test_weeks_are_kept_to_the_plan_where_enough_visits_lasted():
    aim = {"cells": sorted(HERE), "visits": [{"a_week": 2, "minutes": 15}]}
    days = [DAY, DAY - timedelta(days=1), DAY - timedelta(days=8), DAY - timedelta(days=15)]
    found = [*(visit(20, day) for day in days), visit(5, DAY - timedelta(days=9))]
    assert kept_to_plan(aim, found, first=DAY - timedelta(days=27), last=DAY) == (1, 4)
    assert kept_to_plan({"cells": sorted(HERE)}, found, first=DAY, last=DAY) is None


def positions(*minutes, lon=-2.98, lat=53.41):
    start = pd.to_datetime(
        [pd.Timestamp("2022-08-20 22:00") + timedelta(minutes=m) for m in minutes]
    )
    return pd.DataFrame({"start": start, "lon": lon, "lat": lat})


def test_a_run_of_positions_is_one_stay_from_first_to_last():
    table = positions(0, 4, 8, 12, 30, 31, 60, 64, 69)
    stays = stays_at(table, [WorkGround("Park Road", "", HERE)], kind="patrol")
    assert [one.minutes for one in stays.visits] == [12, 9]
    assert (stays.passing, stays.elsewhere, stays.positions) == (1, 0, 9)
    assert [(one.day, one.shift) for one in stays.visits] == [(DAY, "late"), (DAY, "night")]


def test_two_vehicles_at_once_are_one_stay_and_what_lies_elsewhere_is_forgotten():
    both = pd.concat([positions(0, 3, 6), positions(1, 4, 7), positions(2, 50, lon=-2.90)])
    stays = stays_at(
        both.sort_values("start"),
        [WorkGround("Park Road", "", HERE), WorkGround("None", "", frozenset())],
        kind="partner visit",
    )
    (one,) = stays.visits
    assert (one.minutes, one.kind) == (7, "partner visit")
    assert stays.elsewhere == 2


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (pd.Timestamp("2022-08-20 06:59"), (date(2022, 8, 19), "night")),
        (pd.Timestamp("2022-08-20 07:00"), (DAY, "early")),
        (pd.Timestamp("2022-08-20 15:00"), (DAY, "late")),
        (pd.Timestamp("2022-08-20 23:00"), (DAY, "night")),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_starts(moment, told):
    assert day_and_shift(moment) == told


def test_names_and_call_signs_of_a_table_are_never_read(tmp_path):
    path = tmp_path / "avl.csv"
    rows = [f"CS{n % 2},PC Smith,2022-08-20 22:{n:02}:00,53.41,-2.98" for n in range(0, 20, 2)]
    path.write_text("Callsign,Officer,Timestamp,Latitude,Longitude\n" + "\n".join(rows))
    table, left_out = read_positions(path)
    assert list(table.columns) == ["start", "lon", "lat"]
    assert (len(table), left_out) == (10, 0)
    (one,) = stays_at(table, [WorkGround("Park Road", "", HERE)], kind="patrol").visits
    assert (one.minutes, one.place) == (18, "Park Road")


def test_a_track_is_read_in_the_clock_of_the_place(tmp_path):
    path = tmp_path / "track.gpx"
    points = "".join(
        f'<trkpt lat="53.41" lon="-2.98"><ele>9</ele><time>2022-08-20T21:{n:02}:00Z</time></trkpt>'
        for n in range(0, 20, 4)
    )
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "b">]><gpx creator="x"><metadata><time>'
        f"2022-01-01T00:00:00Z</time></metadata><trk><name>PC Smith</name><trkseg>{points}"
        "</trkseg></trk></gpx>"
    )
    table, left_out = read_positions(path)
    assert table["start"].iloc[0] == pd.Timestamp("2022-08-20 22:00")  # British summer time
    assert (len(table), left_out) == (5, 0)


def test_a_table_without_time_or_place_says_what_it_has(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Callsign,Officer\nCS1,PC Smith\n")
    with pytest.raises(InputError, match="no columns of time and place were recognised"):
        read_positions(path)
