"""Tables that carry types, of memory and of Parquet: a value is what its type says it is."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mapper.base.errors import MappingError
from mapper.incidents.from_frame import from_frame
from mapper.incidents.mapping import ColumnMapping
from tests.incidents.incident_files import extract, read
from tests.incidents.incident_files import write_csv as write

WHEN = pd.date_range("2025-01-01 00:30", periods=40, freq="18h")
DAYS = pd.Series(WHEN).dt.normalize()
MAPPED = {"from_at": ("when",), "longitude": ("lon",), "latitude": ("lat",)}


def in_memory(columns, times, _folder):
    """Read a table that is held."""
    table = pd.DataFrame(columns)
    if len(times) > 1:
        pytest.skip("a frame's time is one column")
    return from_frame(table, when=times[0], longitude="lon", latitude="lat", reference="ref")


def of_parquet(columns, times, folder):
    """Read the same table as pandas writes it."""
    pd.DataFrame(columns).to_parquet(folder / "a.parquet")
    mapping = ColumnMapping({**MAPPED, "from_at": tuple(times), "reference": ("ref",)})
    return read(folder / "a.parquet", mapping=mapping)


def columns_of(**more):
    """Return a table of forty places with its times."""
    where = {"lon": np.linspace(-2.99, -2.9, 40), "lat": np.linspace(53.39, 53.42, 40)}
    return {"ref": [f"R{i:03}" for i in range(40)], **where, **more}


@pytest.mark.parametrize("reader", [in_memory, of_parquet])
@pytest.mark.parametrize(
    ("freq", "precision"), [("M", "month"), ("D", "day"), ("h", "minute"), ("min", "minute")]
)
def test_periods_are_the_months_days_and_hours_they_stand_for(tmp_path, reader, freq, precision):
    periods = pd.Series(WHEN).dt.to_period(freq)
    found = reader(columns_of(when=periods), ["when"], tmp_path).table
    assert found["start"].tolist() == periods.dt.start_time.tolist()
    assert set(found["precision"]) == {precision}


@pytest.mark.parametrize("reader", [in_memory, of_parquet])
@pytest.mark.parametrize("freq", ["Q", "W"])
def test_quarters_and_weeks_are_no_days(tmp_path, reader, freq):
    found = reader(columns_of(when=pd.Series(WHEN).dt.to_period(freq)), ["when"], tmp_path)
    assert found.table.empty
    assert len(found.rejected) == 40


def test_a_period_that_is_not_there_is_no_date(tmp_path):
    periods = pd.Series(WHEN).dt.to_period("D").where(np.arange(40) > 0)
    for reader in (in_memory, of_parquet):
        found = reader(columns_of(when=periods), ["when"], tmp_path)
        assert found.rejected["reason"].tolist() == ["no date"]


@pytest.mark.parametrize("reader", [in_memory, of_parquet])
def test_a_duration_alone_is_no_day(tmp_path, reader):
    found = reader(columns_of(when=WHEN - WHEN[0]), ["when"], tmp_path)
    assert found.table.empty
    assert set(found.rejected["reason"]) == {"bad date"}


def test_a_duration_since_midnight_beside_its_day_is_the_clock(tmp_path):
    clock = pd.Series(WHEN) - DAYS
    found = of_parquet(columns_of(day=DAYS, clock=clock), ["day", "clock"], tmp_path).table
    assert found["start"].tolist() == WHEN.tolist()


def test_what_numbers_with_decimals_write_is_a_day(tmp_path):
    days = [Decimal(20250101 + i % 28) for i in range(40)]
    table = pa.table(columns_of(when=pa.array(days, pa.decimal128(10, 2))))
    pq.write_table(table, tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet", mapping=ColumnMapping(MAPPED))
    assert found.table["start"].dt.strftime("%Y%m%d").tolist() == [str(day) for day in days]


@pytest.mark.parametrize("clock", [0.0, 0.75])
def test_days_counted_from_1970_are_no_days_of_a_spreadsheet(tmp_path, clock):
    numbers = [20_089 + i + clock if clock else 20_089 + i for i in range(40)]
    rows = extract(*({"from_at": str(one)} for one in numbers))
    found = read(write(tmp_path / "a.csv", rows))
    first = pd.Timestamp("2025-01-01") + pd.Timedelta(days=clock)
    assert found.table["start"].tolist() == [first + pd.Timedelta(days=i) for i in range(40)]
    assert any("were read as days since 1 January 1970" in note for note in found.notes)


def test_days_of_a_spreadsheet_of_many_years_stay_its_own(tmp_path):
    rows = extract({"from_at": "20089"}, {"from_at": "45658"})  # long ago and now
    found = read(write(tmp_path / "a.csv", rows))
    assert found.table["start"].dt.year.tolist() == [1954, 2025]
    assert not any("1970" in note for note in found.notes)


def test_two_columns_of_one_name_are_told():
    table = pd.DataFrame(columns_of(when=WHEN))
    doubled = pd.concat([table, table[["when"]]], axis=1)
    with pytest.raises(MappingError, match="more than one column called 'when'"):
        from_frame(doubled, when="when", longitude="lon", latitude="lat")


def test_references_that_name_nothing_are_shown_as_they_are(tmp_path):
    rows = extract({"reference": "TBC"}, {"reference": "R1"}, {"reference": "0"})
    found = read(write(tmp_path / "a.csv", rows))
    assert any("2 references such as 'TBC' or '0'" in note for note in found.notes)
