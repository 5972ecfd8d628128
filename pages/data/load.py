"""Data: load files, see how good they are and which rows were turned away, put them to use."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.data.page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
