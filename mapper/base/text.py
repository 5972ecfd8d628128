"""Free text on its way out: one encoder each for maps and pages, scripts, CSV, terminals and logs.

Place names, ward names, reasons and titles come from files that strangers write. On a map they
pass HTML, JavaScript and, in Folium, a template language; in a CSV file they pass a spreadsheet.
Everything here turns them into plain text for the place they go to.
"""

import json
import re
from datetime import date
from functools import lru_cache

# What turns the reading of all that follows round, so that a name shows as another; a sign that
# stands for none is shown in its place wherever text goes.
_TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_NO_SIGN = "\ufffd"
_TURNING_IN_JSON = re.compile(r"(?<!\\)((?:\\\\)*)\\u(?:061c|200[ef]|202[a-e]|206[6-9])")

_STRAIGHT = str.maketrans(dict.fromkeys(_TURNING, _NO_SIGN))
_ENTITIES = str.maketrans({sign: f"&#{ord(sign)};" for sign in "{}`$\\<>&\"'"}) | _STRAIGHT

# The JSON encoder already writes all but ASCII as \\u escapes, the line separators U+2028 and
# U+2029 included; these are the signs that HTML reads inside a script.
_SCRIPT_SIGNS = {sign: f"\\u{ord(sign):04x}" for sign in "<>&'`"}

# What makes a spreadsheet read a cell as a formula; the last four are their full-width forms.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

# Code points that XML or PDF/UA forbid: controls, halves of characters, the byte order mark; and
# those that turn text round.
_UNPRINTABLE = re.compile(
    f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff{_TURNING}]"
)

# What a terminal or a log obeys.
_OBEYED = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff{_TURNING}]")
_BRIEF = 0.0001
SMALLEST_P = 1e-12  # mapper.statistics.permutation reports nothing below
LONGEST_NAME = 120  # characters of a name that a list, a panel or a line can show

# Of place names. What a machine raised though it begins no word: 'S, 'Ll, 1St.
_RAISED = re.compile(r"(?<=\w['\u2019])(?:S|R|N|T|L[Ll])(?!\w)|(?<=\d)(?:St|Nd|Rd|Th)(?!\w)")
_PLAIN_NAME = re.compile(r"[\w\s'\u2019.,&()/-]*")  # anything else is no name
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_BEGUN_TWICE = re.compile(r"(?<=^Mc)[a-z]|(?<=^[DLO]['\u2019])[a-z]")  # McKay, O'Neill
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
_LINKS = frozenset("and at by in le near of on or the to under upon y yr".split())  # noqa: SIM905 - a list of words
_SHORT = frozenset("blvd cl ct dr gdns gr ln mt pk rd sq st".split())  # noqa: SIM905 - as above
_VOWELS = frozenset("aeiouwyâêîôûŵŷáéíóúàèìòùäëïöü")
_LONGEST_INITIALS = 4  # letters of a name of one word that may be initials: ASDA, NCP


def encode_text(text: str) -> str:
    r"""Return text for HTML: shown as it is, never run by HTML, JavaScript or a template.

    The signs ``{ } ` $ \ < > & " '`` become numeric entities, which a browser shows as the signs
    themselves inside elements and quoted attributes alike.
    """
    return str(text).translate(_ENTITIES)


def script_json(value: object) -> str:
    """Return a value as JSON that can stand inside a script element of a page.

    Raises
    ------
    ValueError
        When a number is missing or infinite: JSON has no word for it, so use ``None``.
    """
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    for sign, written in _SCRIPT_SIGNS.items():  # ten times faster than str.translate
        text = text.replace(sign, written)
    return _TURNING_IN_JSON.sub(r"\1\\ufffd", text)


def spreadsheet_text(text: str) -> str:
    """Return text that a spreadsheet shows and never computes: a quote before formula signs."""
    text = straight_text(text)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def straight_text(text: str) -> str:
    """Return text that is read in the order in which it is written: a sign stands for the rest."""
    return text if text.isascii() else text.translate(_STRAIGHT)  # ASCII turns nothing


