"""Files of past reports as they were read, and the place of each document in its file.

Revision 0002.  No chugao wrote documents before it, so there is nothing to carry over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "original",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("reading", sa.JSON, nullable=False),
        sa.Column("said", sa.JSON, nullable=False),
        sa.Column("added_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_original"),
    )
    op.create_table(
        "part",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("original_id", sa.Text, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("text_key", sa.Text, nullable=False),
        sa.Column("duplicate_of", sa.Text),
        sa.PrimaryKeyConstraint("document_id", name="pk_part"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name="fk_part_document_id_document", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["original_id"], ["original.id"], name="fk_part_original_id_original"),
        sa.ForeignKeyConstraint(["duplicate_of"], ["document.id"], name="fk_part_duplicate_of_document"),
    )
    op.create_index("ix_part_original_id_ordinal", "part", ["original_id", "ordinal"], unique=True)
    op.create_index("ix_part_text_key", "part", ["text_key"])


def downgrade() -> None:
    # No way back: a restore of the backup is the way back, and it also brings the rows.
    raise RuntimeError("there is no way down: restore the backup made before the upgrade")
