"""Audit: who saw what and when, for administrators."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.admin.audit_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
