"""The one page that a stranger sees: what this is, and the button to sign in."""

from pathlib import Path
from string import Template

from mapper.base.palette import with_colours

SIGN_IN = "/sign-in"

# Why somebody stands here again; any other word in the address says nothing.
_REASONS = {
    "over": "You are signed out: you signed out, were away for a while, or your sign-in ran out."
    " What you had on screen has been put away.",
    "no-role": "You are known to your organisation, but have no role here. Ask whoever looks after"
    " this installation to add you to a group that has one.",
}
_HTML = Path(__file__).with_suffix(".html").read_text(encoding="utf-8")
_STYLE = with_colours(Path(__file__).with_suffix(".css").read_text(encoding="utf-8"))


def sign_in_page(reason: str = "") -> str:
    """Return the page.

    Parameters
    ----------
    reason
        A word from the address; one that is not known is ignored.
    """
    return Template(_HTML).substitute(style=_STYLE, why=_REASONS.get(reason, ""))
