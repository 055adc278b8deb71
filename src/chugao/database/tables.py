"""Every table of chugao, in one metadata for all rooms.

In: nothing.  Out: `metadata` and its tables; `migrations/versions` says how a database gets there, and a test
holds the two equal.

Only types that SQLite and PostgreSQL both have: text, integers, booleans and JSON.  A moment is text
(`utc_text`), so that it sorts and compares alike in both.  Surprise: PostgreSQL cannot store U+0000 in a text and
neither database a lone surrogate; `documents` cleans both away before anything arrives here.
"""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text, text

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

document = Table(
    "document",
    metadata,
    # Fingerprint of the file; opaque to SQL.  Where one file holds several documents, or two owners keep the
    # same file, `corpus` makes the id from fingerprint, part and owner: nobody's row stands for another's.
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("year", Integer),
    Column("plan_year", Integer),
    Column("department", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("release", Text, nullable=False),
    # Issued by this office: only then may its wording be used.
    Column("own", Boolean, nullable=False),
    Column("flags", JSON, nullable=False),
    # The cleaned original, for people; engines see `passage.masked`.
    Column("text", Text, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("removed_at", Text),
    Index(None, "owner", "year", "kind"),
)

passage = Table(
    "passage",
    metadata,
    Column("id", Text, primary_key=True),
    Column("document_id", Text, ForeignKey("document.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("heading_path", JSON, nullable=False),
    Column("role", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("masked", Text, nullable=False),
    # Code points of `document.text`, end excluded.
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Index(None, "document_id", "ordinal", unique=True),
)

# A file of past reports as it was read, so that better rules can understand it again.
original = Table(
    "original",
    metadata,
    # Fingerprint of the file, and of the owner where there is one.
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("file", Text, nullable=False),
    # A `Reading`: paragraphs before cleaning, and what the file says of itself.
    Column("reading", JSON, nullable=False),
    # What the person who added it said: organisation, department, own.
    Column("said", JSON, nullable=False),
    Column("added_at", Text, nullable=False),
)

# Each document that is kept (a removed one has none): where it stands in its file, and whether its text came before.
part = Table(
    "part",
    metadata,
    Column("document_id", Text, ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
    Column("original_id", Text, ForeignKey("original.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    # Equal for texts that differ in spaces and punctuation only.
    Column("text_key", Text, nullable=False),
    # The document of the same owner that lends its passages for both.
    Column("duplicate_of", Text, ForeignKey("document.id")),
    Index(None, "original_id", "ordinal", unique=True),
    Index(None, "text_key"),
)

observation = Table(
    "observation",
    metadata,
    # Numbered by `metrics.store` in the order of arrival; the order of the file survives.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("metric", Text, nullable=False),
    Column("department", Text, nullable=False),
    # `Period.code`: "2025", "2025M1-10".
    Column("period", Text, nullable=False),
    # actual, target, or change (a 同比变化 as printed: its payload is a `ReportedChange`).
    Column("role", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("imported_at", Text, nullable=False),
    # Deferred: the old row points at the new one before that is there, so that two are never current at once.
    Column("superseded_by", Integer, ForeignKey("observation.id", deferrable=True, initially="DEFERRED")),
    Index(
        "uq_observation_current",
        "metric",
        "department",
        "period",
        "role",
        unique=True,
        sqlite_where=text("superseded_by IS NULL"),
        postgresql_where=text("superseded_by IS NULL"),
    ),
)

definition = Table(
    "definition",
    metadata,
    Column("metric", Text, primary_key=True),
    Column("payload", JSON, nullable=False),
)

material = Table(
    "material",
    metadata,
    Column("id", Text, primary_key=True),
    # fact, matter, honour, instruction.
    Column("kind", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("year", Integer, nullable=False),
    # provisional, confirmed, rejected.
    Column("status", Text, nullable=False),
    Column("release", Text, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("source_file", Text, nullable=False),
    # 1-based; none for what was entered by hand.
    Column("paragraph", Integer),
    # File name of the department's own earlier report that says the same.
    Column("copied_from", Text),
    Column("confirmed_by", Text),
    Column("confirmed_at", Text),
    Column("added_at", Text, nullable=False),
    Index(None, "department", "year", "status"),
)

audit = Table(
    "audit",
    metadata,
    # 1, 2, 3 … without a gap.
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", JSON, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

# One row: the last link.  Writers lock it, and without it a cut-off tail of the chain could not be seen.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", Text, nullable=False),
)

GENESIS = "0" * 64
"""Hash before the first audit row."""
