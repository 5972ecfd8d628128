"""Lens files: found by id or path, refused with file, line and remedy, never with a traceback."""

import hashlib
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mapper.base.errors import LensError
from mapper.base.tables import INCIDENT_COLUMNS, OPTIONAL_INCIDENT_COLUMNS
from mapper.lenses.lens import Lens
from mapper.lenses.load import list_lenses, load_lens, shipped_lenses

GOOD = """\
id = "good"
title = "A good lens"
version = "1.0"
question = "Where?"
requires = ["knife"]
caveats = ["Not all is seen."]
never_call = ["gang map"]

[[rule]]
name = "Knife"
weight = 2
reason = "It can kill."
when = { knife = true }

[[rule]]
name = "Any of three"
weight = 1
reason = "They lead to worse."
police_generated = true
when = { type = ["Robbery", "Burglary"], location = { contains = "station" } }

[[exclude]]
name = "Handed in"
reason = "No incident."
when = { outcome = { present = false } }
"""


def write(folder, text, name="good.toml"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(folder, text, name="good.toml"):
    path = write(folder, text, name)
    with pytest.raises(LensError) as refused:
        load_lens(path)
    return str(refused.value).replace(str(path), "FILE")


def test_a_good_file_becomes_the_lens_it_describes(tmp_path):
    path = write(tmp_path, GOOD)
    lens = load_lens(path)
    assert (lens.id, lens.title, lens.version, lens.question) == (
        *("good", "A good lens", "1.0", "Where?"),
    )
    assert lens.requires == ("knife",)
    assert [rule.weight for rule in lens.rules] == [2, 1]
    assert [rule.police_generated for rule in lens.rules] == [False, True]
    assert lens.rules[1].conditions == (
        ("type", "in", ("Robbery", "Burglary")),
        ("location", "contains", "station"),
    )
    assert lens.exclusions[0].conditions == (("outcome", "present", False),)
    assert not lens.public
    assert lens.source == "good.toml"
    assert lens.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("change", [b"\xef\xbb\xbf", b""], ids=["byte order mark", "plain"])
def test_line_ends_and_byte_order_mark_do_not_matter(tmp_path, change):
    path = write(tmp_path, change + GOOD.replace("\n", "\r\n").encode())
    assert load_lens(path).rules == load_lens(write(tmp_path, GOOD)).rules


# Each fault: what is replaced, by what, the line that must be named, and words of the remedy.
FAULTS = {
    "syntax": ('title = "A good lens"', "title = A good lens", 2, "double quotes"),
    "unclosed at the end": ("{ outcome = { present = false } }", '"""', 25, "docs/lenses.md"),
    "duplicate key": ('version = "1.0"', 'version = "1.0"\nversion = "2"', 4, "docs/lenses.md"),
    "unknown key": ("caveats =", "caveat =", 6, "Did you mean caveats?"),
    "unknown rule key": ("police_generated =", "police =", 19, "police_generated"),
    "weight on an exclusion": ('name = "Handed in"', 'name = "H"\nweight = 1', 24, "when"),
    "missing title": ('title = "A good lens"\n', "", 1, 'Add title = "..."'),
    "missing reason": ('reason = "They lead to worse."\n', "", 15, 'Add reason = "..."'),
    "empty reason": ('"They lead to worse."', '"  "', 18, "few plain words"),
    "missing weight": ("weight = 2\n", "", 9, "weight = 1"),
    "weight 0": ("weight = 2", "weight = 0", 11, "whole number from 1"),
    "weight negative": ("weight = 2", "weight = -3", 11, "whole number from 1"),
    "weight not whole": ("weight = 2", "weight = 1.5", 11, "weight = 1"),
    "weight text": ("weight = 2", 'weight = "2"', 11, "weight = 1"),
    "weight true": ("weight = 2", "weight = true", 11, "weight = 1"),
    "weight too large": ("weight = 2", "weight = 1000000", 11, "to 100"),
    "harm in one rule": ("weight = 2", "weight = 2\nharm_days = 7.5", 17, "leave it out"),
    "harm negative": ("weight = 2", "weight = 2\nharm_days = -1", 12, "above 0"),
    "harm true": ("weight = 2", "weight = 2\nharm_days = true", 12, "harm_days = 7.5"),
    "harm not a number": ("weight = 2", "weight = 2\nharm_days = nan", 12, "above 0"),
    "harm too large": ("weight = 2", "weight = 2\nharm_days = 1e99", 12, "36,525"),
    "harm on an exclusion": ('name = "Handed in"', 'name = "H"\nharm_days = 1', 24, "when"),
    "weight of thousands of digits": ("weight = 2", f"weight = 0x{'f' * 9000}", 11, "to 100"),
    "unknown column": ("knife = true }", "knive = true }", 13, "Did you mean knife"),
    "unknown required column": ('["knife"]', '["knives"]', 5, "Did you mean knife"),
    "column not for a lens": ("{ knife = true }", '{ uprn = "1" }', 13, "Test a flag"),
    "flag as text": ("knife = true", 'knife = "yes"', 13, "knife = true or knife = false"),
    "words as number": ('["Robbery", "Burglary"]', "3", 20, 'type = "value"'),
    "empty list": ('["Robbery", "Burglary"]', "[]", 20, 'type = "value"'),
    "number in a list": ('"Burglary"]', "4]", 20, 'Write "..."'),
    "unknown test": ("contains =", "begins =", 20, "contains"),
    "two tests": ("contains =", "present = true, contains =", 20, "contains"),
    "contains nothing": ('contains = "station"', 'contains = ""', 20, "few plain words"),
    "no conditions": ("{ knife = true }", "{ }", 13, "always"),
    "when missing": ("when = { knife = true }\n", "", 9, "always"),
    "exclude always": ("{ outcome = { present = false } }", '"always"', 25, "when ="),
    "id is not the file's name": ('id = "good"', 'id = "better"', 1, "better.toml"),
    "id badly made": ('id = "good"', 'id = "../Good"', 1, "small letters"),
    "id a number": ('id = "good"', "id = 1", 1, 'Write "..."'),
    "duplicated rule name": ('"Any of three"', '" KNIFE"', 16, "its own name"),
    "exclusion named as a rule": ('"Handed in"', '"Knife"', 23, "its own name"),
    "public of the wrong type": ("caveats =", 'public = "yes"\ncaveats =', 6, "public = true"),
    "public without the names": ("caveats =", "public = true\ncaveats =", 6, "domestic abuse"),
    "caveats not a list": ('["Not all is seen."]', '"Not all"', 6, 'caveats = ["..."]'),
    "forbidden title": ("A good lens", "The gang-map of us", 2, "never_call"),
    "invisible characters": ("A good lens", "A \\u202egood lens", 2, "type it anew"),
    "rule once more": ("[[rule]]", "[rule]", 15, "docs/lenses.md"),
    "exclude is not a list": ("[[exclude]]", "[exclude]", 22, "[[exclude]]"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_names_file_line_and_remedy(tmp_path, fault):
    old, new, line, remedy = FAULTS[fault]
    assert old in GOOD
    message = refusal(tmp_path, GOOD.replace(old, new, 1))
    assert message.startswith(f"FILE, line {line}: ")
    assert remedy in message


def test_all_faults_are_told_at_once_in_the_order_of_lines(tmp_path):
    text = GOOD.replace("weight = 2", "weight = 0").replace("knife = true", "knif = true")
    message = refusal(tmp_path, text.replace('version = "1.0"', "version = 1"))
    lines = [int(n) for n in re.findall(r"^FILE, line (\d+): ", message, re.MULTILINE)]
    assert lines == [3, 11, 13]


def test_days_of_harm_are_real_numbers_of_every_rule(tmp_path):
    text = GOOD.replace("weight = 2", "weight = 2\nharm_days = 7.5")
    lens = load_lens(write(tmp_path, text.replace("weight = 1", "weight = 1\nharm_days = 3")))
    assert [rule.harm_days for rule in lens.rules] == [7.5, 3.0]
    assert lens.gives_harm
    assert not load_lens(write(tmp_path, GOOD)).gives_harm


def test_no_rules(tmp_path):
    message = refusal(tmp_path, GOOD[: GOOD.index("[[rule]]")])
    assert "no rules" in message
    assert "Add a [[rule]]" in message


def test_lines_are_found_past_long_texts_sub_tables_and_comments(tmp_path):
    text = GOOD.replace('"It can kill."', '"""It\n[[rule]]\nweight = 9\ncan kill."""')
    text = text.replace("when = { knife = true }", "# when = 1\n[rule.when]\nknife = 1")
    text = text.replace("weight = 1", "weight = 0")
    message = refusal(tmp_path, text)
    assert re.findall(r"line (\d+)", message) == ["18", "22"]


def test_rules_written_inline_are_read_and_their_faults_found(tmp_path):
    head = GOOD[: GOOD.index("[[rule]]")]
    rule = '{ name = "Knife", weight = 2, reason = "It can kill.", when = { knife = true } }'
    assert len(load_lens(write(tmp_path, f"{head}rule = [{rule}]\n")).rules) == 1
    message = refusal(tmp_path, f"{head}rule = [{rule.replace('knife =', 'knif =')}]\n")
    assert message.startswith("FILE, line 9: ")


def test_a_file_of_many_faults_is_refused_soon_and_in_few_lines(tmp_path):
    message = refusal(tmp_path, GOOD + "".join(f"k{i} = {i}\n" for i in range(4_000)))
    assert len(message.splitlines()) == 21
    assert message.endswith("Mend these first.")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (GOOD.encode("utf-16"), "line 1: not UTF-8"),
        (GOOD.replace("It can", "Ça").encode("cp1252"), "line 12: not UTF-8"),
        (b"a = " + b"[" * 20_000, "line 1: "),
        (b"a = " + b"9" * 5_000, "line 1: not valid TOML"),
        (b"#" * 70_000, "over 65,536 bytes"),
        (b"", "line 1: "),
    ],
    ids=["utf-16", "cp1252", "deep", "digits", "large", "empty"],
)
def test_hostile_content_is_refused_in_words(tmp_path, content, words):
    assert words in refusal(tmp_path, content)


def test_a_path_that_is_no_file_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "none.toml", f"{tmp_path}/none", "no\0thing.toml"):
        with pytest.raises(LensError, match=r"Give the path of a lens file|Check the path"):
            load_lens(path)


