"""Runs migrations on the connection that `Database.migrate` or the command line hands over."""

from alembic import context

from bot.stores.tables import Base

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Use `kreislotse migrate`: migrations run on the configured database.")

context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
