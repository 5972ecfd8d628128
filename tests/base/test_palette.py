"""The palette is the one place of colours, and its words can be read on its grounds."""

import re
import tomllib
from pathlib import Path

import pytest

from mapper.base import palette
from mapper.base.palette import COLOURS, DARK, with_colours

ROOT = Path(__file__).parents[2]
KINDS = {".py", ".css", ".js", ".html", ".typ"}
HEX = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b")
NAMED = re.compile(
    r"--c-([a-z0-9-]+)\)|COLOURS\.(\w+)|(?:COLOURS\[|_rgba\(|(?:colour|paint|lines)\()\"([\w-]*\w)\""
)
STEPS = {f"blue-{step}" for step in range(1, 6)}


def sources():
    folders = [ROOT / name for name in ("mapper", "pages", "demonstration")]
    found = [path for folder in folders for path in folder.rglob("*") if path.suffix in KINDS]
    others = [path for path in found if path.name != "palette.py" and "vendor" not in path.parts]
    return [ROOT / "streamlit_app.py", *others]


def brightness(name, colours=COLOURS):
    """The relative luminance of WCAG 2.2."""
    shares = [part / 255 for part in bytes.fromhex(colours[name][1:])]
    red, green, blue = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other, colours=COLOURS):
    dark, light = sorted((brightness(one, colours), brightness(other, colours)))
    return (light + 0.05) / (dark + 0.05)


def test_no_colour_stands_outside_the_palette():
    found = {
        f"{path.relative_to(ROOT)}: {colour}"
        for path in sources()
        for colour in HEX.findall(path.read_text())
        if not colour[1:].isdecimal()  # the number of a character or an issue
    }
    assert not found


def test_every_colour_that_is_named_is_there_and_every_colour_is_named():
    named = {
        next(filter(None, groups))
        for path in sources()
        for groups in NAMED.findall(path.read_text())
        if any(groups)
    }
    assert named | STEPS == set(COLOURS)


def test_the_theme_of_the_app_is_made_of_the_palette():
    text = (ROOT / ".streamlit" / "config.toml").read_text()
    theme = tomllib.loads(text)["theme"]
    assert "base" not in theme  # the device's own light or dark
    assert theme["light"]["textColor"] == COLOURS["ink"]
    assert theme["dark"]["textColor"] == DARK["ink"]
    told = set(theme["dark"].pop("chartCategoricalColors"))  # on white, as every plot is drawn
    assert set(HEX.findall(text)) - told <= {*COLOURS.values(), *DARK.values()}


def test_a_style_sheet_declares_the_colours_that_it_names():
    style = with_colours("p{color:var(--c-ink);margin:var(--x)}")
    assert (
        style
        == f":root,:host{{--c-ink:{COLOURS['ink']};}}\np{{color:var(--c-ink);margin:var(--x)}}"
    )
    with pytest.raises(KeyError):
        with_colours("p{color:var(--c-nowhere)}")
    both = with_colours("p{color:var(--c-ink)}", follows=True)
    assert (
        f"@media screen and (prefers-color-scheme:dark){{:root,:host{{--c-ink:{DARK['ink']};}}}}"
        in both
    )
    assert "prefers" not in with_colours("p{color:var(--c-sheet)}", follows=True)


@pytest.mark.parametrize(
    ("words", "ground", "least"),
    [
        *((words, ground, 7) for words in ("ink", "quiet", "soft") for ground in ("paper", "wash")),
        *((words, "paper", 7) for words in ("hot-dark", "link", "safe", "accent", "sketch")),
        ("hot-dark", "hot-wash", 4.5),
        ("risk-dark", "hot-wash", 7),
        ("synthetic-ink", "synthetic", 7),
        ("marking-soft", "ink", 7),
        ("paper", "link-dark", 7),
        ("paper", "blue-4", 4.5),
        ("paper", "blue-5", 7),
        *(("ink", f"blue-{step}", 4.5) for step in (1, 2, 3)),
        *((words, "night-paper", 7) for words in ("night-ink", "night-soft", "night-link")),
        *((words, "night-raised", 7) for words in ("night-ink", "night-soft", "night-hot")),
        ("night", "night-hot", 7),
        ("focus", "paper", 3),
        ("hot", "ground", 3),
    ],
)
def test_words_and_marks_stand_out(words, ground, least):
    assert contrast(words, ground) >= least


@pytest.mark.parametrize(
    ("words", "ground", "least"),
    [
        *((words, ground, 7) for words in ("ink", "quiet", "soft") for ground in ("paper", "wash")),
        *((words, "paper", 7) for words in ("hot-dark", "link", "safe", "accent")),
        *(
            (f"{kind}-dark" if kind == "hot" else kind, f"{kind}-wash", 7)
            for kind in ("hot", "safe")
        ),
        ("soft", "notice-wash", 7),
        ("synthetic-ink", "synthetic", 7),
        ("marking-soft", "ink", 7),
        ("paper", "link", 7),
        ("focus", "paper", 3),
    ],
)
def test_words_stand_out_in_the_dark_too(words, ground, least):
    assert contrast(words, ground, {**COLOURS, **DARK}) >= least


def test_each_step_of_blue_is_darker_than_the_one_before():
    steps = [brightness(f"blue-{step}") for step in range(1, 6)]
    assert steps == sorted(steps, reverse=True)
    assert tuple(COLOURS[f"blue-{step}"] for step in range(1, 6)) == palette.BLUES