def test_an_unknown_id_names_the_closest():
    with pytest.raises(LensError, match=r"Did you mean county-lines or "):
        load_lens("county-line")
    with pytest.raises(LensError, match=r'no lens called "zzz"\. The lenses are county-lines, '):
        load_lens("zzz")


@pytest.mark.parametrize("by_variable", [True, False])
def test_a_user_adds_a_lens_by_adding_a_file(tmp_path, monkeypatch, by_variable):
    write(tmp_path, GOOD)
    (tmp_path / "notes.txt").write_text("not a lens")
    folder = None if by_variable else tmp_path
    if by_variable:
        monkeypatch.setenv("MAPPER_LENSES", str(tmp_path))
    assert load_lens("good", folder=folder).title == "A good lens"
    *shipped, own = list_lenses(folder)
    assert (tuple(shipped), own.id) == (shipped_lenses(), "good")
    with pytest.raises(LensError, match=r"Did you mean good\?"):
        load_lens("goood", folder=folder)


def test_a_wrong_file_in_the_folder_is_named_and_does_not_stop_the_shipped_ones(tmp_path):
    write(tmp_path, GOOD.replace("weight = 2", "weight = 0"))
    write(tmp_path, "id = 3", "other.toml")
    with pytest.raises(LensError, match=r"good\.toml, line 11: [\s\S]*other\.toml, line 1: "):
        list_lenses(tmp_path)
    assert load_lens("drugs", folder=tmp_path).id == "drugs"


