"""The prevention phase of a place: what the rules suggest, and what a person decided beside it.

Both are kept in one record, whether they agree or not, so that a later reader sees where people
knew more than the rules, and where the rules should change.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from mapper.base.errors import RecordsError
from mapper.context.phases import Phase, Suggestion
from mapper.records.form import Content
from mapper.records.versions import Version


@dataclass(frozen=True)
class Agreement:
    """How often people decided as the rules suggested."""

    decided: int
    agreed: int
    differing: tuple[Version, ...]

    @property
    def words(self) -> str:
        """One plain sentence."""
        if not self.decided:
            return "No phase has been decided yet."
        return (
            f"People decided as suggested in {self.agreed} of {self.decided}"
            f" place{'' if self.decided == 1 else 's'}."
        )


def decision(
    place: Content, suggestion: Suggestion, *, decided: Phase, why: str, who: str
) -> Content:
    """Return the content of a phase record: suggestion and decision side by side.

    Parameters
    ----------
    place
        Content of the place's assessment, or whatever names it: ``name``, ``hotspot_id``, ``ward``.
    why
        The person's own reason; agreeing needs one as much as disagreeing.
    who
        Role and agency.

    Raises
    ------
    RecordsError
        When the rules suggest nothing, or a reason or a role is missing.
    """
    if suggestion.phase is None:
        raise RecordsError(
            f"No phase is suggested here, so none can be set beside it: {suggestion.reason}"
        )
    missing = [name for name, text in (("why", why), ("by whom", who)) if not text.strip()]
    if missing:
        raise RecordsError(f"The decision is not saved: say {' and '.join(missing)}.")
    kept = {name: place[name] for name in ("name", "hotspot_id", "ward") if place.get(name)}
    return {
        **kept,
        "suggested": suggestion.phase,
        "rule": f"{suggestion.rule}: {suggestion.reason}",
        "decided": decided,
        "why": why,
        "who": who,
    }


def agrees(content: Content) -> bool:
    """Tell whether a person decided as the rules suggested."""
    return bool(content["suggested"] == content["decided"])


def agreement(decisions: Iterable[Version]) -> Agreement:
    """Return how often people decided as suggested, and where they did not."""
    decisions = tuple(decisions)
    differing = tuple(one for one in decisions if not agrees(one.content))
    return Agreement(len(decisions), len(decisions) - len(differing), differing)
