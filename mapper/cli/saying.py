"""How a command speaks: words for people, one JSON object for programs, or nothing.

``-q``, ``-v`` and ``--json`` are options of every command; :func:`with_manners` puts them there.
Errors are said on standard error whatever was chosen, and the exit code is the same.
"""

import inspect
import json
import logging
import sys
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import typer

from mapper.base.text import ascii_escapes, line_text, lines_text, shown_name
from mapper.cli.inputs import keep_inputs

STDOUT = Path("-")  # given as --out: the table goes to standard output, words to standard error

_LONGEST_TYPED = 300  # characters of a path in a message
_CHOSEN = SimpleNamespace(quiet=False, verbose=False, as_json=False)

_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
_Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Log each step, and show where a fault lies.")
]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object in place of words.")]


def say(words: str, /, **facts: Any) -> None:
    """Print what a command has to tell: words, or facts and words as one JSON object.

    Parameters
    ----------
    words
        Lines for people; the member ``words`` of the JSON.
    facts
        Members of the JSON; what JSON does not know, such as a path or a day, as its text.
    """
    if not _CHOSEN.quiet:
        print(_as_chosen(words, facts), flush=True)


def say_aside(words: str, /, **facts: Any) -> None:
    """Say it on standard error: standard output holds a table."""
    if not _CHOSEN.quiet:
        print(_as_chosen(words, facts), file=sys.stderr, flush=True)


def _as_chosen(words: str, facts: Mapping[str, Any]) -> str:
    """Return the words, or words and facts as JSON."""
    if not _CHOSEN.as_json:
        return lines_text(words)
    told = {**facts, "words": words.splitlines()}
    return ascii_escapes(json.dumps(told, ensure_ascii=False, default=str))


def say_error(words: str) -> None:
    """Print a refusal on standard error; what was typed forges no line of it."""
    for typed in {each for word in sys.argv[1:] for each in (word, Path(word).name) if each}:
        words = words.replace(typed, shown_name(typed, most=_LONGEST_TYPED))
    print(lines_text(words), file=sys.stderr)


class OneLine(logging.Formatter):
    """Keeps each entry on one line, whatever a file's name or text holds."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry with line breaks and control characters spelt out."""
        return line_text(super().format(record))


def put_out(content: bytes) -> None:
    """Write a table to standard output as it stands."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content.removeprefix(BOM_UTF8))  # which programs would read as text
    sys.stdout.buffer.flush()


def is_quiet() -> bool:
    """Tell whether nothing but errors is to be printed."""
    return bool(_CHOSEN.quiet)


def is_verbose() -> bool:
    """Tell whether steps are logged and a fault shows where it lies."""
    return bool(_CHOSEN.verbose)


def with_manners(app: typer.Typer) -> None:
    """Give every command of an app, and of the apps inside it, the options of how it speaks."""
    for command in app.registered_commands:
        if command.callback is not None:
            command.callback = mannered(command.callback)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            with_manners(group.typer_instance)


def mannered(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that takes the three options and notes them before it runs."""

    @wraps(command)
    def run(
        *, quiet: bool = False, verbose: bool = False, as_json: bool = False, **rest: Any
    ) -> None:
        vars(_CHOSEN).update(quiet=quiet, verbose=verbose, as_json=as_json)
        if verbose:
            handler = logging.StreamHandler()
            handler.setFormatter(OneLine("%(asctime)s %(name)s: %(message)s"))
            logging.basicConfig(handlers=[handler])
        logging.getLogger("mapper").setLevel(logging.INFO if verbose else logging.NOTSET)
        keep_inputs(rest)
        command(**rest)

    own = inspect.signature(command).parameters.values()
    added = {"quiet": _Quiet, "verbose": _Verbose, "as_json": _Json}
    kind = inspect.Parameter.KEYWORD_ONLY
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined] # typer reads it
        [each.replace(kind=kind) for each in own]
        + [
            inspect.Parameter(name, kind, default=False, annotation=annotation)
            for name, annotation in added.items()
        ]
    )
    run.__annotations__ = {**command.__annotations__, **added}
    return run
