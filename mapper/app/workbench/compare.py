"""Two answers of this session beside each other: new, gone, moved."""

import pandas as pd
import streamlit as st

from mapper.app.shell.words import notice
from mapper.app.workbench.answers import AnsweredQuestion, answers, released
from mapper.app.workbench.table import words_of
from mapper.base.errors import MapperError
from mapper.outputs.finding_difference import counted, difference, figure_of

_IDS = ("hotspot_id", "place_id")  # where places have names, files alone need these


def show_compare() -> None:
    """Ask for two answers to one question and show what differs."""
    done = {key: each for key, each in answers().items() if each.run.state == "done"}
    if not done:
        notice("Nothing to compare yet. Ask a question twice, with different choices, then return.")
        return
    left, right = st.columns(2)
    keys = list(done)

    def title(key: str) -> str:
        return _title(done[key])

    with left:
        first = st.selectbox("First run", keys, format_func=title, key="compare first")
    alike = [k for k in keys if k != first and _question(done[k]) == _question(done[first])]
    if not alike:
        notice(f"No second answer to “{done[first].asking.title}” yet: ask it with other choices.")
        return
    with right:
        second = st.selectbox("Second run", alike, format_func=title, key="compare second")
    try:
        _show(done[first], done[second])
    except MapperError as error:
        notice(str(error), kind="stop")


def _question(answer: AnsweredQuestion) -> str:
    return answer.asking.question


def _title(answer: AnsweredQuestion) -> str:
    """Return the title of an answer with what usually differs."""
    request = answer.asking.request
    days = f"{request.start or 'first day'} to {request.end or 'last day'}"
    return f"{answer.title}, {request.area}, cells {request.resolution}, {days}"


def _show(first: AnsweredQuestion, second: AnsweredQuestion) -> None:
    """Show what differs in the choices, then in the rows."""
    before, after = released(first), released(second)
    table = difference(before, after)
    tally = ", ".join(f"{number:,} {state}" for state, number in counted(table).items())
    st.html(f'<div class="m-headline m-answer"><p class="m-question">{tally}.</p></div>')
    _show_choices(first, second)
    figure = figure_of(before)
    names = {
        "state": "What became of it",
        "hotspot_id": "Hot spot",
        "place_id": "Place",
        "called_first": "Name, first",
        "called_second": "Name, second",
        f"{figure}_first": f"{words_of(figure)}, first",
        f"{figure}_second": f"{words_of(figure)}, second",
        "change": "Change",
        "place_first": "Rank, first",
        "place_second": "Rank, second",
    }
    shown = table.rename(columns=names).drop(columns=_empty(table, names))
    if names["called_first"] in shown or names["called_second"] in shown:
        shown = shown.drop(columns=[names[one] for one in _IDS if names[one] in shown])
    told = [name for name in names.values() if name in shown]
    keys = [name for name in shown if name not in told]
    shown = shown[[told[0], *keys, *told[1:]]]
    st.dataframe(shown, hide_index=True, key="difference", alt=f"Differences: {tally}")


def _empty(table: pd.DataFrame, names: dict[str, str]) -> list[str]:
    """Return the names of columns without any text."""
    called = [name for name in ("called_first", "called_second") if name in table]
    return [names[name] for name in called if not table[name].fillna("").astype("str").any()]


def _show_choices(first: AnsweredQuestion, second: AnsweredQuestion) -> None:
    """Say in which choices the two runs differ."""
    pairs = []
    for part in ("request", "values"):
        one, other = first.asking.told()[part], second.asking.told()[part]
        pairs += [
            f"{name.replace('_', ' ')}: {one.get(name)} and {other.get(name)}"
            for name in {**one, **other}
            if one.get(name) != other.get(name)
        ]
    if first.asking.dataset.digest != second.asking.dataset.digest:
        pairs.append(f"data: {first.asking.dataset.title} and {second.asking.dataset.title}")
    if first.asking.lens.sha256 != second.asking.lens.sha256:
        pairs.append("harm: not counted by the same rules")
    st.text(f"What was asked differs in: {'; '.join(pairs) or 'nothing'}.")
