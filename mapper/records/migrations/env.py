"""Alembic's door: it runs the steps inside the transaction that :mod:`..migrate` holds open."""

from alembic import context

from mapper.records.schema import every_table

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=every_table(), render_as_batch=True)
context.run_migrations()
