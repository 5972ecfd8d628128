"""What pydantic finds wrong with a value, in plain words: of settings, job files and options."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

_SHOWN = 60  # characters of a value
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "yes or no (true or false)",
    "string": "text",
    "date": "a date such as 2024-03-01",
    "datetime": "a date such as 2024-03-01",
    "tuple": "a list",
    "list": "a list",
    "path": "a path",
    "model": "a section",
}
_BOUNDS = {
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "{ge:g} or more",
    "less_than": "less than {lt:g}",
    "less_than_equal": "{le:g} or less",
    "literal_error": "{expected}",
    "too_short": "{min_length} or more of them",
    "string_too_short": "{min_length} or more characters",
    "string_too_long": "{max_length} characters or fewer",
}


def in_words(fault: Mapping[str, Any], *, known: Collection[str] = ()) -> str:
    """Return what is wrong with one value.

    Parameters
    ----------
    fault
        One of ``ValidationError.errors()``.
    known
        The keys that there are, where one may be misspelt.
    """
    code, told = fault["type"], fault.get("ctx", {})
    if code == "missing":
        return "is missing"
    if code == "extra_forbidden":
        near = get_close_matches(str(fault["loc"][-1]), known, n=1)
        return f"there is no such key{f' (did you mean {near[0]}?)' if near else ''}"
    if code == "value_error":  # raised by mapper, in its words
        return str(told["error"])
    bound = _BOUNDS.get(code)
    wanted = bound.format(**told) if bound else _KINDS.get(code.partition("_")[0])
    if not wanted:
        return str(fault["msg"])
    value = str(fault["input"])
    cut = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
    return f"“{cut}” will not do: give {wanted}"
