"""Commands on the release plan: fix it, see what it hides, give a month."""

import getpass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mapper.base.text import count
from mapper.cli.file_arguments import ColumnMapping, Paths
from mapper.cli.saying import say

if TYPE_CHECKING:
    from mapper.disclosure.release_plan import ReleasePlan
    from mapper.incidents.table import Incidents

plan_app = typer.Typer(
    help="What partners are given month by month: fixed beforehand, and never refused.",
    no_args_is_help=True,
)


@plan_app.command("fix")
def fix(path: Annotated[Path, typer.Argument(help="A release plan (TOML).")]) -> None:
    """Check a plan and put it in force for the months that are still to be given."""
    from mapper.base.settings import settings
    from mapper.records.open import database
    from mapper.records.plan_change import fix_plan

    plan = fix_plan(database(), settings().workspace, path, person=getpass.getuser())
    say(plan.words, months=[f"{one:%Y-%m}" for one in plan.months])


@plan_app.command("show")
def show(paths: Paths, mapping: ColumnMapping = None) -> None:
    """Say what the plan gives, what was given, and how much of each month is hidden."""
    from mapper.cli.releasing import register_for
    from mapper.disclosure.plan_month import given_months
    from mapper.disclosure.plan_preview import preview_plan, shares_in_words
    from mapper.disclosure.release_plan import AUDIENCE

    plan, incidents = _plan(), _read(paths, mapping)
    register = register_for(AUDIENCE, getpass.getuser())
    given = given_months(plan, register.earlier(AUDIENCE) if register else ())
    seen = preview_plan(plan, incidents)
    lines = [plan.words, f"Given: {count(len(given), 'month')} of {len(plan.months)}."]
    say(
        "\n".join([*lines, *shares_in_words(plan, seen)]),
        given=[f"{one:%Y-%m}" for one in given],
        hidden=seen.astype({"month": "str"}).to_dict(orient="records"),
    )


@plan_app.command("give")
def give(
    paths: Paths,
    month: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m"], metavar="MONTH", help="2025-04; else the next to give."),
    ] = None,
    mapping: ColumnMapping = None,
) -> None:
    """Give one month of the plan, as it stands in the files; each is given once.

    Partners are given all of it; what the plan has for the public is published at the same time.
    """
    from mapper.cli.releasing import register_for
    from mapper.disclosure.plan_month import give_month, next_month
    from mapper.disclosure.release_plan import AUDIENCE

    plan, register = _plan(), register_for(AUDIENCE, getpass.getuser())
    if register is not None:
        chosen = month.date() if month else next_month(plan, register)
        give_month(plan, _read(paths, mapping), chosen, register=register)
        also = " and published" if plan.public else ""
        say(f"{chosen:%B %Y} is given to partners{also}.", month=f"{chosen:%Y-%m}")


def _plan() -> "ReleasePlan":
    """Return this installation's plan, or refuse in words."""
    from mapper.base.errors import DisclosureError
    from mapper.disclosure.release_plan import release_plan

    plan = release_plan()
    if plan is None:
        raise DisclosureError("There is no release plan. Fix one with mapper release-plan fix.")
    return plan


def _read(paths: list[str], mapping: Path | None) -> "Incidents":
    """Return the incidents of some files."""
    from mapper.cli.progress import shown_progress
    from mapper.incidents.mapping import load_mapping
    from mapper.incidents.read import read_incidents

    columns = load_mapping(mapping) if mapping else None
    with shown_progress() as progress:
        return read_incidents(paths, mapping=columns, progress=progress)
