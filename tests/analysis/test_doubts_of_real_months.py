"""Real months as they came raise nothing but what is true of them; faults put in are found."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.examine import examine
from mapper.areas.load import load_study_area
from mapper.incidents.read import read_incidents


@pytest.fixture(scope="module")
def area():
    return load_study_area("merseyside", resolution=9)


@pytest.fixture(scope="module")
def months(shared):
    """Every file of a month, by its month."""
    folder = shared / "police_uk" / "merseyside-2018-2021"
    return {pd.Period(path.name[:7], "M"): path for path in sorted(folder.glob("*.csv"))}


def raised(paths, area):
    """What is raised but for age, which is true of these months."""
    found = examine(read_incidents(paths), area, today=date(2018, 1, 1))
    return [(one.code, one.part, str(one.since)) for one in found]


def years(months):
    """Twelve months each without a gap, from every third month."""
    runs = [[first + n for n in range(12)] for first in sorted(months)[::3]]
    return [[months[month] for month in run] for run in runs if set(run) <= set(months)]


def test_some_single_months_raise_nothing(months, area):
    for path in list(months.values())[::15]:
        assert raised([path], area) == []


@pytest.mark.soak
def test_every_single_month_raises_nothing(months, area):
    assert [path.name for path in months.values() if raised([path], area)] == []


@pytest.mark.soak
def test_years_raise_only_the_fall_of_april_2020(months, area):
    """Theft from the person did halve when the streets were empty."""
    told = {one for paths in years(months) for one in raised(paths, area)}
    assert told <= {("part changes", "Theft from the person", "2020-04-01")}


@pytest.mark.soak
def test_a_type_that_loses_seven_rows_in_ten_is_found_in_every_year(months, area):
    rng = np.random.default_rng(1)
    for paths in years(months):
        incidents = read_incidents(paths)
        table = incidents.table
        half = np.sort(table["start"].unique())[6]
        late = ((table["type"] == "Burglary") & (table["start"] >= half)).to_numpy()
        kept = table[~late | (rng.random(len(table)) < 0.3)].reset_index(drop=True)
        gone = len(table) - len(kept)
        files = (
            replace(incidents.files[0], rows=incidents.files[0].rows - gone),
            *incidents.files[1:],
        )
        found = examine(replace(incidents, table=kept, files=files), area)
        assert any(one.part == "Burglary" and one.since == half.astype("M8[D]") for one in found)
