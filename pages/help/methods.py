"""Methods: every statistic in words, picture and formula, and a glossary."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.help.methods_page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
