"""What axe finds on a page, and in each map on it, that would shut somebody out."""

from importlib.resources import files

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
GRAVE = ("serious", "critical")
RUN = """
(only) => axe.run(document, {
  resultTypes: ["violations"],
  runOnly: only || ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  rules: only ? {} : {"target-size": {enabled: true}},
  iframes: false
}).then(found => found.violations.map(one => ({id: one.id, impact: one.impact, where:
  one.nodes.map(node => node.target.flat().join(" ") + " | " + node.html.slice(0, 160))})))
"""


def grave(page, *, only=None):
    """Return what axe finds serious or critical on the page and in each map on it.

    Of all rules that hold for everybody, or of some alone by their names.
    """
    found = []
    for frame in page.frames:
        if frame.url in {"", "about:blank"}:  # holds a map only once two are compared
            continue
        if not frame.evaluate("() => 'axe' in window"):
            frame.evaluate(AXE)
        found += [one for one in frame.evaluate(RUN, only) if one["impact"] in GRAVE]
    return found
