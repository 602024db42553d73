"""Alembic's entry: runs the revisions on the connection that the store hands over."""

from alembic import context

from bailiwick.plans.store_tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True, transactional_ddl=True)
context.run_migrations()
