"""Children: domestic abuse with children by place, and where missing people go."""

from mapper.app.shell.guard import require_router

require_router()

from mapper.app.work.children_page import show_page  # noqa: E402 - guarded before anything is read

show_page()
