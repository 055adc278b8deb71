"""The one metadata that every table of chugao stands in.

In: nothing.  Out: `metadata`.  It is empty until `tables` is imported, which knows them all.
"""

from sqlalchemy import MetaData

# Every constraint bears a name: SQLite can only alter a constraint it can name.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
