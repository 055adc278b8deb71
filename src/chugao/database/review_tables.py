"""The tables of the review: texts, versions, sections, comments, rounds, 会签 and who looked when.

In: nothing.  Out: the tables whose name begins with `review_`, in the metadata of all.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
)

from chugao.database.metadata import metadata

# A text under review (文稿); its words stand in `review_text`, where each section is in `review_section`.
review_document = Table(
    "review_document",
    metadata,
    Column("id", Text, primary_key=True),
    Column("department", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    # draft, in_review, changes_requested, approved, exported, locked.
    Column("state", Text, nullable=False),
    # 初稿 … 定稿.
    Column("round", Text, nullable=False),
    # Number of the newest version.
    Column("version", Integer, nullable=False),
    # Hash of the working text: what an approval is bound to.
    Column("content", Text, nullable=False),
    Column("owner", Text, nullable=False),
    # The whole noun, as `review` knows it.
    Column("payload", JSON, nullable=False),
    Column("updated_at", Text, nullable=False),
    Index(None, "department", "year"),
)

# Drafts as JSON, once by hash; versions and looks point here.
review_text = Table(
    "review_text",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("draft", Text, nullable=False),
)

# An immutable version: a node of the document's tree.
review_version = Table(
    "review_version",
    metadata,
    Column("document_id", Text, ForeignKey("review_document.id"), primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("parent", Integer),
    # ai, edit, regenerate, import, merge, restore.
    Column("kind", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("note", Text, nullable=False),
    # 命名版本; "" for none.
    Column("name", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("text_hash", Text, ForeignKey("review_text.hash"), nullable=False),
    Column("recipe", JSON, nullable=False),
)

# Where a section stands now; "title" is one too.
review_section = Table(
    "review_section",
    metadata,
    Column("document_id", Text, ForeignKey("review_document.id"), primary_key=True),
    Column("section_id", Text, primary_key=True),
    Column("ordinal", Integer, nullable=False),
    # Integer that rises with every change; what a reader saw is named by it.
    Column("rev", Integer, nullable=False),
    # 待生成 生成中 失败 待核 有疑问 已接受 已锁定.
    Column("state", Text, nullable=False),
    # What it was before it was locked.
    Column("state_before", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("locked_by", Text, nullable=False),
    # Who changed the words last; "" for the machine.
    Column("edited_by", Text, nullable=False),
    Column("edited_name", Text, nullable=False),
    Column("edited_at", Text, nullable=False),
)

# Every revision of a section, never changed: the common ground of a conflict, and what comments were put on.
review_revision = Table(
    "review_revision",
    metadata,
    Column("document_id", Text, ForeignKey("review_document.id"), primary_key=True),
    Column("section_id", Text, primary_key=True),
    Column("rev", Integer, primary_key=True, autoincrement=False),
    Column("how", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("note", Text, nullable=False),
    # The section as JSON, and evidence that came in with it.
    Column("section", Text, nullable=False),
    Column("evidence", Text, nullable=False),
)

# Another text for a section (A/B), to be taken or not.
review_alternative = Table(
    "review_alternative",
    metadata,
    Column("document_id", Text, ForeignKey("review_document.id"), primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("section_id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("taken", Boolean, nullable=False),
    # What its numbers rest on, where the text that stands does not hold it.
    Column("evidence", Text, nullable=False, server_default="[]"),
)

# A change somebody suggests; offsets count in the section's text at `base_rev`.
review_suggestion = Table(
    "review_suggestion",
    metadata,
    Column("document_id", Text, ForeignKey("review_document.id"), primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("section_id", Text, nullable=False),
    Column("base_rev", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
    # open, accepted, rejected, outdated.
    Column("state", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Text, nullable=False),
    Column("why", Text, nullable=False),
)

# A comment, anchored to words; plain text.
review_comment = Table(
    "review_comment",
    metadata,
    Column("document_id", Text, ForeignKey("review_document.id"), primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("section_id", Text, nullable=False),
    # 意见, 阻塞, 建议改写.
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("replacement", Text, nullable=False),
    # The words it was put on, at which revision; "" for the whole section.
    Column("quote", Text, nullable=False),
    Column("base_rev", Integer, nullable=False),
    # Where they stand at `rev`; −1 for the whole section or when they are gone.
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("rev", Integer, nullable=False),
    Column("lost", Boolean, nullable=False),
    # open, resolved.
    Column("state", Text, nullable=False),
    Column("parent", Integer),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    # The 科室 it comes from, of a 会签; "" otherwise.
    Column("department", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("resolved_by", Text, nullable=False),
    Column("resolved_at", Text, nullable=False),
    # Logins.
    Column("mentions", JSON, nullable=False),
    # 采纳, 部分采纳, 不采纳; "" until answered.
    Column("outcome", Text, nullable=False),
    Column("outcome_reason", Text, nullable=False),
    Column("outcome_by", Text, nullable=False),
    Column("outcome_at", Text, nullable=False),
)

# Who edits a section just now; it stops nobody.
review_presence = Table(
    "review_presence",
    metadata,
    Column("document_id", Text, ForeignKey("review_document.id"), primary_key=True),
    Column("section_id", Text, primary_key=True),
    Column("login", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("beat", Text, nullable=False),
)

# What became of a document, in order: rounds, approvals, voidings, errata.
review_step = Table(
    "review_step",
    metadata,
    Column("document_id", Text, ForeignKey("review_document.id"), primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("act", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("round", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("note", Text, nullable=False),
)

# A finding a person has passed over, for one document.
review_dismissal = Table(
    "review_dismissal",
    metadata,
    Column("document_id", Text, ForeignKey("review_document.id"), primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("actor", Text, nullable=False),
    Column("payload", JSON, nullable=False),
)

# What a 科室 is asked in 会签: which claims and blocks are its own, and what it answered.
review_consultation = Table(
    "review_consultation",
    metadata,
    Column("document_id", Text, ForeignKey("review_document.id"), primary_key=True),
    Column("department", Text, primary_key=True),
    Column("due", Text, nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("sent_at", Text, nullable=False),
    Column("owns", JSON, nullable=False),
    # "", 无意见, 有意见.
    Column("answer", Text, nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("answered_at", Text, nullable=False),
)

# What a person saw of a document when they last looked.
review_look = Table(
    "review_look",
    metadata,
    Column("document_id", Text, ForeignKey("review_document.id"), primary_key=True),
    Column("login", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("text_hash", Text, ForeignKey("review_text.hash"), nullable=False),
    # Revision of each section then.
    Column("revs", JSON, nullable=False),
)

# What somebody should know: they were named, answered, or their turn has come.
review_notice = Table(
    "review_notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", Text, nullable=False),
    Column("document_id", Text, ForeignKey("review_document.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("section_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("read_at", Text, nullable=False),
    Index(None, "login", "read_at"),
)

# A rule of the house that can be switched (four-eyes).
review_rule = Table(
    "review_rule",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSON, nullable=False),
)
