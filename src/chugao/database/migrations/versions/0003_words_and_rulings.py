"""The office's own words, rulings on sources, and figures that wait for one.

Revision 0003 after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "word",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("word", sa.Text, nullable=False),
        sa.Column("meaning", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_word"),
    )
    op.create_index("ix_word_word", "word", ["word"])
    op.create_table(
        "ruling",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("chosen", sa.Text, nullable=False),
        sa.Column("sources", sa.JSON, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ruling"),
    )
    op.create_index("ix_ruling_metric", "ruling", ["metric"])
    op.create_table(
        "contested",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("imported_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contested"),
    )
    op.create_index(
        "ix_contested_metric_department_period_role", "contested", ["metric", "department", "period", "role"]
    )


def downgrade() -> None:
    # No way back: a restore of the backup is the way back, and it also brings the rows.
    raise RuntimeError("there is no way down: restore the backup made before the upgrade")