def test_a_user_cannot_take_a_shipped_id_nor_an_absent_folder(tmp_path):
    with pytest.raises(LensError, match="MAPPER_LENSES"):
        list_lenses(tmp_path / "none")
    write(tmp_path, GOOD, "drugs.toml")
    with pytest.raises(LensError, match="another id and file name"):
        list_lenses(tmp_path)


def load_or_refuse(folder, text):
    """Load a text as a lens file: a lens or a refusal that names the file, nothing else."""
    path = folder / "good.toml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        assert isinstance(load_lens(path), Lens)
    except LensError as error:
        message = str(error)
        assert message.startswith(str(path))
        assert all(line.startswith(str(path)) for line in message.splitlines())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("lenses")


@given(text=st.text())
@example(text="rule = [[]]")
@example(text="rule = [{ when = { type = { } } }]")
@example(text="id = 1979-05-27T07:32:00Z")
def test_any_text_is_a_lens_or_is_refused(folder, text):
    load_or_refuse(folder, text)


KEYS = st.sampled_from(
    [
        *("id", "title", "version", "question", "requires", "caveats", "never_call", "public"),
        *("rule", "exclude", "rule.when", "rule.name", "name", "weight", "reason", "when"),
        *("harm_days", "police_generated", "'when'", '"knife"', "contains", "present"),
        *INCIDENT_COLUMNS,
        *OPTIONAL_INCIDENT_COLUMNS,
    ]
)
SCALARS = st.one_of(
    *(st.sampled_from(one) for one in (["true", "false"], ["1", "0", "-1", "nan", "2.5"])),
    st.sampled_from(['"good"', '"always"', '""', "'x'", '"""\n[[rule]]\n"""', "2024-01-01"]),
    st.sampled_from(['"knife"', '"\\u0000"', '"county lines"']),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda found: f"[{', '.join(found)}]"),
        st.dictionaries(KEYS, inner, max_size=3).map(
            lambda found: "{ " + ", ".join(f"{k} = {v}" for k, v in found.items()) + " }"
        ),
    ),
    max_leaves=6,
)
LINES = st.one_of(
    st.sampled_from(["[[rule]]", "[[exclude]]", "[rule]", "[rule.when]", "# weight = 1", ""]),
    st.builds(lambda key, value: f"{key} = {value}", KEYS, VALUES),
)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=300)
@given(lines=st.lists(LINES, max_size=12))
def test_anything_like_a_lens_is_a_lens_or_is_refused(folder, lines):
    load_or_refuse(folder, "\n".join(lines))


@settings(max_examples=200)
@given(data=st.data())
def test_any_line_of_a_good_lens_may_be_replaced(folder, data):
    lines = GOOD.split("\n")
    lines[data.draw(st.integers(0, len(lines) - 1))] = data.draw(LINES)
    load_or_refuse(folder, "\n".join(lines))


def test_shipped_files_are_plain_text_with_plain_line_ends():
    for path in Path(load_lens.__code__.co_filename).parent.glob("*.toml"):
        content = path.read_bytes()
        assert b"\r" not in content
        assert content.isascii()
