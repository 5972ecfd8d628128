"""What an error of a database driver means, by its code, in words a person can act on."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from mapper.base.errors import RecordsError

_UNCHANGED = "Nothing was changed."
_FULL = f"the disk is full. {_UNCHANGED} Make room and do it again."
_DISK = (
    f"the disk would not take it; it may be full or failing. {_UNCHANGED}"
    " Make room, run “mapper doctor”, and do it again."
)
_BUSY = f"it is busy with other people's work. {_UNCHANGED} Try again in a minute."
_CLOSED = f"it may not be written. {_UNCHANGED} Check who owns the workspace and its files."
_DAMAGED = (
    "the database is damaged. Stop the app, keep a copy of the file, restore the last backup."
)
_AWAY = "the database cannot be reached. Check that it runs and that MAPPER_DATABASE is right."
_LOST = (
    "the connection to the database was lost. It may have taken the last step or not:"
    " look, and do it again if it did not."
)
# SQLite's result codes (without what their higher bytes add), and PostgreSQL's SQLSTATE, whole or
# the class that it begins with.
_CODES: dict[str, tuple[int | str, ...]] = {
    _FULL: (13, "53100"),
    _DISK: (10, "58030"),
    _BUSY: (5, 6, "55P03", "40P01", "40001", "53300"),
    _CLOSED: (3, 8, "25006", "42501"),
    _DAMAGED: (11, 26, "XX001", "XX002"),
    _AWAY: (14, "08", "28", "3D000", "57P03"),
    _LOST: ("57P01", "57P02"),
}
_MEANING = {code: meaning for meaning, codes in _CODES.items() for code in codes}


def in_words(error: DBAPIError, name: str) -> RecordsError | None:
    """Return the refusal that a driver's error means, nothing when it is a fault here.

    Parameters
    ----------
    name
        The database, for the message.
    """
    meaning = _meaning(error)
    return RecordsError(f"{name}: {meaning}") if meaning else None


def _meaning(error: DBAPIError) -> str | None:
    """Return what an error means, nothing where its code is none of those above."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _MEANING.get(code & 0xFF)
    state = getattr(error.orig, "sqlstate", "")
    if state:
        return _MEANING.get(state) or _MEANING.get(state[:2])
    if state is None and isinstance(error, OperationalError | InterfaceError):
        return _LOST if error.connection_invalidated else _AWAY  # no server was there to say more
    return None
