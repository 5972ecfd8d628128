"""What a database driver says, in words a person can act on."""

from sqlalchemy.exc import DBAPIError

from mapper.base.errors import RecordsError

_UNCHANGED = "Nothing was changed."

# Part of the driver's message, and what it means; the first that fits is used.
_MEANINGS = (
    (
        ("disk is full", "No space left", "disk full"),
        f"the disk is full. {_UNCHANGED} Make room and do it again.",
    ),
    (
        ("disk I/O error", "could not write", "could not extend"),
        (
            f"the disk would not take it; it may be full or failing. {_UNCHANGED}"
            " Make room, run “mapper doctor”, and do it again."
        ),
    ),
    (
        ("database is locked", "database table is locked", "lock timeout"),
        f"it is busy with other people's work. {_UNCHANGED} Try again in a minute.",
    ),
    (
        ("readonly database", "read-only", "permission denied"),
        f"it may not be written. {_UNCHANGED} Check who owns the workspace and its files.",
    ),
    (
        ("malformed", "not a database", "invalid page"),
        "the database is damaged. Stop the app, keep a copy of the file, restore the last backup.",
    ),
    (
        ("unable to open", "connection failed", "connection refused", "could not connect"),
        "the database cannot be reached. Check that it runs and that MAPPER_DATABASE is right.",
    ),
    (
        ("server closed the connection", "terminating connection", "connection is lost"),
        (
            "the connection to the database was lost. It may have taken the last step or not:"
            " look, and do it again if it did not."
        ),
    ),
)


def in_words(error: DBAPIError, name: str) -> Exception:
    """Return the refusal that a driver's error means, or the error itself when it is a fault here.

    Parameters
    ----------
    name
        The database, for the message.
    """
    said = str(error.orig)
    for signs, meaning in _MEANINGS:
        if any(sign.lower() in said.lower() for sign in signs):
            return RecordsError(f"{name}: {meaning}")
    return error
