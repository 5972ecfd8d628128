"""Assessments: what makes harm possible at a place, and what was decided."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.work.assessment_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
