"""Hot spots: one map, the ranked list beside it, reasons and files to take away."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.hotspots.page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
