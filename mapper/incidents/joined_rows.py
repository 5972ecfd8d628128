"""What the rows of one incident say, joined into the row that is kept, and told where they differ.

| column | what counts |
|---|---|
| flags | yes on any |
| risk grade | the highest |
| type, where each reference is one incident | the most serious by days of harm |
| other words | those of the row kept |
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.base.tables import FLAG_COLUMNS
from mapper.base.text import count
from mapper.base.types import Flags
from mapper.incidents.check import Checked
from mapper.incidents.seriousness import days_of_harm, rank_of_grade

if TYPE_CHECKING:
    from mapper.incidents.columns import Distinct

Positions = npt.NDArray[np.intp]
Texts = npt.NDArray[np.object_]

_TEXTS = ("crime_code", "channel", "location_type", "outcome")


def join_values(
    sheets: Sequence[Checked], rows: pd.DataFrame, repeated: Flags, keeper: Positions
) -> list[str]:
    """Join what repeated rows say into the rows kept; say how many disagreed on what."""
    again, first = rows[repeated], rows.loc[keeper[repeated]]
    if again.empty:
        return []
    return [
        *_join_flags(sheets, again, first),
        *_join_grades(sheets, again, first),
        *_differing(sheets, again, first),
    ]


def _join_flags(
    sheets: Sequence[Checked], again: pd.DataFrame, first: pd.DataFrame
) -> Iterator[str]:
    """Let yes on a repeated row be yes on the row kept."""
    for flag in FLAG_COLUMNS:
        yes, kept = _flags_of(sheets, again, flag), _flags_of(sheets, first, flag)
        if (yes == kept).all():
            continue
        for number in first["sheet"].unique().tolist():
            mine = (first["sheet"] == number).to_numpy() & yes
            if flag in sheets[number].fields:
                sheets[number].fields[flag][first["at"].to_numpy()[mine]] = True
        yield f"{_many(first, yes != kept)} on {flag}: yes on any of them counts as yes"


def _join_grades(
    sheets: Sequence[Checked], again: pd.DataFrame, first: pd.DataFrame
) -> Iterator[str]:
    """Give a row kept the highest grade of risk among the rows that it stands for."""
    told, kept = (_texts_of(sheets, each, "risk_grade") for each in (again, first))
    rank = [np.array([rank_of_grade(text) for text in each]) for each in (told, kept)]
    higher = rank[0] > rank[1]
    if not higher.any():
        return
    of = first.loc[higher, ["sheet", "at"]].assign(rank=rank[0][higher], text=told[higher])
    for number, each in of.sort_values("rank", kind="stable").groupby("sheet"):
        fields = sheets[int(str(number))].fields
        if "risk_grade" in fields:
            best = each.drop_duplicates("at", keep="last")
            texts = best["text"].to_numpy(dtype=object)
            fields["risk_grade"] = fields["risk_grade"].given(best["at"].to_numpy(), texts)
    yield f"{_many(first, higher)} on risk_grade: the highest counts"


def _differing(
    sheets: Sequence[Checked], again: pd.DataFrame, first: pd.DataFrame
) -> Iterator[str]:
    """Say in which other columns repeated rows say something else than the row kept."""
    found, named = np.zeros(len(again), dtype=bool), []
    for name in _TEXTS:
        told, kept = (_texts_of(sheets, each, name) for each in (again, first))
        differ = (told != "") & (told != kept)
        if differ.any():
            found |= differ
            named.append(name)
    if named:
        yield f"{_many(first, found)} on {', '.join(named)}: the first of them counts"


def _many(first: pd.DataFrame, differ: Flags) -> str:
    """Say how many incidents stand on rows that disagree."""
    number = int(first.loc[differ, "code"].nunique())
    stand = count(number, "incident stands", "incidents stand")
    return f"{stand} on several rows that disagree"


def join_types(sheets: Sequence[Checked], rows: pd.DataFrame, keeper: Positions) -> None:
    """Give each row kept the most serious type among the rows that it stands for."""
    kinds = pd.DataFrame({"keeper": keeper, "type": rows["type"].to_numpy()})
    days = {kind: days_of_harm(kind) for kind in kinds["type"].unique()}
    kinds["days"] = kinds["type"].map(days)
    worst = kinds.loc[kinds.groupby("keeper", sort=False)["days"].idxmax()]
    kept = rows.loc[worst["keeper"]]
    changed = (kept["type"].to_numpy() != worst["type"].to_numpy()) & (worst["days"] > 0).to_numpy()
    for number in kept.loc[changed, "sheet"].unique().tolist():
        mine = changed & (kept["sheet"] == number).to_numpy()
        held: Distinct = sheets[number].fields["type"]
        texts = worst["type"].to_numpy()[mine]
        sheets[number].fields["type"] = held.given(kept["at"].to_numpy()[mine], texts)


def _flags_of(sheets: Sequence[Checked], rows: pd.DataFrame, flag: str) -> Flags:
    """Return a flag of some rows, no where a file does not carry it."""
    found = np.zeros(len(rows), dtype=bool)
    numbers, at = rows["sheet"].to_numpy(), rows["at"].to_numpy()
    for number in np.unique(numbers).tolist():
        mine = numbers == number
        if flag in sheets[number].fields:
            found[mine] = sheets[number].fields[flag][at[mine]]
    return found


def _texts_of(sheets: Sequence[Checked], rows: pd.DataFrame, name: str) -> Texts:
    """Return a column of words of some rows, empty where it is blank or a file has none."""
    found = np.full(len(rows), "", dtype=object)
    numbers, at = rows["sheet"].to_numpy(), rows["at"].to_numpy()
    for number in np.unique(numbers).tolist():
        mine = numbers == number
        held: Distinct | None = sheets[number].fields.get(name)
        if held is not None:
            texts = [*held.values.to_pylist(), ""]  # noqa: PD011 - no table's
            found[mine] = np.array(texts, dtype=object)[held.codes[at[mine]]]
    return found
