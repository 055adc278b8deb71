"""Alembic runs this for `Database.upgrade` and for whoever writes a new revision.

A new revision is written against an empty database at the last one:

    from alembic import command
    from chugao.database import alembic_config, open_database
    with open_database("sqlite:////tmp/scratch.db") as database, database.write() as connection:
        command.revision(alembic_config(connection), "what changes", autogenerate=True, rev_id="0002")

SQLite alters tables by copying them (`render_as_batch`); the caller has switched foreign keys off for that, or
dropping the old copy would empty its children.
"""

from alembic import context

from chugao.database import VERSION_TABLE
from chugao.database.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
