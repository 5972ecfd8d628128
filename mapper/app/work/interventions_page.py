"""Interventions: what was done, what it did as far as counts can tell, and the register."""

from mapper.app.shell.address import asked_part
from mapper.app.shell.words import notice
from mapper.app.work.evaluation_view import show_effect
from mapper.app.work.record_page import show_records
from mapper.app.work.record_start import asked_place
from mapper.app.work.register_view import show_register
from mapper.base.errors import MapperError
from mapper.records.form import Content
from mapper.records.versions import LETTERS


def show_page() -> None:
    """Show the interventions, each with its evaluation, and the register of all."""
    show_records("intervention", title="Interventions", started=_begun, below=show_effect)
    try:
        show_register()
    except MapperError as error:
        notice(str(error), kind="stop")


def _begun() -> Content | None:
    """Return the first answers: of a hot spot, or of the plan that it belongs to."""
    plan = asked_part("after")
    place = asked_place()
    belongs = place is not None and plan.startswith(LETTERS["plan"])
    return {**place, "plan": plan} if place is not None and belongs else place
