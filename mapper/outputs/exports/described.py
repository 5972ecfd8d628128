"""What a CSV file says of itself: a description beside it, and lines of comment if asked for.

``change.csv-metadata.json`` is CSV on the Web (https://www.w3.org/TR/tabular-metadata/), found by
programs that know it by its name: every column with its type and meaning, and in ``notes`` what
every other form says inside: marking, audience, question, caveats and licence.
"""

import csv
import io
import json
from codecs import BOM_UTF8
from collections.abc import Sequence
from typing import Any

from mapper.disclosure.release import AnyRelease
from mapper.outputs.exports.fields import meaning_of
from mapper.outputs.manifest import said_of

SUFFIX = "-metadata.json"  # after the name of the CSV file, as CSV on the Web has it
_COMMENT = "#"


def with_comments(content: bytes, release: AnyRelease) -> bytes:
    """Return a CSV file with what it says of itself in lines of comment above its header."""
    lines: list[str] = []
    for name, value in said_of(release).items():
        words = value if isinstance(value, list) else [value]
        lines += [f"{_COMMENT} {name}: {' '.join(str(word).split())}" for word in words]
    above = "\n".join(lines).encode()
    return BOM_UTF8 + above + b"\n" + content.removeprefix(BOM_UTF8)


def description(name: str, content: bytes, release: AnyRelease) -> bytes:
    """Return the description of a CSV file as JSON.

    Parameters
    ----------
    name, content
        Of the CSV file.
    release
        What it was made of.
    """
    lines = content.decode("utf-8-sig").splitlines(keepends=True)
    above = next((at for at, line in enumerate(lines) if not line.startswith(_COMMENT)), 0)
    header, *rows = csv.reader(io.StringIO("".join(lines[above:]), newline=""))
    said = said_of(release)
    told: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": name,
        "dc:title": f"{release.marking}: {release.title}",
        "dc:description": release.question,
        "dc:rights": release.licence,
        "dialect": {"encoding": "utf-8", "commentPrefix": _COMMENT, "skipRows": above},
        "notes": [said],
        "tableSchema": {
            "columns": [
                _column(title, [row[at] for row in rows]) for at, title in enumerate(header)
            ]
        },
    }
    return f"{json.dumps(told, ensure_ascii=False, indent=2)}\n".encode()


def _column(title: str, values: Sequence[str]) -> dict[str, str]:
    """Return what is told of one column."""
    meaning, unit = meaning_of(title)
    return {
        "name": title,
        "titles": title,
        "datatype": _type_of([value for value in values if value]),
        "dc:description": f"{meaning} ({unit})" if unit else meaning,
    }


def _type_of(values: Sequence[str]) -> str:
    """Return the type that all values of a column have."""
    if values and set(values) <= {"true", "false"}:
        return "boolean"
    for name, parse in (("integer", int), ("number", float)):
        try:
            list(map(parse, values))
        except ValueError:
            continue
        return name if values else "string"
    return "string"
