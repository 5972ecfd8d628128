"""The data that everybody of an installation sees: one of the datasets kept, or none.

None stands for the demonstration. The choice goes with its audit entry, and ends when the dataset
is deleted, in the same transaction (:func:`mapper.records.datasets.drop_datasets`).
"""

from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select

from mapper.base.errors import RecordsError
from mapper.records.audit import Event, append
from mapper.records.datasets import KeptDataset, find_dataset
from mapper.records.schema.trust import current_data, datasets

_SLOT = 1  # there is one choice


def find_current_data(connection: Connection) -> KeptDataset | None:
    """Return what everybody sees, or nothing where that is the demonstration."""
    found = select(datasets).join(current_data, current_data.c.dataset == datasets.c.dataset)
    row = connection.execute(found).mappings().first()
    return KeptDataset(**row) if row else None


def set_current_data(
    connection: Connection, dataset: str | None, *, person: str, role: str = ""
) -> None:
    """Choose what everybody sees, nothing for the demonstration; and record who did.

    Raises
    ------
    RecordsError
        When that dataset is not kept.
    """
    before = find_current_data(connection)
    chosen = find_dataset(connection, dataset) if dataset is not None else None
    if dataset is not None and chosen is None:
        raise RecordsError("That dataset is not kept any more. Look at the list again.")
    connection.execute(delete(current_data))
    if chosen is not None:
        row = {"slot": _SLOT, "dataset": chosen.dataset, "set": datetime.now(UTC)}
        connection.execute(insert(current_data), {**row, "set_by": person})
    detail = {"now": _title(chosen), "before": _title(before)}
    append(connection, Event("settings", person, "current data", role, dataset or "", detail))


def _title(dataset: KeptDataset | None) -> str:
    """Return what the log calls a choice."""
    return dataset.title if dataset else "demonstration"
