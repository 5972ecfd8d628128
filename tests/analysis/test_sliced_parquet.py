"""Parquet of police.uk rows counted slice by slice gives to the byte what reading at once gives."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from mapper.analysis.kept_tallies import KeptTallies
from mapper.base.errors import MapperError
from mapper.incidents.partitions import files_where
from tests.analysis import test_parted
from tests.analysis.test_slices import (
    SPOILT,
    area,
    counted,
    days_and_not_months,
    in_slices_of,
    outputs,
    read_at_once,
)
from tests.small_extract import HEADER
from tests.street_rows import StreetRows

__all__ = ["area", "in_slices_of"]  # fixtures


def frame_of(made):
    """The rows as a table; those of another length are filled up or blank."""
    rows = [[*row, *[""] * len(HEADER)][: len(HEADER)] for row in made.rows]
    return pd.DataFrame(rows, columns=HEADER, dtype="str")


def halves(frame, folder):
    """The rows in two files."""
    folder.mkdir()
    paths = [folder / "a.parquet", folder / "b.parquet"]
    for path, part in zip(paths, np.array_split(np.arange(len(frame)), 2), strict=True):
        yield path, frame.iloc[part]


def plain(frame, folder):
    """Every value as text, in groups of few rows."""
    for path, part in halves(frame, folder):
        part.to_parquet(path, index=False, row_group_size=700)
        yield path


def with_nulls(frame, folder):
    """What is blank is absent, numbers are numbers, and types are a dictionary."""
    for path, part in halves(frame, folder):
        known = part.replace("", None).astype({"Crime type": "category"})
        for name in ("Longitude", "Latitude"):
            known[name] = pd.to_numeric(known[name])
        known.to_parquet(path, index=False)
        yield path


def with_points(frame, folder):
    """Places as a geometry column, some of them absent or lines."""
    for path, part in halves(frame, folder):
        lon, lat = (pd.to_numeric(part[name]).to_numpy() for name in ("Longitude", "Latitude"))
        shapes = shapely.points(lon, lat)
        shapes[np.isnan(lon)] = None
        shapes[40:44] = shapely.linestrings([[-2.9, 53.4], [-2.8, 53.4]])
        table = pa.Table.from_pandas(
            part.drop(columns=["Longitude", "Latitude"]), preserve_index=False
        ).append_column("geometry", pa.array(shapely.to_wkb(shapes).tolist(), pa.binary()))
        told = b'{"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}}'
        pq.write_table(table.replace_schema_metadata({b"geo": told}), path)
        yield path


def in_folders(frame, folder):
    """A folder for each of a few months, which the files themselves do not tell."""
    told = frame[frame["Month"].str.match(r"20\d\d-\d\d$")].groupby("Month")
    for month, part in [*told][:FOLDERS]:
        inner = folder / "force=merseyside" / f"month={month}"
        inner.mkdir(parents=True)
        part.drop(columns="Month").to_parquet(inner / "part-0.parquet", index=False)
    yield from files_where([str(folder)], ["force=merseyside"])


FOLDERS = 4  # each is a part of its own, and takes as long as a file
FORMS = [plain, with_nulls, with_points, in_folders]


@pytest.mark.parametrize("spoilt", ["faults", pytest.param("desks", marks=pytest.mark.soak)])
@pytest.mark.parametrize("form", FORMS, ids=lambda one: one.__name__)
def test_every_output_is_the_same_to_the_byte(tmp_path, area, in_slices_of, form, spoilt, here):
    paths = [*form(frame_of(SPOILT[spoilt](StreetRows())), tmp_path / "rows")]
    whole = outputs(read_at_once(paths, area), tmp_path / "whole")
    in_slices_of(401)
    one = counted(paths, area)
    assert one is not None
    assert outputs(one, tmp_path / "slices") == whole
    in_slices_of(100_000)
    together = counted(paths, area)
    assert outputs(together, tmp_path / "together") == whole


@pytest.mark.parametrize("form", FORMS, ids=lambda one: one.__name__)
def test_workers_write_the_same_to_the_byte(tmp_path, area, form, here):
    paths = [*form(frame_of(SPOILT["faults"](StreetRows())), tmp_path / "rows")]
    workers = test_parted.InThisProcess()
    one = test_parted.counted(paths, area, workers)
    assert one is not None
    assert workers.done.count("part_tally") == len(paths)
    whole = outputs(read_at_once(paths, area), tmp_path / "whole")
    assert outputs(one, tmp_path / "workers") == whole


def test_text_and_parquet_are_counted_together(tmp_path, area, in_slices_of):
    made = SPOILT["plain"](StreetRows())
    first, last = StreetRows(rows=0), StreetRows(rows=0)
    first.rows, last.rows = made.rows[:3_000], made.rows[3_000:]
    (text,) = first.write(tmp_path / "a.csv")
    paths = [text, *plain(frame_of(last), tmp_path / "rows")]
    in_slices_of(401)
    one = counted(paths, area)
    assert outputs(one, tmp_path / "slices") == outputs(read_at_once(paths, area), tmp_path / "all")


def test_a_second_question_reads_no_record_again(tmp_path, area, in_slices_of, here):
    paths = [*plain(frame_of(StreetRows()), tmp_path / "rows")]
    in_slices_of(1_000)
    kept = KeptTallies(tmp_path / "kept")
    first = outputs(counted(paths, area, kept=kept), tmp_path / "one")
    files = sorted(kept.folder.iterdir())
    assert outputs(counted(paths, area, kept=kept), tmp_path / "two") == first
    assert sorted(kept.folder.iterdir()) == files


def test_days_other_columns_and_packed_files_are_read_at_once(tmp_path, area, in_slices_of, here):
    made = StreetRows()
    days_and_not_months(made)
    in_slices_of(1_000)
    assert counted([*plain(frame_of(made), tmp_path / "days")], area) is None
    extract = frame_of(StreetRows()).rename(
        columns={"Month": "from_at", "Crime type": "incident_type"}
    )
    path = tmp_path / "extract.parquet"
    extract[["from_at", "incident_type", "Longitude", "Latitude"]].to_parquet(path)
    assert counted([path], area) is None


def test_small_files_are_read_at_once_by_their_size(tmp_path, area, monkeypatch, here):
    paths = [*plain(frame_of(StreetRows()), tmp_path / "rows")]
    size = sum(path.stat().st_size for path in paths)
    assert counted(paths, area) is None
    monkeypatch.setattr("mapper.incidents.how_large.LARGE", size // 46)
    assert counted(paths, area) is not None


def test_a_file_cut_short_is_refused_as_ever(tmp_path, area, in_slices_of):
    (path, *_) = plain(frame_of(StreetRows()), tmp_path / "rows")
    path.write_bytes(path.read_bytes()[:-4000])
    in_slices_of(1_000)
    assert counted([path], area) is None
    with pytest.raises(MapperError, match="is not a whole Parquet file"):
        read_at_once([path], area)


def test_nothing_is_left_in_the_temporary_folder(tmp_path, area, in_slices_of, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    paths = [*plain(frame_of(StreetRows()), tmp_path / "rows")]
    in_slices_of(1_000)
    assert counted(paths, area) is not None
    assert not [*temporary.iterdir()]
