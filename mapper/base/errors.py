"""Every refusal mapper can make, as one family.

A message names the file, row or field at fault, the count, and what to do next. It is shown to a
user as it stands, so it never holds a traceback.

What a user chooses is a parameter in Python, an option on the command line and a label on a form.
A message that names one writes it in braces and lists it, and each door calls it in its own way.
"""

from collections.abc import Callable, Iterable
from errno import ENAMETOOLONG

from mapper.base.text import shown_name


class MapperError(Exception):
    """Something a user can mend; the command line prints it and exits with 2.

    Parameters
    ----------
    words
        The message; ``{rings}`` stands for the parameter ``rings`` where ``names`` lists it.
    names
        Parameters that the message names.
    """

    def __init__(self, words: str = "", *, names: Iterable[str] = ()) -> None:
        super().__init__(words)
        self.names = tuple(names)

    def called(self, call: Callable[[str], str]) -> str:
        """Return the message with every parameter called as a door calls it."""
        words = str(self.args[0])
        for name in self.names:
            words = words.replace(f"{{{name}}}", call(name))
        return words

    def because(self, cause: str) -> "MapperError":
        """Return the same refusal with its true cause before it."""
        return type(self)(f"{cause}{self.args[0]}", names=self.names)

    def __str__(self) -> str:
        return self.called(str)


def fault_words(error: BaseException) -> str:
    """Return what is said of an error that nobody foresaw: whose it is, and what to do.

    What the machine refuses (rights, room, a disk that fails) is its operator's to mend; the rest
    is a fault in this program.
    """
    if isinstance(error, OSError) and error.filename and error.strerror:
        name = shown_name(str(error.filename))
        if error.errno == ENAMETOOLONG:
            return f"{name}: no such file, its name is too long for any. Check the path."
        return (
            f"The machine refuses {name}: {error.strerror}. Whoever looks after this"
            " installation gives the account that mapper runs under its rights and room there, or"
            " chooses another workspace with MAPPER_WORKSPACE; mapper doctor looks at both."
        )
    return f"A fault in mapper itself, not in your data ({type(error).__name__}); please report it."


class InputError(MapperError):
    """A file cannot be read, or not as what it was said to be."""


class AmbiguousDatesError(InputError):
    """A date column could be day-first or month-first and the file does not settle it."""


class MappingError(InputError):
    """A column mapping names what is not there, or leaves out what is needed."""


class LensError(MapperError):
    """A lens file is wrong, unknown, or asks for columns that the data does not carry."""


class ContextError(MapperError):
    """A file about context is wrong: phase rules, term dates, sink choices, places near."""


class AreaError(MapperError):
    """A boundary or study area cannot be used."""


class RequestError(MapperError):
    """The choices made for an analysis do not fit together."""


class EngineError(MapperError):
    """The engine that counts cannot be used as asked: not installed, unreachable, of another kind.

    Nothing else takes its place: whoever asked for it is told.
    """


class TooFewEventsError(MapperError):
    """There is too little data to say anything; no map of noise is drawn."""


class DisclosureError(MapperError):
    """A release was refused, or something other than a release was about to leave."""


class RefusedError(MapperError):
    """Someone asked for what their role does not show them."""


class PeopleError(MapperError):
    """The file that says who has which role is wrong, or sign-in is set up in part only."""


class RecordsError(MapperError):
    """The database, the workspace or the audit log cannot be used as asked."""


class OutputError(MapperError):
    """A file or document cannot be made of what it was given."""
