"""Campaigns: many places, who does what where, what was reached."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.campaigns.page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
