"""Batches: jobs, their papers, workers, how fast a provider is asked, and what happened.

Revision 0006 after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_call_job_prefix", "call", ["job"], postgresql_ops={"job": "text_pattern_ops"})
    op.create_table(
        "job",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("max_cost_micro", sa.BigInteger),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("updated_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_index("ix_job_tenant_state", "job", ["tenant", "state"])
    op.create_table(
        "paper",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("job_id", sa.Text, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("file_hash", sa.Text, nullable=False),
        sa.Column("draft", sa.Text),
        sa.Column("draft_before", sa.Text),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("sections_done", sa.Integer, nullable=False),
        sa.Column("report", sa.JSON, nullable=False),
        sa.Column("queued_at", sa.Text),
        sa.Column("started_at", sa.Text),
        sa.Column("finished_at", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_paper"),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_paper_job_id_job", ondelete="CASCADE"),
    )
    op.create_index("ix_paper_job_id_ordinal", "paper", ["job_id", "ordinal"])
    op.create_index("ix_paper_job_id_state", "paper", ["job_id", "state"])
    op.create_table(
        "worker",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("process", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("beat_us", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_worker"),
    )
    op.create_table(
        "pace",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("requests_us", sa.BigInteger, nullable=False),
        sa.Column("tokens_us", sa.BigInteger, nullable=False),
        sa.Column("quiet_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_pace"),
    )
    op.create_table(
        "happening",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("job_id", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("paper_id", sa.Text, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_happening"),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_happening_job_id_job", ondelete="CASCADE"),
    )
    op.create_index("ix_happening_job_id_id", "happening", ["job_id", "id"])


def downgrade() -> None:
    # No way back: a restore of the backup is the way back, and it also brings the rows.
    raise RuntimeError("there is no way down: restore the backup made before the upgrade")
