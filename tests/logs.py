"""What a log may not hold: the server's own, a job's and the audit log, all columns of it."""

import re
import sqlite3

# Of tests/small_extract.py: references and streets; and points, as files and maps write them.
DETAIL = re.compile(r"DEMO-\d|Example Road|Way \d|(?<![:\d])-?\d{1,2}\.\d{4,}(?![\dZ])")
ELSEWHERE = re.compile(r"https?://(?!localhost|127\.0\.0\.1)[^\s\"']+")


def audit_text(workspace):
    """Return every column of every entry of the audit log as lines."""
    with sqlite3.connect(f"file:{workspace / 'mapper.sqlite'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT * FROM audit ORDER BY number").fetchall()
    return "\n".join("\t".join(map(str, row)) for row in rows)


def logs_of(folder):
    """Return the text of every log below a folder of a server, the audit log among them."""
    found = {"audit": audit_text(folder / "workspace")}
    for path in sorted(folder.rglob("*.log")):
        if path.name not in {"provider.log", "connections.log"}:  # the tests' own
            found[path.name] = path.read_text(errors="replace")
    return found


def hold_no_detail(folder, *words, steps=3):
    """Assert that no log holds an incident's detail, an address, or any of the words given."""
    found = logs_of(folder)
    assert len(found) > 1
    assert found["audit"].count("\n") >= steps  # there was a journey
    for name, text in found.items():
        assert DETAIL.findall(text) == [], name
        assert ELSEWHERE.findall(text) == [], name
        assert [word for word in words if word.lower() in text.lower()] == [], name
        assert "Traceback" not in text, name
