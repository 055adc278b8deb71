"""Review: documents with their versions, sections, suggestions, comments, rounds, 会签 and what people have seen.

Revision 0008 after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_document",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("round", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("updated_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_document"),
    )
    op.create_index("ix_review_document_department_year", "review_document", ["department", "year"])
    op.create_table(
        "review_text",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("draft", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_review_text"),
    )
    op.create_table(
        "review_version",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("no", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("parent", sa.Integer, nullable=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("text_hash", sa.Text, nullable=False),
        sa.Column("recipe", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["review_document.id"], name="fk_review_version_document_id_review_document"
        ),
        sa.ForeignKeyConstraint(["text_hash"], ["review_text.hash"], name="fk_review_version_text_hash_review_text"),
        sa.PrimaryKeyConstraint("document_id", "no", name="pk_review_version"),
    )
    op.create_table(
        "review_section",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("section_id", sa.Text, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("rev", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("state_before", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("locked_by", sa.Text, nullable=False),
        sa.Column("edited_by", sa.Text, nullable=False),
        sa.Column("edited_name", sa.Text, nullable=False),
        sa.Column("edited_at", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["review_document.id"], name="fk_review_section_document_id_review_document"
        ),
        sa.PrimaryKeyConstraint("document_id", "section_id", name="pk_review_section"),
    )
    op.create_table(
        "review_revision",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("section_id", sa.Text, nullable=False),
        sa.Column("rev", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["review_document.id"], name="fk_review_revision_document_id_review_document"
        ),
        sa.PrimaryKeyConstraint("document_id", "section_id", "rev", name="pk_review_revision"),
    )
    op.create_table(
        "review_alternative",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("section_id", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("taken", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["review_document.id"], name="fk_review_alternative_document_id_review_document"
        ),
        sa.PrimaryKeyConstraint("document_id", "id", name="pk_review_alternative"),
    )
    op.create_table(
        "review_suggestion",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("section_id", sa.Text, nullable=False),
        sa.Column("base_rev", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("old", sa.Text, nullable=False),
        sa.Column("new", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["review_document.id"], name="fk_review_suggestion_document_id_review_document"
        ),
        sa.PrimaryKeyConstraint("document_id", "id", name="pk_review_suggestion"),
    )
    op.create_table(
        "review_comment",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("section_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("replacement", sa.Text, nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("base_rev", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("rev", sa.Integer, nullable=False),
        sa.Column("lost", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("parent", sa.Integer, nullable=True),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("resolved_by", sa.Text, nullable=False),
        sa.Column("resolved_at", sa.Text, nullable=False),
        sa.Column("mentions", sa.JSON, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("outcome_reason", sa.Text, nullable=False),
        sa.Column("outcome_by", sa.Text, nullable=False),
        sa.Column("outcome_at", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["review_document.id"], name="fk_review_comment_document_id_review_document"
        ),
        sa.PrimaryKeyConstraint("document_id", "id", name="pk_review_comment"),
    )
    op.create_table(
        "review_presence",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("section_id", sa.Text, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
        sa.Column("beat", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["review_document.id"], name="fk_review_presence_document_id_review_document"
        ),
        sa.PrimaryKeyConstraint("document_id", "section_id", "login", name="pk_review_presence"),
    )
    op.create_table(
        "review_step",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("no", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("round", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("actor_name", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["review_document.id"], name="fk_review_step_document_id_review_document"
        ),
        sa.PrimaryKeyConstraint("document_id", "no", name="pk_review_step"),
    )
    op.create_table(
        "review_dismissal",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["review_document.id"], name="fk_review_dismissal_document_id_review_document"
        ),
        sa.PrimaryKeyConstraint("document_id", "id", name="pk_review_dismissal"),
    )
    op.create_table(
        "review_consultation",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("sent_by", sa.Text, nullable=False),
        sa.Column("sent_at", sa.Text, nullable=False),
        sa.Column("owns", sa.JSON, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered_by", sa.Text, nullable=False),
        sa.Column("answered_at", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["review_document.id"], name="fk_review_consultation_document_id_review_document"
        ),
        sa.PrimaryKeyConstraint("document_id", "department", name="pk_review_consultation"),
    )
    op.create_table(
        "review_look",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("text_hash", sa.Text, nullable=False),
        sa.Column("revs", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["review_document.id"], name="fk_review_look_document_id_review_document"
        ),
        sa.ForeignKeyConstraint(["text_hash"], ["review_text.hash"], name="fk_review_look_text_hash_review_text"),
        sa.PrimaryKeyConstraint("document_id", "login", name="pk_review_look"),
    )
    op.create_table(
        "review_notice",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("section_id", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("read_at", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["review_document.id"], name="fk_review_notice_document_id_review_document"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review_notice"),
    )
    op.create_index("ix_review_notice_login_read_at", "review_notice", ["login", "read_at"])
    op.create_table(
        "review_rule",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_review_rule"),
    )


def downgrade() -> None:
    op.drop_table("review_rule")
    op.drop_table("review_notice")
    op.drop_table("review_look")
    op.drop_table("review_consultation")
    op.drop_table("review_dismissal")
    op.drop_table("review_step")
    op.drop_table("review_presence")
    op.drop_table("review_comment")
    op.drop_table("review_suggestion")
    op.drop_table("review_alternative")
    op.drop_table("review_revision")
    op.drop_table("review_section")
    op.drop_table("review_version")
    op.drop_table("review_text")
    op.drop_table("review_document")
