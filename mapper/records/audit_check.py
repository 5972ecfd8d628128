"""Is the audit log whole? Its chain recomputed from the first entry, and its head kept elsewhere.

The chain alone shows an edit, a deletion, an insertion and a change of order. It cannot show that
entries were cut off its end, nor a log rewritten from some entry to its end with all hashes made
anew: for that the head (number and hash of the last entry) is exported now and then to a place
that whoever holds the database cannot write to, and compared here.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Connection, desc, select

from mapper.base.errors import RecordsError
from mapper.base.json_file import read_json
from mapper.records.audit import NOTHING_BEFORE, AuditEntry, chained
from mapper.records.schema.trust import audit

_FAULTS_TOLD = 20  # more of them tell nobody anything
_AT_A_TIME = 5_000


@dataclass(frozen=True)
class Head:
    """The last entry of a log: whoever keeps it can tell whether the log was cut or rewritten."""

    number: int
    hash: str
    at: str

    def to_json(self) -> str:
        """Return the head as a small file."""
        return json.dumps({"mapper_audit_head": asdict(self)}, indent=2) + "\n"


@dataclass(frozen=True)
class Verdict:
    """What :func:`verify` found; no fault is a whole log."""

    entries: int
    faults: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Tell whether nothing was found."""
        return not self.faults


def head_of(connection: Connection) -> Head:
    """Return the head of the log; number 0 while it is empty."""
    last = connection.execute(
        select(audit.c.number, audit.c.hash, audit.c.at).order_by(desc(audit.c.number)).limit(1)
    ).first()
    return Head(last.number, last.hash, last.at) if last else Head(0, NOTHING_BEFORE, "")


def read_head(path: Path) -> Head:
    """Return a head that was exported.

    Raises
    ------
    RecordsError
        When the file is not one.
    """
    try:
        told = read_json(path)["mapper_audit_head"]
        return Head(number=int(told["number"]), hash=str(told["hash"]), at=str(told["at"]))
    except OSError as error:
        raise RecordsError(f"{path}: cannot be read ({error.strerror}). Check the path.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise RecordsError(
            f"{path}: not the head of an audit log. Give a file that “mapper audit head” wrote."
        ) from error


def verify(connection: Connection, *, kept: Sequence[Head] = ()) -> Verdict:
    """Recompute the chain of every entry, and compare heads that were kept elsewhere.

    Parameters
    ----------
    kept
        Heads exported earlier: each must still stand where it stood.
    """
    faults: list[str] = []
    wanted = {head.number: head for head in kept if head.number}
    number, previous, entries = 0, NOTHING_BEFORE, 0
    for entry in _every_entry(connection):
        faults += _faults_of(entry, after=number, previous=previous)
        head = wanted.pop(entry.number, None)
        if head and head.hash != entry.hash:
            faults.append(f"Entry {entry.number:,} is not the one whose head was kept elsewhere.")
        number, previous, entries = entry.number, entry.hash, entries + 1
    faults += [
        f"Entry {head.number:,}, whose head was kept elsewhere, is gone: the log has been cut."
        for head in wanted.values()
    ]
    return Verdict(entries=entries, faults=_few(faults))


def _every_entry(connection: Connection) -> Iterator[AuditEntry]:
    """Yield the log from its first entry, without holding all of it."""
    found = connection.execution_options(yield_per=_AT_A_TIME).execute(
        select(audit).order_by(audit.c.number)
    )
    for row in found:
        yield AuditEntry(**row._mapping)  # noqa: SLF001 - SQLAlchemy's own public name for it


def _faults_of(entry: AuditEntry, *, after: int, previous: str) -> list[str]:
    """Return what is wrong with one entry, seen from the one before it."""
    faults = []
    if entry.number != after + 1:
        gap = "is missing" if entry.number == after + 2 else f"to {entry.number - 1:,} are missing"
        faults.append(f"Entry {after + 1:,} {gap}.")
    if entry.previous != previous:
        faults.append(f"Entry {entry.number:,} does not follow the entry before it.")
    told = {key: value for key, value in asdict(entry).items() if key not in {"previous", "hash"}}
    if entry.hash != chained(entry.previous, told):
        faults.append(f"Entry {entry.number:,} was edited: its hash does not fit what it says.")
    return faults


def _few(faults: list[str]) -> tuple[str, ...]:
    """Return the first faults, and how many more there are."""
    more = len(faults) - _FAULTS_TOLD
    return (*faults[:_FAULTS_TOLD], *([f"And {more:,} more."] if more > 0 else []))
