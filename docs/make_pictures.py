"""Take the pictures of docs/tour.md and the README from a running app: ``make pictures``.

Starts the app on the synthetic demonstration force in a workspace of its own, opens each page of
the menu in a browser, and writes docs/pictures/NAME.png and the list in docs/tour.md.
"""

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.app_server import serving  # noqa: E402 - found only from the repository's root
from tests.conftest import launch  # noqa: E402 - as above

PICTURES = Path(__file__).parent / "pictures"
SETTLED = 6_000  # milliseconds after the page stopped asking for anything

# Page of the menu -> what a reader should see in it.
PAGES = {
    "hot-spots": "Hot spots: the map and the ranked list in step, the reason in one sentence.",
    "my-patch": "My patch: the wards of one team, what matters first, when, and what is agreed.",
    "briefing": "Briefing: what partners may see, on one screen.",
    "workbench": "Workbench: every question with its plot, table and definition.",
    "assessments": "Assessments: a contextual-safeguarding record about a place.",
    "plans": "Plans: who does what by when.",
    "interventions": "Interventions: what was done, and whether it worked.",
    "meetings": "Meetings: decisions, actions, what changed since the last one.",
    "children": "Children: domestic abuse with a child at the address.",
    "campaigns": "Campaigns: many places between two days, who does what, what was reached.",
    "visits": "Visits: how much was done at each place of work, and where nobody was.",
    "late-and-due": "Late and due: by agency, with place and link; what crosses at one place.",
    "data": "Data: what was read, what was rejected and why, what the data supports.",
    "release-to-partners": "Release: what partners would see, beside the full view.",
    "audit": "Audit: who saw what, and when.",
    "your-area": "Your area: official files become the area of every page.",
    "settings": "Settings: how long things are kept, what audiences may see, who is signed in.",
    "tour": "Tour: what is planted in the demonstration, and where it is seen.",
    "methods": "Methods: each statistic in words, picture and formula.",
}

ADDRESSES = {"workbench": "workbench?question=patterns"}
PRESSED = {
    "workbench": "Ask",
    **dict.fromkeys(("assessments", "plans", "interventions", "meetings"), "Start a new one"),
    "campaigns": "Start a campaign",
}


def main() -> None:
    """Take every picture and write the tour."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        settings = {
            name.lower().removeprefix("mapper_"): value
            for name, value in os.environ.items()
            if name.startswith("MAPPER_DEMONSTRATION")
        }
        with serving(Path(folder), **settings) as address:
            browser = launch(playwright)
            wide = browser.new_page(viewport={"width": 1366, "height": 768})
            taken = [name for name in PAGES if take(wide, address, name, PICTURES / f"{name}.png")]
            phone = browser.new_page(viewport={"width": 390, "height": 844})
            for name in taken:
                take(phone, address, name, PICTURES / f"{name}-phone.png")
            browser.close()
    (ROOT / "docs" / "tour.md").write_text(tour(taken))


def take(page: Page, address: str, name: str, out: Path) -> bool:
    """Open one page and take its picture; tell whether the menu has it."""
    page.goto(f"{address}/{ADDRESSES.get(name, name)}")
    page.wait_for_load_state("networkidle")
    page.wait_for_selector(".m-marking", timeout=60_000)
    page.wait_for_selector('[data-test-script-state="notRunning"]', timeout=120_000)
    page.wait_for_timeout(SETTLED)
    if "not found" in page.inner_text("body").lower():
        print(f"{name}: not in the menu")
        return False
    if name in PRESSED:  # as it is while somebody works on it
        page.get_by_role("button", name=PRESSED[name], exact=True).click()
        page.wait_for_timeout(SETTLED)
    page.screenshot(path=out)
    print(out.relative_to(ROOT))
    return True


def tour(taken: list[str]) -> str:
    """Return the tour as Markdown."""
    lines = [
        "# A tour with the demonstration data",
        "",
        "`make run` opens the app on a synthetic force: 250,000 invented incidents with truth",
        "planted in them. The pictures are made from that by `make pictures`.",
    ]
    for name in taken:
        title, words = PAGES[name].split(": ", 1)
        lines += ["", f"## {title}", "", f"{words[0].upper()}{words[1:]}", ""]
        lines.append(f"![{title} page](pictures/{name}.png)")
        lines.append(f"![{title} page on a phone](pictures/{name}-phone.png)")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
