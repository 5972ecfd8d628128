"""Extracts and mapped tables of months, with flags, counted slice by slice and by workers alike."""

import csv
from functools import cache

import numpy as np
import pandas as pd
import pytest

from mapper.analysis import tally
from mapper.analysis.kept_tallies import KeptTallies, packed, unpacked
from mapper.analysis.parted import study_by_workers
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.sliced import study_in_slices
from mapper.analysis.study import prepare
from mapper.incidents.mapping import ColumnMapping, load_mapping
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.questions.registry import QUESTIONS
from tests.analysis.test_counted_questions import written
from tests.analysis.test_parted import InThisProcess
from tests.analysis.test_slices import ROOT, TODAY, area, in_slices_of, outputs
from tests.street_rows import StreetRows

__all__ = ["area", "in_slices_of"]  # fixtures

HEADER = {
    "Log no": "reference",
    "Month of it": "from_at",
    "X": "longitude",
    "Y": "latitude",
    "Kind": "incident_type",
    "Street": "location",
    "Source of call": "channel",
    "Premises": "location_type",
    "HO code": "home_office_code",
    "Risk": "risk_grade",
    "UPRN": "uprn",
    "Crimed": "is_crime",
    "DA": "domestic_abuse",
    "Knife seen": "knife",
    "Result": "outcome",
}
OWN = tuple(HEADER.values())
MAPPING = ColumnMapping(columns={own: (theirs,) for theirs, own in HEADER.items()})


class ExtractRows:
    """Rows of an extract of months, drawn by a seed, with columns that say more than the type."""

    def __init__(self, rows=6_000, seed=5):
        self.rows = [list(row) for row in self._drawn(rows, seed)]

    @staticmethod
    @cache
    def _drawn(rows, seed):
        drawn = np.random.default_rng(seed)
        street = StreetRows(rows=rows)
        made = []
        for number, row in enumerate(street.rows):
            reference = f"L{number:06}-{drawn.integers(10**6)}" if drawn.random() < 0.9 else ""
            point = row[6].rpartition(" ")[2]
            made.append(
                [
                    reference,
                    row[1],
                    row[4],
                    row[5],
                    row[9],
                    row[6],
                    ("999", "101", "Online", "officer", "")[drawn.integers(5)],
                    ("dwelling", "street", "shop")[drawn.integers(3)],
                    f"{drawn.integers(1, 4):03}/0{drawn.integers(3)}",
                    ("Standard", "medium", "high", "")[drawn.integers(4)],
                    f"10000{point}" if drawn.random() < 0.97 else "",
                    ("Y", "N")[drawn.integers(2)],
                    ("yes", "no", "")[drawn.integers(3)],
                    ("1", "0")[int(drawn.random() < 0.9)],
                    "",
                ]
            )
        return made

    def write(self, *paths, names=OWN):
        """Write the rows into as many files as there are paths, in turn."""
        size = -(-len(self.rows) // len(paths))
        for number, path in enumerate(paths):
            with path.open("w", newline="") as file:
                mine = self.rows[number * size : (number + 1) * size]
                csv.writer(file).writerows([names, *mine])
        return [*paths]


def plain(_made):
    """Nothing."""


def faults(made):
    """Repeats, some of which differ in a flag; no place; blank lines; other lengths; no flag."""
    for number in range(60):
        again = list(made.rows[100 + number])
        again[12] = "yes"
        again[4] = "Drugs" if not number % 3 else again[4]
        made.rows.insert(2_000 + number * 17, again)
    for row in made.rows[500:520]:
        row[2] = ""
    made.rows[700][12] = "purple"
    for row in made.rows[800:805]:
        row[1] = "2099-01"
    made.rows.insert(1_000, ["too", "few"])
    made.rows.insert(1_500, [])


def steps(made):
    """A channel stops, a flag starts, UPRNs are no longer written and a code is another."""
    late = made.rows[len(made.rows) * 2 // 3 :]
    for number, row in enumerate(late):
        row[6] = "101" if row[6] == "Online" else row[6]
        row[13] = "1"
        row[10] = "" if number % 40 else "10000"
        row[8] = row[8].replace("/00", "/09")


SPOILT = [plain, faults, steps]
SAID = {plain: "data old", faults: "data old", steps: "part stops"}


def in_slices(paths, area, lens, *, mapping=None, kept=None):
    request = AnalysisRequest.of(load_lens(lens), area, {})
    return study_in_slices(
        paths,
        lens=load_lens(lens),
        area=area,
        request=request,
        mapping=mapping,
        kept=kept,
        today=TODAY,
    )


def by_workers(paths, area, lens, *, mapping=None):
    request = AnalysisRequest.of(load_lens(lens), area, {})
    return study_by_workers(
        paths,
        workers=InThisProcess(),
        lens=load_lens(lens),
        area=area,
        request=request,
        mapping=mapping,
        today=TODAY,
    )


def at_once(paths, area, lens, *, mapping=None):
    incidents = read_incidents(paths, mapping=mapping, today=TODAY)
    return prepare(incidents, lens=load_lens(lens), area=area)


@pytest.mark.parametrize(
    ("spoil", "mapped"),
    [
        (faults, False),
        (faults, True),
        *(
            pytest.param(one, mapped, marks=pytest.mark.soak)
            for one in (plain, steps)
            for mapped in (False, True)
        ),
    ],
    ids=lambda one: getattr(one, "__name__", str(one)),
)
def test_every_output_is_the_same_to_the_byte(tmp_path, area, in_slices_of, spoil, mapped):
    made = ExtractRows()
    spoil(made)
    names = tuple(HEADER) if mapped else OWN
    if spoil is faults and not mapped:
        names = (*OWN[:-1], "remarks")  # a column that is not read, which is noted
    paths = made.write(tmp_path / "a.csv", tmp_path / "b.csv", names=names)
    mapping = MAPPING if mapped else None
    lens = "serious-violence" if mapped else "domestic-abuse"
    expected = outputs(at_once(paths, area, lens, mapping=mapping), tmp_path / "whole")
    assert SAID[spoil] in {doubt["code"] for doubt in expected["doubts"]}
    in_slices_of(401)
    one = in_slices(paths, area, lens, mapping=mapping)
    assert one is not None
    assert outputs(one, tmp_path / "slices") == expected
    two = by_workers(paths, area, lens, mapping=mapping)
    assert two is not None
    assert outputs(two, tmp_path / "workers") == expected


def test_what_steps_is_told_of_flags_words_and_blanks(tmp_path, area):
    made = ExtractRows()
    steps(made)
    paths = made.write(tmp_path / "a.csv")
    told = {(one.code, one.kind) for one in at_once(paths, area, "domestic-abuse").doubts}
    assert {
        ("part stops", "channel"),
        ("part starts", "knife"),
        ("part starts", "uprn"),
        ("values renamed", "crime_code"),
    } <= told


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(n, marks=pytest.mark.soak) for n in range(1, 8))]
)
def test_rows_of_any_seed_are_counted_alike(tmp_path, area, in_slices_of, seed):
    made = ExtractRows(rows=3_000, seed=seed)
    SPOILT[seed % 3](made)
    drawn = np.random.default_rng(seed)
    for at in (6, 7, 9):  # a column of words ends as another, or blank
        since = int(drawn.integers(1_000, 2_900))
        for row in made.rows[since:]:
            if len(row) > at and drawn.random() < 0.95:
                row[at] = ("", "999", "shop")[drawn.integers(3)]
    paths = made.write(tmp_path / "a.csv")
    expected = outputs(at_once(paths, area, "domestic-abuse"), tmp_path / "whole")
    in_slices_of(int(drawn.integers(50, 4_000)))
    one = in_slices(paths, area, "domestic-abuse")
    assert one is not None
    assert outputs(one, tmp_path / "slices") == expected


