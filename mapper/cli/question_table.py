"""The table of questions in ``docs/commands.md``, made from the questions themselves."""

from mapper.base.choices import Choice
from mapper.cli.arguments import METAVARS
from mapper.questions.choices import FILES
from mapper.questions.registry import QUESTIONS

_NAMED = {"whole": "NUMBER", "number": "NUMBER", "lens": "LENS"}
BEGIN, END = "<!-- made by docs/make_commands.py -->\n", "<!-- end -->\n"


def question_table() -> str:
    """Return one row for each question: command, question and choices of its own."""
    rows = ["| command | question | choices of its own, defaults first |", "|---|---|---|"]
    for each in QUESTIONS.values():
        told = "; ".join(_in_words(one) for one in each.choices.known().values())
        rows.append(f"| `mapper {each.id}` | {each.question} | {told} |")
    return "\n".join([*rows, ""])


def with_table(text: str) -> str:
    """Return the text of the document with its table made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{question_table()}{END}{after}"


def _in_words(one: Choice) -> str:
    """Return one option with what may follow it."""
    if one.of:
        others = [f"`{value}`" for value in one.of if value != one.default]
        more = [] if one.closed else ["..."]
        return ", ".join([f"`{one.option} {one.default}`", *others, *more])
    if one.kind == "flag":
        return f"`{one.option}`"
    follows = METAVARS.get(one.kind) or _NAMED.get(one.kind, "FILE" if one.kind in FILES else "ID")
    if one.shown not in {None, ()}:
        follows = f"{one.shown:g}" if isinstance(one.shown, float) else str(one.shown)
    told = [one.range] if one.range else []
    told += ["must be given"] if one.required else []
    return f"`{one.option} {follows}`" + (f" ({', '.join(told)})" if told else "")