def printable_text(text: str) -> str:
    """Return text that every document can hold: a sign stands where a code point is forbidden."""
    return _UNPRINTABLE.sub(_NO_SIGN, text)


def line_text(text: str) -> str:
    r"""Return text for one line of a terminal or log: what it would obey is spelt out, as \x1b."""
    if text.isprintable():  # nearly every name: nothing that is obeyed can be printed
        return text
    return _OBEYED.sub(lambda met: repr(met[0])[1:-1], text)


def lines_text(text: str) -> str:
    """Return text for a terminal, its line breaks kept, all else as :func:`line_text`."""
    return "\n".join(map(line_text, text.split("\n")))


def ascii_escapes(written: str) -> str:
    """Return JSON in which no terminal obeys anything; a program reads the same."""
    return _OBEYED.sub(lambda met: f"\\u{ord(met[0]):04x}", written)


def shown_name(text: str, most: int = LONGEST_NAME) -> str:
    """Return a name as a list shows it: on one line, and cut where it is endless, which it says.

    Examples
    --------
    >>> shown_name("x" * 5_000, most=3)
    'xxx… (cut: 5,000 characters)'
    """
    line = line_text(text)
    return line if len(line) <= most else f"{line[:most]}… (cut: {len(text):,} characters)"


def chance_in_words(chance: float | None) -> str:
    """Return a p or q for reading; nothing below 1e-12 is claimed."""
    if chance is None or chance != chance:  # noqa: PLR0124 - true of NaN alone
        return "not tested"
    return f"< {SMALLEST_P:.0e}" if chance <= SMALLEST_P else f"{chance:.3g}"


def chance_in_brief(chance: float) -> str:
    """Return a p or q for a list: four decimals say all that a reader can use."""
    return f"{chance:.4f}" if chance >= _BRIEF else f"< {_BRIEF:.4f}"


def percent(share: float) -> str:
    """Return a share in per cent with one decimal; neither 0 nor 100 unless it is exactly that."""
    if 0 < share < 0.0005:  # noqa: PLR2004 - would be written 0.0
        return "under 0.1 %"
    if 0.9995 <= share < 1:  # noqa: PLR2004 - would be written 100.0
        return "over 99.9 %"
    return f"{100 * share:.1f} %"


def day_in_words(day: date | None) -> str:
    """Return a day for reading."""
    return f"{day.day} {day:%B %Y}" if day else "no day"


def period_in_words(first: date, last: date) -> str:
    """Return a period as people write it: 1 September 2021 to 31 August 2022."""
    if first == last:
        return day_in_words(first)
    return f"{day_in_words(first)} to {day_in_words(last)}"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: 1 row, 2,000 rows."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@lru_cache(maxsize=1 << 16)  # every month of a force names the same streets
def place_name(text: str) -> str:
    """Return a place's name as people write it: as it stands, but for two faults of machines.

    A name all in capitals is written small but for its first letters (HYDE'S BROW, ST. ANNE'S RD,
    1ST AVE, O'NEILL ST, PENTRE'R BRYN); words without a vowel (NCP) and short names of one word
    (ASDA) stay. A letter that was raised after an apostrophe or a number (Hyde'S Brow, 1St Avenue)
    is small again.
    """
    if not _PLAIN_NAME.fullmatch(text):
        return text
    if text.isupper() and (" " in text or len(text) > _LONGEST_INITIALS):
        return _WORD.sub(lambda met: _small(met[0], first=met.start() == 0), text)
    return _RAISED.sub(lambda met: met[0].lower(), text)


def _small(word: str, *, first: bool) -> str:
    """Return one word of a name in capitals as people write it."""
    lowered = word.lower()
    if lowered in _LINKS and not first:
        return lowered
    if _ORDINAL.fullmatch(lowered):
        return lowered
    if any(sign.isdigit() for sign in word) or not (_VOWELS & set(lowered) or lowered in _SHORT):
        return word
    begun = _BEGUN_TWICE.sub(lambda met: met[0].upper(), lowered[0].upper() + lowered[1:])
    return _RAISED.sub(lambda met: met[0].lower(), begun)
