"""Workbench: every question, its parameters, the answer, and the run kept."""

from mapper.app.shell.guard import require_router

require_router("see everything")

from mapper.app.workbench.page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
