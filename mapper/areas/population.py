"""Residents and deprivation by area, out of the tables that statistics offices publish.

Columns are found by pattern, since each year and each source names them otherwise; how a table is
found in its file is in :mod:`mapper.areas.official_table`.

============ ==================================================================================
area code    ``LSOA11CD``, ``LSOA 2021 Code``, ``LSOA code (2021)``, ``DataZone``, ``DZ2021_code``
residents    ``residents``, ``Total``, ``All Ages``, ``pop_mid2020`` or ``mid2020`` (latest year);
             ``Males`` and ``Females`` together, of one year where they name it; ``2022`` or
             ``Observation`` in a table that says it counts people
aged 10-17   ``pop_10_17_mid2020``, ``residents_10_17``, ``aged 10 to 17``
single years ``0``, ``1``, ... ``90+``, or ``age_0``, ...; or ``F0``, ``M0``, ... by sex
decile       ``IMD_decile``, ``deprivation_decile``, ``Index of Multiple Deprivation (IMD) Decile
             (where 1 is most deprived 10% of LSOAs)``, ``SIMD2020v2_Decile``
============ ==================================================================================
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from mapper.areas.official_table import OfficialTable, numbers_of, read_official
from mapper.base.errors import AreaError
from mapper.grid.area_weighting import name_key

LSOA_CODE = (
    r"(lsoa|datazone|dz|smallarea|soa).*(cd|code)\d*",
    r"(datazone|dz|smallarea|sa)\d*",
    r"(sdz|superdatazone).*(cd|code)\d*",  # in Northern Ireland, where a file has no smaller ones
    r"(geography|area)?code",
)
LSOA_NAME = (
    r"(lsoa|datazone|dz|smallarea|soa).*(nm|name|label)\d*",
    r"(sdz|superdatazone).*(nm|name|label)\d*",
)
_RESIDENTS = (
    r"residents|total(population|persons)?|allages|allpersons|(all)?usualresidents",
    r"pop(ulation)?(mid)?(year)?(\d{4})?|persons|.*total.*measuresvalue",
    r"mid(year)?(19|20)\d{2}",
)
# Headings that count people only in a table that says it does, above its headings or by its name.
_UNNAMED = (r"(mid)?(year)?(19|20)\d{2}", r"observation")
_YEAR = r"((mid)?(year)?(?P<year>(19|20)\d{2}))?"
_SEXES = ((rf"(males?|men){_YEAR}",), (rf"(females?|women){_YEAR}",))
_OF_PEOPLE = re.compile(r"population|residents|persons")
_YOUNG = (r".*10(to)?17(mid)?(\d{4})?",)
_DECILE = (r".*imd.*decile.*", r".*multipledeprivation.*decile.*", r"deprivationdecile|decile")
# Words of the parts of an index, whose deciles are not those of deprivation as a whole.
_PART_OF_INDEX = re.compile(
    r"income|employment|health|education|skill|training|crime|safety|housing|barrier|access|service"
    r"|environment|living|child|older|adult|idac|idao|domain"
)
_MOST_IS_LAST = re.compile(r"10(is)?(the)?mostdeprived|1(is)?(the)?leastdeprived")
_RANK = (r".*(imd(\d{4}(v\d)?)?|mdm|multipledeprivation.*|deprivation)rank.*",)
_LEAST_RANKED = 100  # areas: a list of fewer is no country's
_AGE = re.compile(r"(?:aged?|f|m|females?|males?)?(\d{1,3})(?:plus|andover)?")
_YOUNG_AGES = range(10, 18)
Columns = Mapping[str, Mapping[str, str]]
_NOTHING_SAID: Columns = MappingProxyType({})


def find_column(columns: Iterable[str], patterns: tuple[str, ...]) -> str | None:
    """Return the column that meets the first pattern met by any; the last by name of several.

    Patterns meet a whole name, after case, spaces and punctuation are taken out. The last by
    name is the latest year.
    """
    keys = {str(column): name_key(str(column)) for column in columns}
    for pattern in patterns:
        met = sorted(column for column, key in keys.items() if re.fullmatch(pattern, key))
        if met:
            return met[-1]
    return None


def _of_the_whole(columns: Iterable[str]) -> list[str]:
    """Return columns without those of a part of an index of deprivation, such as income."""
    return [each for each in map(str, columns) if not _PART_OF_INDEX.search(name_key(each))]


def need_column(columns: Iterable[str], patterns: tuple[str, ...], *, what: str, file: str) -> str:
    """Return the column found, or refuse.

    Raises
    ------
    AreaError
        Naming the file, what was looked for and the columns there are.
    """
    columns = [str(column) for column in columns]
    found = find_column(columns, patterns)
    if found is None:
        shown = ", ".join(columns[:12]) or "none"
        raise AreaError(
            f"{file}: has no column for the {what} (columns: {shown}). Rename the right one."
        )
    return found


def read_residents(
    population: Path | None, by_age: Path | None, columns: Columns = _NOTHING_SAID
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return residents, and those aged 10 to 17, by area code, and what there is to say.

    Parameters
    ----------
    population
        Table of residents by area, with those aged 10 to 17 where it knows them.
    by_age
        Table of residents by area and single year of age.
    columns
        Headings by kind of file and role, where a person has said them.

    Returns
    -------
    pandas.DataFrame
        Columns ``residents`` and ``residents_10_17``, missing where no file says; index: code.
    tuple of str
        What was left out, and how many figures the office withholds.

    Raises
    ------
    AreaError
        When a column is absent, a value is no number of people, a code occurs twice, or the two
        files disagree about the residents of an area.
    """
    tables, notes = [], []
    for path, ages in ((population, False), (by_age, True)):
        if path is not None:
            kind = "population_by_age" if ages else "population"
            table = _table_of(path, "ages" if ages else "residents", columns.get(kind, {}))
            tables.append(_ages(table) if ages else _totals(table))
            notes += [*table.notes, *_withheld(table.name, tables[-1]["residents"])]
    if not tables:
        return pd.DataFrame(columns=["residents", "residents_10_17"], dtype="float64"), ()
    first, *others = tables
    for other in others:
        _check_agreement(first, other)
        first = first.combine_first(other)
    return first, tuple(notes)