@pytest.mark.parametrize("name", ["where-next", "patterns", "concentration"])
def test_questions_are_answered_alike(tmp_path, area, in_slices_of, name):
    paths = ExtractRows().write(tmp_path / "a.csv")
    in_slices_of(401)
    expected = written(QUESTIONS[name], at_once(paths, area, "all-demand"), {})
    assert not isinstance(expected, str)
    assert written(QUESTIONS[name], in_slices(paths, area, "all-demand"), {}) == expected


def test_parquet_is_counted_alike(tmp_path, area, in_slices_of):
    made = ExtractRows()
    path = tmp_path / "a.parquet"
    frame = pd.DataFrame(made.rows, columns=OWN, dtype="str")
    frame["domestic_abuse"] = frame["domestic_abuse"] == "yes"
    frame.to_parquet(path, index=False)
    in_slices_of(401)
    expected = outputs(at_once([path], area, "domestic-abuse"), tmp_path / "whole")
    one = in_slices([path], area, "domestic-abuse")
    assert outputs(one, tmp_path / "slices") == expected


def with_value(column, value, *, rows=slice(None, None, 40)):
    def spoil(made):
        for row in made.rows[rows]:
            row[[*HEADER].index(column)] = value

    return spoil


@pytest.mark.parametrize(
    ("spoil", "names"),
    [
        (with_value("Month of it", "2024-03-05"), {}),
        (with_value("Month of it", "2024-03-05 22:10"), {}),
        (with_value("Month of it", "2024-03-05 22:10 to 23:00"), {}),
        (with_value("Month of it", "sometime", rows=slice(10, 11)), {}),
        (with_value("DA", "not known", rows=slice(10, 11)), {}),
        (with_value("Result", "2024-03-07"), {"outcome": "reported_at"}),
        (with_value("Result", "2024-03"), {"outcome": "to_at"}),
        (with_value("Result", "L1 1AA"), {"outcome": "postcode"}),
        (with_value("X", "335000"), {"longitude": "easting", "latitude": "northing"}),
        (with_value("Log no", "TBC", rows=slice(10, 11)), {}),
        (plain, {"reference": "number"}),
        (with_value("Risk", "high", rows=slice(4_000, None)), {}),
    ],
)
def test_what_single_rows_alone_can_tell_is_read_at_once(
    tmp_path, area, in_slices_of, spoil, names
):
    made = ExtractRows()
    spoil(made)
    paths = made.write(tmp_path / "a.csv", names=[names.get(name, name) for name in OWN])
    in_slices_of(401)
    assert in_slices(paths, area, "all-demand") is None
    assert by_workers(paths, area, "all-demand") is None


