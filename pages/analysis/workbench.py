"""Workbench: every question, its parameters, the answer, and the run kept."""

from mapper.ui.guard import require_router

require_router("see everything")

from mapper.ui.workbench_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