def read_deciles(
    path: Path | None, columns: Columns = _NOTHING_SAID
) -> tuple[pd.Series, tuple[str, ...]]:
    """Return the deprivation decile (1 is the most deprived tenth) by area code, and notes.

    Where the office publishes ranks alone (as Northern Ireland's does), the decile is the tenth of
    all areas in which the rank lies, which is how the others are made.

    Raises
    ------
    AreaError
        When a column is absent, a code occurs twice, a decile is not 1 to 10, or ranks are not
        those of a whole country.
    """
    if path is None:
        return pd.Series(dtype="float64", name="deprivation_decile"), ()
    table = _table_of(path, "deciles", columns.get("deprivation", {}))
    ranked = find_column(table.rows.columns, _RANK)
    columns_of_all = _of_the_whole(table.rows.columns)
    if ranked is not None and find_column(columns_of_all, _DECILE) is None:
        return _of_ranks(table, ranked)
    column = need_column(
        columns_of_all, _DECILE, what="deprivation decile (such as IMD_decile)", file=path.name
    )
    deciles = numbers_of(table.rows[column], path.name).rename("deprivation_decile")
    if not deciles.dropna().isin(range(1, 11)).all():
        raise AreaError(f"{path.name}: column {column} holds values that are not whole 1 to 10.")
    if _MOST_IS_LAST.search(name_key(column)):
        words = "says that 10 is the most deprived; turned round, so that 1 is"
        return 11 - deciles, (f"{path.name}: column {column} {words}.",)
    return deciles, ()


def _of_ranks(table: OfficialTable, column: str) -> tuple[pd.Series, tuple[str, ...]]:
    """Return the deciles of ranks from 1 to the number of areas, and a note on it."""
    ranks = numbers_of(table.rows[column], table.name)
    size = len(ranks)
    if size < _LEAST_RANKED or ranks.isna().any() or ranks.min() < 1 or ranks.max() != size:
        raise AreaError(
            f"{table.name}: column {column} gives ranks, and deciles can only be made from those of"
            f" a whole country (1 to {size:,} in its {size:,} rows). Give the whole file, or one"
            " with deciles."
        )
    note = f"{table.name}: gives ranks alone; deciles were made from the ranks of {size:,} areas."
    return np.ceil(ranks * 10 / size).rename("deprivation_decile"), (note,)


def holdings_of(table: OfficialTable) -> dict[str, str]:
    """Return what a table holds of ``residents``, ``ages`` and ``deciles``, and in which column."""
    columns = list(table.rows.columns)
    young, decile = find_column(columns, _YOUNG), find_column(_of_the_whole(columns), _DECILE)
    whole = " and ".join(_columns_of_residents(table, [each for each in columns if each != young]))
    ages = _age_columns(columns)
    found = {"residents": whole, "deciles": decile or find_column(columns, _RANK)}
    if set(_YOUNG_AGES) <= set(ages):
        found["ages"] = f"{ages[0][0]} to {ages[max(ages)][-1]}" if 0 in ages else "10 to 17"
    return {kind: column for kind, column in found.items() if column}


def _columns_of_residents(table: OfficialTable, columns: Iterable[str]) -> tuple[str, ...]:
    """Return the column of residents, by its name or by what its table says of itself.

    Without one, those of men and of women, where they count: shares and years of life are no sum.
    """
    columns = list(columns)
    named = find_column(columns, _RESIDENTS)
    if named is None and _OF_PEOPLE.search(table.about.casefold()):
        named = find_column(columns, _UNNAMED)
    if named is not None:
        return (named,)
    sexes = [found for each in _SEXES if (found := find_column(columns, each))]
    years = {
        told["year"]
        for each, patterns in zip(sexes, _SEXES, strict=False)
        if (told := re.fullmatch(patterns[0], name_key(each)))
    }
    both = len(sexes) == len(_SEXES) and len(years) == 1
    return tuple(sexes) if both and all(_counts(table.rows[each]) for each in sexes) else ()


