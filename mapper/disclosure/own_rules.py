"""An installation's own rules of audiences: the shipped ones with some made stricter.

They are a file in the workspace, in the same form as the shipped one and read by the same checks.
Here a rule is never made looser than the shipped one: who wants to go from there towards the floor
writes a file by hand (``MAPPER_DISCLOSURE_RULES``).
"""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from mapper.base.errors import DisclosureError
from mapper.disclosure.rules import (
    OPERATIONAL,
    OWN_RULES,
    SHIPPED,
    AudienceRule,
    Rules,
    is_as_strict,
    read_rules,
)

# What an administrator may tighten, and what each means to a reader.
TIGHTENED: Mapping[str, str] = {
    "smallest_count": "Counts under this are hidden",
    "round_to": "Other counts are rounded to the nearest",
    "finest_resolution": "Finest cells (9: some streets, 8: estates, 7: neighbourhoods)",
    "shortest_days": "Shortest period, in days",
    "whole_months": "Whole months only",
    "week_clock": "Times of the week",
    "most_withheld": "Refuse when more of the counts than this are withheld",
}


def own_rules_file(workspace: Path) -> Path:
    """Return where an installation's own rules are kept."""
    return workspace / OWN_RULES


def tightened(now: Rules, audience: str, changes: Mapping[str, Any], *, at: datetime) -> str:
    """Return the text of a rules file with one audience's rules changed.

    Parameters
    ----------
    changes
        Values by rule, each of :data:`TIGHTENED`.

    Raises
    ------
    DisclosureError
        Naming every value that is looser than the shipped rule, or does not fit.
    """
    shipped = read_rules(SHIPPED).audiences[audience]
    loose = [
        f"{TIGHTENED[name]}: {value} is looser than {getattr(shipped, name)}"
        for name, value in changes.items()
        if not is_as_strict(name, value, getattr(shipped, name))
    ]
    if loose:
        raise DisclosureError(
            f"Rules can be made stricter than the shipped ones, never looser. {'; '.join(loose)}."
        )
    parts = [f'version = "{read_rules(SHIPPED).version}, own of {at:%Y-%m-%d %H:%M:%S}"']
    parts.append(_section(OPERATIONAL, {"marking": now.operational_marking}))
    for name, rule in now.audiences.items():
        parts.append(_section(name, {**_values(rule), **(changes if name == audience else {})}))
    text = "\n\n".join(parts) + "\n"
    _refuse_what_does_not_read(text)
    return text


def _refuse_what_does_not_read(text: str) -> None:
    """Put a text through the checks that every rules file passes."""
    with tempfile.TemporaryDirectory(prefix="mapper-") as folder:
        path = Path(folder) / OWN_RULES
        path.write_text(text, encoding="utf-8")
        read_rules(path)


def _values(rule: AudienceRule) -> dict[str, Any]:
    """Return an audience's rules as a file gives them."""
    names = [one.name for one in fields(AudienceRule) if one.name != "audience"]
    return {name: getattr(rule, name) for name in names}


def _section(name: str, values: Mapping[str, Any]) -> str:
    """Return one table of TOML; JSON writes text, numbers, truth and lists as TOML does."""
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join([f"[{name}]", *lines])
