"""The one page that a stranger sees: what this is, and the button to sign in."""

from collections.abc import Mapping
from types import MappingProxyType

from mapper.base.palette import with_colours

SIGN_IN = "/sign-in"

# Why somebody stands here again; any other word in the address says nothing.
_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "over": "You are signed out: you signed out, were away for a while, or your sign-in ran"
        " out. What you had on screen has been put away.",
        "no-role": "You are known to your organisation, but have no role here. Ask whoever looks"
        " after this installation to add you to a group that has one.",
    }
)
_STYLE = with_colours("""\
body { margin: 0; background: var(--c-wash); color: var(--c-ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
.bar { margin: 0; padding: 2px 12px; background: var(--c-ink); color: var(--c-paper);
  text-align: center; font-size: 12px; font-weight: 600; letter-spacing: .02em; }
.bar.foot { position: fixed; bottom: 0; left: 0; right: 0; }
main { max-width: 27rem; margin: 14vh auto 3rem; padding: 2rem 2.2rem 2.2rem;
  background: var(--c-paper); border: 1px solid var(--c-rule); border-radius: 6px; }
h1 { margin: 0 0 .4rem; font-size: 24px; font-weight: 650; line-height: 1.25; }
p { margin: 0 0 1rem; }
.why { padding: .6rem .9rem; border: 1px solid var(--c-notice-rule);
  border-left: 5px solid var(--c-link); border-radius: 6px; background: var(--c-notice-wash);
  font-size: 15px; }
a.go { display: inline-block; margin: .4rem 0 1.2rem; padding: .6rem 1.5rem; border-radius: 6px;
  background: var(--c-link); color: var(--c-paper); font-weight: 600; text-decoration: none; }
a.go:hover { background: var(--c-link-dark); }
a.go:focus-visible { outline: 3px solid var(--c-focus); outline-offset: 2px; }
.small { margin: 0; color: var(--c-soft); font-size: 14px; }
@media (max-width: 480px) { main { margin: 1rem; padding: 1.4rem; } }
""")
_PAGE = """<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in: hot spots</title>
<style>
{style}</style>
</head>
<body>
<p class="bar">OFFICIAL-SENSITIVE</p>
<main>
<h1>Hot spots of harm at places</h1>
<p>For people of this force and its partners who were given a role.</p>
{why}<a class="go" href="{sign_in}">Sign in</a>
<p class="small">You sign in with your organisation's account. Who looks at what is recorded.</p>
</main>
<p class="bar foot" aria-hidden="true">OFFICIAL-SENSITIVE</p>
</body>
</html>
"""


def sign_in_page(reason: str = "") -> str:
    """Return the page.

    Parameters
    ----------
    reason
        A word from the address; one that is not known is ignored.
    """
    words = _REASONS.get(reason, "")
    why = f'<p class="why" role="status">{words}</p>\n' if words else ""
    return _PAGE.format(style=_STYLE, why=why, sign_in=SIGN_IN)
