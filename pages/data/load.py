"""Data: load files, see how good they are and which rows were turned away, put them to use."""

from mapper.ui.guard import require_router

require_router()

from mapper.ui.data_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
