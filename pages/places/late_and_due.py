"""Late and due: every action by agency, reminders, and where plans and agencies cross."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.oversight.page import show_page  # noqa: E402 - nothing is imported before the guard

show_page()
