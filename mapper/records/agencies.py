"""The agencies of a partnership: a data file, to which an installation adds its own.

Plans, campaigns, meetings and sign-ins name an agency by the name given here, so that one list of
actions can be read by agency and a partner's sign-in opens the actions of its own alone.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mapper.base.errors import RecordsError
from mapper.base.settings import settings
from mapper.base.toml_file import TomlKind
from mapper.lenses.part import Part, parts_of, quoted

SHIPPED = Path(__file__).with_name("agencies.toml")
_KIND = TomlKind(
    what="a file of agencies, as MAPPER_AGENCIES names it",
    remedy="Compare the line with docs/campaigns.md.",
    refused=RecordsError,
)


@dataclass(frozen=True)
class Agency:
    """One agency; ``was`` are words of earlier forms that stand for it."""

    name: str
    title: str
    was: tuple[str, ...] = ()


def agencies() -> tuple[Agency, ...]:
    """Return the agencies that this installation knows, its own last.

    Raises
    ------
    RecordsError
        When its own file cannot be read, naming each line at fault.
    """
    own = settings().agencies
    return (*_read(SHIPPED), *(_own(own, own.stat().st_mtime_ns) if own and own.is_file() else ()))


def agency_names() -> tuple[str, ...]:
    """Return the names in the order in which forms offer them."""
    return tuple(one.name for one in agencies())


def read_agencies(path: Path, *, taken: tuple[Agency, ...] = ()) -> tuple[Agency, ...]:
    """Read a file of agencies.

    Parameters
    ----------
    taken
        Agencies whose names and earlier words it may not give again.

    Raises
    ------
    RecordsError
        Naming the file, and for each fault its line.
    """
    _, text = _KIND.read(path)
    whole = Part(_KIND.parse(path, text), tuple(text.split("\n")))
    whole.refuse_unknown_keys(("agency",))
    found: list[Agency] = []
    words = {word for one in taken for word in (one.name, *one.was)}
    for part in parts_of(whole, "agency"):
        part.refuse_unknown_keys(("name", "title", "was"))
        name = part.text("name")
        one = Agency(name, part.text("title", needed=False) or name, part.texts("was"))
        for word in (one.name, *one.was):
            if word in words:
                part.fault(f"{quoted(word)} is an agency already. Give another name.", at="name")
            words.add(word)
        found.append(one)
    _KIND.refuse(path, whole.faults)
    return tuple(found)


@cache
def _read(path: Path) -> tuple[Agency, ...]:
    """Return the shipped agencies, read once."""
    return read_agencies(path)


@cache
def _own(path: Path, written: int) -> tuple[Agency, ...]:
    """Return an installation's own agencies as they were last written."""
    del written
    return read_agencies(path, taken=_read(SHIPPED))
