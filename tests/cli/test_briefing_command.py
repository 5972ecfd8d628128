"""``mapper briefing``: the printed briefing from the command line."""

import io
import re

import pypdf
import pytest

from mapper.cli import main
from mapper.records.open import database
from mapper.records.releases import kept_releases

pytestmark = pytest.mark.usefixtures("workspace")


def run(*arguments):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["mapper", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
    return ended.value.code or 0


def test_a_briefing_since_a_meeting_is_printed_and_registered(extract, tmp_path, capsys):
    out = tmp_path / "briefing.pdf"
    code = run(
        "briefing", extract, "--lens", "domestic-abuse", "--since", "2023-09-15", "--out", out
    )
    said = capsys.readouterr()
    assert code == 0, said.err
    assert "OFFICIAL-SENSITIVE   Briefing for the partnership audience written to" in said.out
    text = " ".join(
        one.extract_text() for one in pypdf.PdfReader(io.BytesIO(out.read_bytes())).pages
    )
    assert "15 September to 27 December 2023" in text
    with database().read() as connection:
        assert len(kept_releases(connection)) >= 2


def test_a_preview_tells_what_is_hidden_and_releases_nothing(extract, tmp_path, capsys):
    asked = ("briefing", extract, "--lens", "domestic-abuse", "--period", "month")
    assert run(*asked, "--preview") == 0
    said = capsys.readouterr()
    told = re.search(
        r"Nothing is released yet\. Hidden: ([\d,]+) of ([\d,]+) cells with incidents", said.out
    )
    hidden, cells = (int(one.replace(",", "")) for one in told.groups())
    assert 0 < hidden <= cells
    with database().read() as connection:
        assert kept_releases(connection) == []
    assert run(*asked) != 0
    assert "give --out FILE, or --preview" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--out", "x.xls"], "a briefing ends in .pdf, .docx, .html"),
        (["--out", "x.pdf", "--since", "2030-01-01"], "is not inside the data"),
        (["--out", "x.pdf", "--period", "week"], "There is no period “week”"),
    ],
)
def test_choices_that_do_not_fit_are_refused_in_words(extract, capsys, more, words):
    assert run("briefing", extract, "--lens", "domestic-abuse", *more) != 0
    assert words in " ".join(capsys.readouterr().err.split())


def test_a_preview_tells_what_would_be_given_instead_and_keeps_nothing(extract, capsys):
    asked = ("briefing", extract, "--lens", "domestic-abuse", "--audience", "public")
    asked += ("--since", "2023-09-13")
    assert run(*asked, "--preview") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "only whole months are shown" in told
    assert "Given instead of 13 September 2023 to" in told
    with database().read() as connection:
        assert kept_releases(connection) == []
