"""What the Makefile leaves out of a lane is not there to be run."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_in_a_browser_is_in_a_folder_of_its_lane():
    told = re.search(r"^BROWSER := (.+)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    folders = [ROOT / name for name in told[1].split()]
    marked = [
        path
        for path in (ROOT / "tests").rglob("test_*.py")
        if "pytest.mark.browser" in path.read_text() and path != Path(__file__)
    ]
    assert len(marked) > 10
    assert [p.name for p in marked if not any(p.is_relative_to(one) for one in folders)] == []
