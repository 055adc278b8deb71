"""Documents, passages, observations, definitions, material and the audit.

Revision 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _documents()
    _observations()
    _material()
    _audit()


def _documents() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("year", sa.Integer),
        sa.Column("plan_year", sa.Integer),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("release", sa.Text, nullable=False),
        sa.Column("own", sa.Boolean, nullable=False),
        sa.Column("flags", sa.JSON, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("added_at", sa.Text, nullable=False),
        sa.Column("removed_at", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
    )
    op.create_index("ix_document_owner_year_kind", "document", ["owner", "year", "kind"])
    op.create_table(
        "passage",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("heading_path", sa.JSON, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("masked", sa.Text, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_passage"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name="fk_passage_document_id_document", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_passage_document_id_ordinal", "passage", ["document_id", "ordinal"], unique=True)


def _observations() -> None:
    op.create_table(
        "observation",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("imported_at", sa.Text, nullable=False),
        sa.Column("superseded_by", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_observation"),
        sa.ForeignKeyConstraint(
            ["superseded_by"],
            ["observation.id"],
            name="fk_observation_superseded_by_observation",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    op.create_index(
        "uq_observation_current",
        "observation",
        ["metric", "department", "period", "role"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "definition",
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("metric", name="pk_definition"),
    )


def _material() -> None:
    op.create_table(
        "material",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("release", sa.Text, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("source_file", sa.Text, nullable=False),
        sa.Column("paragraph", sa.Integer),
        sa.Column("copied_from", sa.Text),
        sa.Column("confirmed_by", sa.Text),
        sa.Column("confirmed_at", sa.Text),
        sa.Column("added_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_material"),
    )
    op.create_index("ix_material_department_year_status", "material", ["department", "year", "status"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("previous_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])


def downgrade() -> None:
    # No way back: a restore of the backup is the way back, and it also brings the rows.
    raise RuntimeError("there is no way down: restore the backup made before the upgrade")