def _counts(column: pd.Series) -> bool:
    """Return whether the numbers of a column are whole, and its heading names no share."""
    return "%" not in str(column.name) and not column.str.contains(r"\d\.\d").any()


def _table_of(path: Path, kind: str, said: Mapping[str, str]) -> OfficialTable:
    """Return the sheet of a file that holds what is wanted: persons, then the latest by name."""
    tables = [_as_said(table, said) for table in read_official(path, code=said.get("code", ""))]
    fitting = [table for table in tables if kind in holdings_of(table)] or list(tables)
    persons = [table for table in fitting if "person" in table.name.casefold()]
    table = max(persons or fitting, key=lambda each: each.name)
    twice = table.rows.index[table.rows.index.duplicated() | (table.rows.index == "")]
    if len(twice):
        raise AreaError(
            f"{table.name}: {len(twice):,} area codes are blank or occur twice, first"
            f" {twice[0]}. Keep one row for each."
        )
    return table


def _as_said(table: OfficialTable, said: Mapping[str, str]) -> OfficialTable:
    """Return a table in which the columns that a person named are the only ones of their kind."""
    rows = table.rows
    for role, patterns in (("residents", _RESIDENTS), ("deciles", _DECILE)):
        heading = said.get(role, "")
        if heading in rows.columns:
            others = [each for each in rows.columns if find_column([each], patterns)]
            left = rows.drop(columns=[each for each in others if each != heading])
            name = "residents" if role == "residents" else "decile"
            rows = left.rename(columns={heading: name})
    return replace(table, rows=rows)


def _totals(table: OfficialTable) -> pd.DataFrame:
    """Return the residents of a table, and those aged 10 to 17 where it has a column of them."""
    young = find_column(table.rows.columns, _YOUNG)
    others = [column for column in table.rows.columns if column != young]
    what = "residents (such as residents or Total)"
    columns = _columns_of_residents(table, others) or (
        need_column(others, _RESIDENTS, what=what, file=table.name),
    )
    parts = [numbers_of(table.rows[column], table.name) for column in columns]
    result = pd.DataFrame({"residents": sum(parts)})
    if young is not None:
        return result.assign(residents_10_17=numbers_of(table.rows[young], table.name))
    ages = set(_YOUNG_AGES) <= set(_age_columns(table.rows.columns))
    return result.assign(residents_10_17=_ages(table)["residents_10_17"] if ages else float("nan"))


def _ages(table: OfficialTable) -> pd.DataFrame:
    """Return the residents of a table with a column for each year of age, or two by sex."""
    ages = _age_columns(table.rows.columns)
    missing = [age for age in _YOUNG_AGES if age not in ages]
    if missing:
        raise AreaError(
            f"{table.name}: has no column for age {missing[0]}. Give a table with one column for"
            " each single year of age, or leave it out."
        )
    numbers = pd.DataFrame(
        {
            age: sum(numbers_of(table.rows[name], table.name) for name in names)
            for age, names in ages.items()
        }
    )
    whole = find_column(table.rows.columns, _RESIDENTS)
    summed = numbers.sum(axis=1, skipna=False)
    residents = summed if whole is None else numbers_of(table.rows[whole], table.name)
    young = numbers[list(_YOUNG_AGES)].sum(axis=1, skipna=False)
    return pd.DataFrame({"residents": residents, "residents_10_17": young})


def _age_columns(columns: Iterable[str]) -> dict[int, list[str]]:
    """Return the columns of each single year of age, those of both sexes together."""
    ages: dict[int, list[str]] = {}
    for column in columns:
        met = _AGE.fullmatch(name_key(str(column)))
        if met is not None:
            ages.setdefault(int(met[1]), []).append(column)
    return ages


def _withheld(name: str, residents: pd.Series) -> tuple[str, ...]:
    """Say for how many areas the office gives no figure."""
    count = int(residents.isna().sum())
    words = f"{name}: residents of {count:,} areas are withheld, and unknown there, not 0."
    return (words,) if count else ()


def _check_agreement(first: pd.DataFrame, second: pd.DataFrame) -> None:
    """Refuse two files that give an LSOA different residents: they are of different years."""
    one, other = first["residents"].align(second["residents"], join="inner")
    differ = one.index[((one != other) & one.notna() & other.notna()).to_numpy()]
    if len(differ):
        raise AreaError(
            f"The two population files give {len(differ):,} LSOAs different residents, first"
            f" {differ[0]}. Give files of the same year."
        )
