"""What reading gives: accepted incidents, rejected rows, and where each came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from mapper.base.tables import INCIDENT_COLUMNS, REJECTED_COLUMNS, require_columns


@dataclass(frozen=True)
class SourceFile:
    """One file that was read."""

    name: str  # file name without its folder; inside an archive: archive name/member name
    sha256: str  # of the bytes as they lie on the disk (of the archive for a member)
    size: int  # bytes
    format: str  # police.uk, force extract, mapped
    rows: int  # data rows read
    encoding: str = ""  # empty where the format has none
    delimiter: str = ""


@dataclass(frozen=True, eq=False)
class Incidents:
    """Accepted incidents and rejected rows of one or more files; no row is ever lost.

    ``table`` has the columns of ``INCIDENT_COLUMNS`` and those of ``OPTIONAL_INCIDENT_COLUMNS``
    that some file carried; ``rejected`` those of ``REJECTED_COLUMNS``.
    """

    table: pd.DataFrame
    rejected: pd.DataFrame
    files: tuple[SourceFile, ...]
    notes: tuple[str, ...] = field(default=())  # repairs made and choices taken, in plain words
    unknown: Mapping[str, int] = field(default_factory=dict)  # flag -> incidents not known
    shortened: int = 0  # references like 1.2E+12, which name no incident
    days_late: int | None = None  # until 95 % of a day are in, by an earlier extract of the days

    def __post_init__(self) -> None:
        require_columns(self.table, INCIDENT_COLUMNS, name="incidents")
        require_columns(self.rejected, REJECTED_COLUMNS, name="rejected rows")
        if self.rows_read != len(self.table) + len(self.rejected):
            raise ValueError(
                f"{self.rows_read} rows read but {len(self.table)} accepted"
                f" and {len(self.rejected)} rejected"
            )

    @property
    def rows_read(self) -> int:
        """Data rows in all files together."""
        return sum(file.rows for file in self.files)
