"""What axe finds on a page, and in each map on it, that would shut somebody out."""

from importlib.resources import files

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
GRAVE = ("serious", "critical")
RUN = """
() => axe.run(document, {
  resultTypes: ["violations"],
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  iframes: false
}).then(found => found.violations.map(one => ({id: one.id, impact: one.impact, where:
  one.nodes.map(node => node.target.flat().join(" ") + " | " + node.html.slice(0, 160))})))
"""


def grave(page):
    """Return what axe finds serious or critical on the page and in each map on it."""
    found = []
    for frame in page.frames:
        if frame.url in {"", "about:blank"}:  # holds a map only once two are compared
            continue
        frame.evaluate(AXE)
        found += [one for one in frame.evaluate(RUN) if one["impact"] in GRAVE]
    return found
