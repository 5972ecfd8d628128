"""Residents and deprivation by LSOA, out of the tables that statistics offices publish.

Columns are found by pattern, since each year and each source names them otherwise:

============ ==================================================================================
LSOA code    ``LSOA11CD``, ``lsoa11_code``, ``lsoa21cd``, ``lsoa_code``
residents    ``residents``, ``total_population``, ``all ages``, ``pop_mid2020`` (latest year)
aged 10-17   ``pop_10_17_mid2020``, ``residents_10_17``, ``aged 10 to 17``
single years ``0``, ``1``, ... ``90+``, or ``age_0``, ``age_1``, ...
decile       ``IMD_decile``, ``imd decile``, ``deprivation_decile``, ``decile``
============ ==================================================================================
"""

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from mapper.base.errors import AreaError
from mapper.grid.area_weighting import name_key

MAX_TABLE_BYTES = 200_000_000  # England and Wales by single years of age: a tenth of it
MAX_HEADER_BYTES = 100_000
LSOA_CODE = (r"lsoa.*(cd|code)", r"(geography|area)?code")
LSOA_NAME = (r"lsoa.*(nm|name)",)
_RESIDENTS = (r"residents|totalpopulation|allages", r"pop(ulation)?(mid)?(year)?(\d{4})?")
_YOUNG = (r".*10(to)?17(mid)?(\d{4})?",)
_DECILE = (r"(imd|.*deprivation.*|imd\d{4}.*)decile.*", r"decile")
_AGE = re.compile(r"(?:aged?)?(\d{1,3})(?:plus|andover)?")
_YOUNG_AGES = range(10, 18)


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


def read_residents(population: Path | None, by_age: Path | None) -> pd.DataFrame:
    """Return residents, and those aged 10 to 17, by LSOA code.

    Parameters
    ----------
    population
        Table of residents by LSOA, with those aged 10 to 17 where it knows them.
    by_age
        Table of residents by LSOA and single year of age.

    Returns
    -------
    pandas.DataFrame
        Columns ``residents`` and ``residents_10_17``, missing where no file says; index: code.

    Raises
    ------
    AreaError
        When a column is absent, a value is no number of people, a code occurs twice, or the two
        files disagree about the residents of an LSOA.
    """
    tables = [
        read(path) for path, read in ((population, _totals), (by_age, _ages)) if path is not None
    ]
    if not tables:
        return pd.DataFrame(columns=["residents", "residents_10_17"], dtype="float64")
    first, *others = tables
    for other in others:
        _check_agreement(first, other)
        first = first.combine_first(other)
    return first


def read_deciles(path: Path | None) -> pd.Series:
    """Return the deprivation decile (1 is the most deprived tenth) by LSOA code.

    Raises
    ------
    AreaError
        When a column is absent, a code occurs twice, or a decile is not 1 to 10.
    """
    if path is None:
        return pd.Series(dtype="float64", name="deprivation_decile")
    table = _by_code(path)
    column = need_column(
        table.columns, _DECILE, what="deprivation decile (such as IMD_decile)", file=path.name
    )
    deciles = _numbers(table[column], path.name).rename("deprivation_decile")
    if not deciles.isin(range(1, 11)).all():
        raise AreaError(f"{path.name}: column {column} holds values that are not whole 1 to 10.")
    return deciles


def _totals(path: Path) -> pd.DataFrame:
    """Read a table with one column of residents and perhaps one of those aged 10 to 17."""
    table = _by_code(path)
    young = find_column(table.columns, _YOUNG)
    others = [column for column in table.columns if column != young]
    column = need_column(others, _RESIDENTS, what="residents (such as residents)", file=path.name)
    result = pd.DataFrame({"residents": _numbers(table[column], path.name)})
    result["residents_10_17"] = float("nan") if young is None else _numbers(table[young], path.name)
    return result


def _ages(path: Path) -> pd.DataFrame:
    """Read a table with one column for each year of age."""
    table = _by_code(path)
    ages = {
        int(met[1]): column
        for column in table.columns
        if (met := _AGE.fullmatch(name_key(str(column)))) is not None
    }
    missing = [age for age in _YOUNG_AGES if age not in ages]
    if missing:
        raise AreaError(
            f"{path.name}: has no column for age {missing[0]}. Give a table with one column for"
            " each single year of age, or leave it out."
        )
    numbers = pd.DataFrame({age: _numbers(table[name], path.name) for age, name in ages.items()})
    whole = find_column(table.columns, _RESIDENTS)
    residents = numbers.sum(axis=1) if whole is None else _numbers(table[whole], path.name)
    young = numbers[list(_YOUNG_AGES)].sum(axis=1)
    return pd.DataFrame({"residents": residents, "residents_10_17": young})


def _check_size(path: Path) -> None:
    """Refuse a table far larger than one of all the LSOAs there are."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            header = file.readline(MAX_HEADER_BYTES + 1)
    except (OSError, ValueError) as error:
        raise AreaError(f"{path.name}: cannot be read. Check the path.") from error
    if size > MAX_TABLE_BYTES:
        raise AreaError(
            f"{path.name}: is {size / 1e6:,.0f} MB, more than {MAX_TABLE_BYTES / 1e6:.0f} MB."
            " Leave out the columns and places that are not needed."
        )
    if len(header) > MAX_HEADER_BYTES:
        raise AreaError(
            f"{path.name}: its first line is over {MAX_HEADER_BYTES / 1e6:g} MB. Is it a table?"
            " Leave out the columns that are not needed."
        )


def _by_code(path: Path) -> pd.DataFrame:
    """Read a CSV file as text, indexed by LSOA code."""
    _check_size(path)
    try:
        table = pd.read_csv(path, dtype=str, index_col=False, encoding="utf-8-sig")
    except (OSError, ValueError, pd.errors.ParserWarning) as error:
        raise AreaError(f"{path.name}: cannot be read as CSV. Save it as UTF-8 CSV.") from error
    column = need_column(
        table.columns, LSOA_CODE, what="LSOA code (such as LSOA11CD)", file=path.name
    )
    table = table.set_index(table[column].str.strip()).drop(columns=column)
    twice = table.index[table.index.duplicated() | table.index.isna()]
    if len(twice):
        raise AreaError(
            f"{path.name}: {len(twice):,} LSOA codes are blank or occur twice, first"
            f" {twice[0]}. Keep one row for each."
        )
    return table


def _numbers(column: pd.Series, file: str) -> pd.Series:
    """Return a column of text as numbers, 0 or more."""
    numbers = pd.to_numeric(column.str.replace(",", ""), errors="coerce").astype("float64")
    wrong = numbers.isna() | (numbers < 0) | (numbers == float("inf"))
    if wrong.any():
        raise AreaError(
            f"{file}: {int(wrong.sum()):,} values of column {column.name} are no number of 0 or"
            f" more, first for {numbers.index[wrong][0]}. Correct them."
        )
    return numbers


def _check_agreement(first: pd.DataFrame, second: pd.DataFrame) -> None:
    """Refuse two files that give an LSOA different residents: they are of different years."""
    one, other = first["residents"].align(second["residents"], join="inner")
    differ = one.index[(one != other).to_numpy()]
    if len(differ):
        raise AreaError(
            f"The two population files give {len(differ):,} LSOAs different residents, first"
            f" {differ[0]}. Give files of the same year."
        )
