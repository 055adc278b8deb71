"""Collecting: what departments sent, what is collected by when, who was urged.

Revision 0007 after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "submission",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("submitter", sa.Text, nullable=False),
        sa.Column("signed_by", sa.Text, nullable=False),
        sa.Column("unused", sa.JSON, nullable=False),
        sa.Column("remarks", sa.JSON, nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
    )
    op.create_index("ix_submission_year_department", "submission", ["year", "department"])
    op.create_table(
        "collection",
        sa.Column("year", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("deadline", sa.Text, nullable=False),
        sa.Column("departments", sa.JSON, nullable=False),
        sa.Column("opened_by", sa.Text, nullable=False),
        sa.Column("opened_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_collection"),
    )
    op.create_table(
        "urging",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("urged_by", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_urging"),
    )
    op.create_index("ix_urging_year_department", "urging", ["year", "department"])


def downgrade() -> None:
    op.drop_table("urging")
    op.drop_table("collection")
    op.drop_table("submission")
