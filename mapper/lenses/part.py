"""One table of a lens file while it is being checked: its values, its lines, its faults.

``tomllib`` keeps no line numbers, so the line of a fault is found again in the text: by the key
at the start of a line, else by the key inside an inline table, else the table's first line.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import cast

LONGEST_TEXT = 1_000  # characters of one title, reason or caveat
LARGEST_PLACE = 1_000  # in an order of lenses
_SHOWN = 60
_ENOUGH = 100  # faults gathered: a file of nothing but faults must not take minutes to refuse
_MULTI_LINE = re.compile(r'"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'')
_HEADER = re.compile(r"\s*(\[{1,2})\s*([\w\"'-]+)\s*([.\]])")


@dataclass(frozen=True)
class Part:
    """A table and the lines of the file that hold it; its parts share one list of faults."""

    table: Mapping[str, object]
    lines: tuple[str, ...]
    first: int = 0  # index of the table's first line
    faults: list[tuple[int, str]] = field(default_factory=list)  # line from 1, words

    def fault(self, words: str, *, at: str, or_at: str = "") -> None:
        """Note a fault at the line of a key, or of a second key when the first is nowhere."""
        if len(self.faults) >= _ENOUGH:
            return
        line = self._line_of(at)
        if line is None and or_at:
            line = self._line_of(or_at)
        self.faults.append((self.first + 1 if line is None else line, words))

    def _line_of(self, key: str) -> int | None:
        """Return the number, from 1, of the line where a key is given."""
        name = rf"[\"']?{re.escape(key)}[\"']?"
        for pattern in (rf"\s*(\[+\s*)?{name}\s*[=.\]]", rf"[^#]*[{{,.\s]{name}\s*[=.]"):
            for number, line in enumerate(self.lines, start=self.first + 1):
                if re.match(pattern, line):
                    return number
        return None

    def refuse_unknown_keys(self, known: Collection[str]) -> None:
        """Note each key that a lens file does not have; a misspelt key must not be ignored."""
        for key in self.table:
            if key not in known:
                self.fault(
                    f"unknown key {quoted(key)}.{closest(key, known)}"
                    f" The keys here are {', '.join(known)}.",
                    at=key,
                )

    def unknown_column(self, column: str, known: Collection[str], *, at: str) -> None:
        """Note a column that the incident table does not have."""
        self.fault(
            f"unknown column {quoted(column)}.{closest(column, known)}"
            " docs/lenses.md lists the columns.",
            at=at,
            or_at="when",
        )

    def text(self, key: str, *, needed: bool = True) -> str:
        """Return a text, its spaces made single; empty when one that is not needed is absent."""
        if key not in self.table:
            if not needed:
                return ""
            self.fault(f'`{key}` is missing. Add {key} = "...".', at=key)
            return ""
        return self.clean_text(self.table[key], called=f"`{key}`", at=key)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty when the key is absent."""
        values = self.table.get(key, [])
        if not isinstance(values, list):
            self.fault(f'`{key}` is not a list. Write {key} = ["..."].', at=key)
            return ()
        return tuple(self.clean_text(value, called=f"`{key}`", at=key) for value in values)

    def flag(self, key: str) -> bool:
        """Return yes or no, no when the key is absent."""
        value = self.table.get(key, False)
        if not isinstance(value, bool):
            self.fault(f"`{key}` is not yes or no. Write {key} = true or {key} = false.", at=key)
        return value is True

    def whole_number(self, key: str, *, largest: int) -> int:
        """Return a whole number from 1 up that must be there."""
        value = self.table.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= largest:
            return value
        state = "is missing" if value is None else f"is not a whole number from 1 to {largest}"
        self.fault(f"`{key}` {state}. Write for example {key} = 1.", at=key)
        return 1

    def place(self, key: str) -> int | None:
        """Return a place in an order, a whole number from 1 up, nothing when the key is absent."""
        return self.whole_number(key, largest=LARGEST_PLACE) if key in self.table else None

    def positive_number(self, key: str, *, largest: float) -> float | None:
        """Return a number above 0 that may be there, nothing when the key is absent."""
        value = self.table.get(key)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is None:
            return None
        if number and 0 < cast("float", value) <= largest:
            return float(cast("float", value))
        self.fault(
            f"`{key}` is not a number above 0 and up to {largest:,.0f}. Write for example"
            f" {key} = 7.5, or leave it out of every rule.",
            at=key,
        )
        return None

    def clean_text(self, value: object, *, called: str, at: str) -> str:
        """Return a text fit for a screen: one line, not empty, no control characters."""
        text = " ".join(value.split()) if isinstance(value, str) else ""
        if not isinstance(value, str):
            self.fault(f'{called} holds something that is not text. Write "..." there.', at=at)
        elif not text:
            self.fault(f"{called} is empty. Say it in a few plain words.", at=at)
        elif len(text) > LONGEST_TEXT or not text.isprintable():
            self.fault(
                f"{called} is over {LONGEST_TEXT:,} characters long or has invisible characters."
                " Shorten it, or type it anew.",
                at=at,
            )
        return text


def parts_of(whole: Part, name: str) -> tuple[Part, ...]:
    """Return the ``[[name]]`` tables of a file, each with its own lines."""
    tables = whole.table.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        whole.fault(f"`{name}` is not a list of tables. Begin each with [[{name}]].", at=name)
        return ()
    spans = list(spans_of(whole.lines, name))
    if len(spans) != len(tables):  # written inline: name = [{ ... }]
        spans = [(0, len(whole.lines))] * len(tables)
    return tuple(
        Part(table, whole.lines[first:end], first, whole.faults)
        for table, (first, end) in zip(tables, spans, strict=True)
    )


def spans_of(
    lines: tuple[str, ...], name: str, *, brackets: str = "[["
) -> Iterator[tuple[int, int]]:
    """Yield the first and one past the last line of each ``[[name]]`` table, or of ``[name]``."""
    # What looks like a header inside a text of several lines is none: blank such texts.
    text = _MULTI_LINE.sub(lambda found: "\n" * found[0].count("\n"), "\n".join(lines))
    starts: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n")):
        header = _HEADER.match(line)
        if header and header[3] == "]":  # [rule.when] belongs to the rule above it
            starts.append((number, header[2].strip("\"'") if header[1] == brackets else ""))
    ends = [start for start, _ in starts[1:]] + [len(lines)]
    for (start, found), end in zip(starts, ends, strict=False):
        if found == name:
            yield start, end


def quoted(text: str) -> str:
    """Return a text of the file in quotes, cut short, invisible characters spelt out."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut) + '"'


def closest(word: str, known: Collection[str]) -> str:
    """Return `` Did you mean ...?`` for the known words most like this one, or nothing."""
    near = get_close_matches(word[:_SHOWN], sorted(known), n=3, cutoff=0.5)
    return f" Did you mean {' or '.join(near)}?" if near else ""
