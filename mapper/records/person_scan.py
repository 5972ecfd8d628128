"""What looks like a person or a small count in free text, found before it is saved.

Records are about places, so a name, a telephone number, a birth date, a National Insurance number
or a full postcode is most likely there by mistake. The scan warns and a person decides; it is a
help to memory and no proof that a text is free of people: a rare name, a nickname or a story that
only fits one family passes unseen. Texts are shared with partner agencies, who are shown no count
under five: one typed by hand is warned of as well.

Streets, stations, schools and wards carry people's names too. A name is no warning when a word
for a place follows it (“Stanley Road”), when it follows “St”, or where the caller names the place.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

Likeness = Literal[
    "name",
    "telephone number",
    "date of birth",
    "National Insurance number",
    "full postcode",
    "small count",
]

# What to write in its place.
REMEDIES: Mapping[Likeness, str] = MappingProxyType(
    {
        "name": "write the role instead, such as “a resident” or “the school's safeguarding lead”",
        "telephone number": "leave it out; the case system holds it",
        "date of birth": "write an age band instead, such as “10 to 12”",
        "National Insurance number": "leave it out",
        "full postcode": "write the street or the cell instead; a postcode can be a single house",
        "small count": "write “fewer than 5”; partners who read this see no smaller number",
    }
)

_SHORTEST = 3  # letters of a place's name
_OLDEST = 1920  # earlier years are history, not people
_RECENT = 5  # full dates of the last years are mostly dates of events
_NEAR = 24  # signs before a date in which a word of birth makes it one

_PHONE = re.compile(
    r"(?<![\w.,£/-])(?:\+44[\s-]?(?:\(0\)[\s-]?)?|\(?0)(?:[\s()-]{0,2}\d){9,10}(?!\d)"
)
_NATIONAL_INSURANCE = re.compile(
    r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][\s-]?(?:\d{2}[\s-]?){3}[A-D]\b",
    re.IGNORECASE,
)
_POSTCODE = re.compile(
    r"(?<![\w-])[A-Z]{1,2}\d[A-Z\d]?\s{0,2}(?!\d(?:st|nd|rd|th)\b)\d[ABD-HJLNP-UW-Z]{2}(?![\w-])"
    r"|(?<![\w-])[a-z]{1,2}\d[a-z\d]?\s{0,2}(?!\d(?:st|nd|rd|th)\b)\d[abd-hjlnp-uw-z]{2}(?![\w-])"
)
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_DATE = re.compile(
    r"(?<![\d/.-])(?:\d{1,2}[/.-]\d{1,2}[/.-](?P<year>(?:\d{2}){1,2})(?![\d/.-]\d)"
    r"|(?P<first>(?:19|20)\d{2})-\d{2}-\d{2}(?!\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\.?,?\s+(?P<last>(?:19|20)?\d{{2}})(?!\d))",
    re.IGNORECASE,
)
_BIRTH = re.compile(
    r"\b(?:d\.?\s?o\.?\s?b|born|birth|birthday|b\.)\W*(?:\w+\W+){0,2}$", re.IGNORECASE
)

_SMALL_COUNT = re.compile(
    r"(?<![\w.,£/:-])(?:[1-4]|one|two|three|four)\s+(?:\w+\s+)?"
    r"(?:incidents?|reports?|calls|offences?|crimes?|victims?|child(?:ren)?|bab(?:y|ies)|girls?"
    r"|boys?|famil(?:y|ies)|homes?|households?|arrests?|episodes?|disclosures?)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_AGE = re.compile(r"(?:,|\s?\()\s?\d{1,2}\b(?!\s?(?:%|st|nd|rd|th|[/:.-]\d))")


@dataclass(frozen=True)
class Likely:
    """A stretch of text that looks like something about a person."""

    kind: Likeness
    text: str
    start: int  # first sign of it in the text

    @property
    def end(self) -> int:
        """The sign after its last."""
        return self.start + len(self.text)

    @property
    def warning(self) -> str:
        """One sentence with what to write instead."""
        return f"“{self.text}” looks like a {self.kind}: {REMEDIES[self.kind]}."


def scan_text(
    text: str, *, places: Iterable[str] = (), today: date | None = None
) -> tuple[Likely, ...]:
    """Return what looks like a person, in the order of the text.

    Parameters
    ----------
    places
        Names of places known here (wards, hot spots, stations): inside them nothing is a person.
    today
        The day from which the age of a date is told; today's by default.
    """
    covered = _cover(text, places)
    year = (today or date.today()).year  # noqa: DTZ011 - a year is enough
    found = [
        *_matches("National Insurance number", _NATIONAL_INSURANCE, covered),
        *_matches("full postcode", _POSTCODE, covered),
        *_birth_dates(covered, year),
        *_matches("telephone number", _PHONE, covered),
        *_names(covered),
        *_matches("small count", _SMALL_COUNT, covered),
    ]
    kept: list[Likely] = []
    for one in found:  # a stretch is told once, as the first kind that fits
        if all(
            one.start >= k.start + len(k.text) or k.start >= one.start + len(one.text) for k in kept
        ):
            kept.append(one)
    return tuple(sorted(kept, key=lambda one: one.start))


def scan_fields(
    texts: Mapping[str, str], *, places: Iterable[str] = (), today: date | None = None
) -> dict[str, tuple[Likely, ...]]:
    """Return what looks like a person by field, for the fields in which anything does."""
    places = tuple(places)
    found = {label: scan_text(text, places=places, today=today) for label, text in texts.items()}
    return {label: likely for label, likely in found.items() if likely}


def _cover(text: str, places: Iterable[str]) -> str:
    """Return the text with known places blanked out, of the same length."""
    names = {name.strip() for name in places if len(name.strip()) >= _SHORTEST}
    if not names:
        return text
    longest_first = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    known = re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)", re.IGNORECASE)
    return known.sub(lambda match: "." * len(match[0]), text)


def _matches(kind: Likeness, pattern: re.Pattern[str], text: str) -> Iterator[Likely]:
    """Yield every match of a pattern."""
    for match in pattern.finditer(text):
        yield Likely(kind, match[0], match.start())


def _birth_dates(text: str, year: int) -> Iterator[Likely]:
    """Yield dates that follow a word of birth, or are too old to be of an event."""
    for match in _DATE.finditer(text):
        told = int(match["year"] or match["first"] or match["last"])
        if told < 100:  # noqa: PLR2004 - two signs for a year
            told += 2000 if told <= year % 100 else 1900
        born = _BIRTH.search(text[max(0, match.start() - _NEAR) : match.start()])
        if born or _OLDEST <= told <= year - _RECENT:
            yield Likely("date of birth", match[0], match.start())


def _names(text: str) -> Iterator[Likely]:
    """Yield likely names of people."""
    phrase = _Phrase(text, tuple(_WORD.finditer(text)))
    at = 0
    while at < len(phrase.words):
        end = phrase.name_end(at)
        if end > at:
            start = phrase.words[at].start()
            yield Likely("name", text[start : phrase.words[end - 1].end()], start)
        at = max(at + 1, end)


@dataclass(frozen=True)
class _Phrase:
    """A text and its words, asked where names begin and end."""

    text: str
    words: tuple[re.Match[str], ...]

    def name_end(self, at: int) -> int:
        """Return the index after the last word of a name that begins at a word; else ``at``."""
        word, low, known = self.words[at][0], self.bare(at), known_words()
        follows = self.surnames_end(at)
        if not word[0].isupper() or self.is_place(at, follows):
            return at
        if low in known["titles"]:
            return follows if follows > at + 1 else at
        followed = follows > at + 1 or _AGE.match(self.text, self.words[at].end())
        if low in known["sure"] or (low in known["doubtful"] and followed):
            return follows
        return at

    def surnames_end(self, at: int) -> int:
        """Return the index after the capitalised words that follow a word, at most two."""
        known = known_words()
        titled = self.bare(at) in known["titles"]
        end = at + 1
        while end < len(self.words) and end <= at + 2:
            between = self.between(end - 1).strip(" ")
            stops = between not in ({"", "."} if titled and end == at + 1 else {""})
            low = self.bare(end)
            if stops or not self.words[end][0][0].isupper():
                break
            if low in known["no_surname"] or low in known["places"]:
                break
            end += 1
        return end

    def is_place(self, at: int, end: int) -> bool:
        """Tell whether the words from ``at`` are part of the name of a place."""
        known = known_words()
        if at and self.bare(at - 1) in known["before_places"]:
            return self.between(at - 1).strip(" ") in {"", "."}
        after = end < len(self.words) and self.bare(end) in known["places"]
        return after and not self.between(end - 1).strip(" ")

    def between(self, at: int) -> str:
        """Return what stands between a word and the next."""
        return self.text[self.words[at].end() : self.words[at + 1].start()]

    def bare(self, at: int) -> str:
        """Return a word in small letters, without a possessive ending."""
        return re.sub(r"['\u2019]s?$", "", self.words[at][0].lower())


@cache
def known_words() -> Mapping[str, frozenset[str]]:
    """Return the lists of words that names are told by."""
    with Path(__file__).with_name("person_words.toml").open("rb") as file:
        read = tomllib.load(file)
    return MappingProxyType({name: frozenset(words.split()) for name, words in read.items()})
