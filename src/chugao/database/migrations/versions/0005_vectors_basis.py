"""Vectors by what they stand for, policy documents with their dates.

Revision 0005 after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Reports kept before get their keys with the next reindex.
    op.add_column("passage", sa.Column("key", sa.Text))
    op.create_table(
        "vector",
        sa.Column("space", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("space", "key", name="pk_vector"),
    )
    op.create_table(
        "basis",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("since", sa.Text),
        sa.Column("until", sa.Text),
        sa.PrimaryKeyConstraint("document_id", name="pk_basis"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name="fk_basis_document_id_document", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    # No way back: a restore of the backup is the way back, and it also brings the rows.
    raise RuntimeError("there is no way down: restore the backup made before the upgrade")