@pytest.mark.parametrize(
    "choice", [{"references": "one per reference"}, {"date_order": "day-first"}]
)
def test_mappings_that_choose_by_whole_columns_are_read_at_once(
    tmp_path, area, in_slices_of, choice
):
    paths = ExtractRows().write(tmp_path / "a.csv", names=tuple(HEADER))
    in_slices_of(401)
    mapping = ColumnMapping(columns=MAPPING.columns, **choice)
    assert in_slices(paths, area, "all-demand", mapping=mapping) is None


def test_very_many_kinds_or_points_are_read_at_once(tmp_path, area, in_slices_of, monkeypatch):
    paths = ExtractRows().write(tmp_path / "a.csv")
    in_slices_of(401)
    for name in ("MOST_KINDS", "MOST_POINTS"):
        with monkeypatch.context() as changed:
            changed.setattr(tally, name, 100)
            assert in_slices(paths, area, "all-demand") is None
    assert in_slices(paths, area, "all-demand") is not None


def test_nothing_of_an_extract_is_kept(tmp_path, area, in_slices_of):
    paths = ExtractRows().write(tmp_path / "a.csv", names=tuple(HEADER))
    in_slices_of(401)
    kept = KeptTallies(tmp_path / "kept")
    one = in_slices(paths, area, "serious-violence", mapping=MAPPING, kept=kept)
    assert one is not None
    two = study_by_workers(
        paths,
        workers=InThisProcess(),
        lens=one.lens,
        area=area,
        request=one.request,
        mapping=MAPPING,
        kept=kept,
        today=TODAY,
    )
    assert two is not None
    assert not kept.folder.exists()


def test_a_tally_is_packed_whole(tmp_path, area, in_slices_of):
    paths = ExtractRows().write(tmp_path / "a.csv")
    in_slices_of(401)
    made = in_slices(paths, area, "serious-violence").examined.tally
    held = unpacked(packed(made))
    for name in ("kinds", "ground", "points"):
        pd.testing.assert_frame_equal(getattr(held, name), getattr(made, name))
    assert (held.labels, held.numbers, held.reasons) == (made.labels, made.numbers, made.reasons)


def test_a_mapping_decides_what_is_counted(tmp_path, area, in_slices_of):
    paths = ExtractRows().write(tmp_path / "a.csv", names=tuple(HEADER))
    in_slices_of(401)
    turned = ColumnMapping(columns=MAPPING.columns, no=("1",), yes=("0",))
    other = ColumnMapping(
        columns={**MAPPING.columns, "knife": ("Crimed",), "is_crime": ("Knife seen",)}
    )
    totals = []
    for mapping in (MAPPING, turned, other):
        one = in_slices(paths, area, "serious-violence", mapping=mapping)
        whole = at_once(paths, area, "serious-violence", mapping=mapping)
        assert one.counts.total == whole.counts.total
        totals.append(one.counts.total)
    assert len(set(totals)) > 1


def test_the_command_takes_a_mapping(tmp_path, run, area, in_slices_of, monkeypatch):
    (path,) = ExtractRows().write(tmp_path / "a.csv", names=tuple(HEADER))
    mapping = tmp_path / "columns.toml"
    lines = [f'{own} = "{theirs}"' for theirs, own in HEADER.items()]
    mapping.write_text("\n".join(["[columns]", *lines]))
    shown = str(ROOT / "data" / "boundaries" / "merseyside.parquet")

    def answer(folder):
        out = tmp_path / folder / "next.csv"
        words = ("where-next", path, "--mapping", mapping, "--lens", "all-demand", "--area", shown)
        told = run(*words, "--out", out)
        assert told.code == 0, told.err
        return out.read_bytes()

    whole = answer("whole")
    in_slices_of(401)
    monkeypatch.setattr("mapper.incidents.read.read_incidents", None)  # nothing is read at once
    assert answer("slices") == whole
    known = load_mapping(mapping)
    one = by_workers([path], area, "all-demand", mapping=known)
    assert one is not None
