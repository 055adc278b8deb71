"""Every table of chugao, in one metadata for all rooms.

In: nothing.  Out: `metadata` and its tables; `migrations/versions` says how a database gets there, and a test
holds the two equal.

Only types that SQLite and PostgreSQL both have: text, bytes, integers, booleans and JSON.  A moment is text
(`utc_text`), so that it sorts and compares alike in both.  Surprise: PostgreSQL cannot store U+0000 in a text and
neither database a lone surrogate; `documents` cleans both away before anything arrives here.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

# Whoever takes the metadata from here has the tables of the review too.
from chugao.database import review_tables  # noqa: F401
from chugao.database.metadata import metadata as metadata  # noqa: PLC0414  (handed on)

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
    # Of the masked words that are embedded: equal words share one vector; none until a report kept before is read anew.
    Column("key", Text),
    Index(None, "document_id", "ordinal", unique=True),
)

# What an embedding model made of a text; a cache, to be filled again from the passages.
vector = Table(
    "vector",
    metadata,
    # Model and endpoint: vectors of two spaces cannot be compared.
    Column("space", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    # float32, little-endian.
    Column("data", LargeBinary, nullable=False),
)

# A policy document (依据) and the days on which it is in force; such a document lends no wording.
basis = Table(
    "basis",
    metadata,
    Column("document_id", Text, ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
    # 文号, "" where it has none.
    Column("number", Text, nullable=False),
    # ISO dates, both included; none where open.
    Column("since", Text),
    Column("until", Text),
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
    # actual, target, comparable (可比口径), aim (a target against last year: `RelativeTarget`), or change (a 同比变化 as
    # printed: `ReportedChange`).
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

# A word of this office for a header or a metric, told once; the latest row of a word counts, "" takes it back.
word = Table(
    "word",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("word", Text, nullable=False),
    Column("meaning", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index(None, "word"),
)

# A 裁定: which source counts for a metric, who said so, when and why.  Rows are only ever added; a later one counts.
ruling = Table(
    "ruling",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("metric", Text, nullable=False),
    # "" for all departments, "" for every period.
    Column("department", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("chosen", Text, nullable=False),
    # The sources it chose between.
    Column("sources", JSON, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index(None, "metric"),
)

# What several sources say differently of one figure, until somebody rules; none of it is in `observation` meanwhile.
contested = Table(
    "contested",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("metric", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("imported_at", Text, nullable=False),
    Index(None, "metric", "department", "period", "role"),
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

# A file that a department sent, and who signed it; its items stand in `material`.
submission = Table(
    "submission",
    metadata,
    # Of department, year and fingerprint of the file.
    Column("id", Text, primary_key=True),
    Column("department", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("file", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("submitter", Text, nullable=False),
    # 审签: "" until somebody did.
    Column("signed_by", Text, nullable=False),
    # Numbers that went into no item, and what the sender says to the office.
    Column("unused", JSON, nullable=False),
    Column("remarks", JSON, nullable=False),
    Column("received_at", Text, nullable=False),
    Index(None, "year", "department"),
)

# What is collected for a year: from whom, by when.
collection = Table(
    "collection",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    # As written; may be no date (“12月28日下班前”).
    Column("deadline", Text, nullable=False),
    Column("departments", JSON, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
)

# Each time a department was urged (催报); rows are only ever added.
urging = Table(
    "urging",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("year", Integer, nullable=False),
    Column("department", Text, nullable=False),
    Column("urged_by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index(None, "year", "department"),
)

# A paid call, by the hash of what was asked; `ledger` says how it is claimed and settled.
call = Table(
    "call",
    metadata,
    Column("key", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    # What it was asked for first; the answer serves every job of the tenant.
    Column("job", Text, nullable=False),
    # completion, embedding.
    Column("purpose", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("sample", Integer, nullable=False),
    # started, done, failed.
    Column("state", Text, nullable=False),
    Column("request", JSON, nullable=False),
    Column("response", JSON),
    # Why the answer cannot be used; "" when it can.
    Column("problem", Text, nullable=False),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("estimated", Boolean, nullable=False),
    # Millionths of the price list's currency; none where no price is known.
    Column("cost_micro", BigInteger),
    Column("attempts", Integer, nullable=False),
    # How often a process ended while it waited for the answer: possibly billed.
    Column("doubtful", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("lease_until", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text),
    Index(None, "job", "state"),
    # A job's calls are found by the beginning of the name (“job/part”), whatever the collation.
    Index("ix_call_job_prefix", "job", postgresql_ops={"job": "text_pattern_ops"}),
)

# A batch: every department's documents of one manifest; `batch` says how it is run.
job = Table(
    "job",
    metadata,
    # Follows from tenant and name.
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("name", Text, nullable=False),
    # running, paused, cancelled, stopped, done.
    Column("state", Text, nullable=False),
    # Why it stands still; "" when it does not.
    Column("reason", Text, nullable=False),
    # The manifest as it was understood, paths absolute.
    Column("payload", JSON, nullable=False),
    # Millionths of the price list's currency; none without a limit.
    Column("max_cost_micro", BigInteger),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Index(None, "tenant", "state"),
)

# One document of a batch: department × kind.  Its record decides whether it is done, never a file.
paper = Table(
    "paper",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job_id", Text, ForeignKey("job.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("department", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # waiting, queued, drafting, drafted, done, failed.
    Column("state", Text, nullable=False),
    # Why it failed or waits; "" otherwise.
    Column("reason", Text, nullable=False),
    # What it is made from: files and options.
    Column("payload", JSON, nullable=False),
    # Which attempt: the workflow's id ends with it.
    Column("round", Integer, nullable=False),
    # Who works on it: a process that was taken over from may no longer record anything.
    Column("owner", Text, nullable=False),
    # Of what it was made from; another one means that figures or material have changed.
    Column("inputs", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("file", Text, nullable=False),
    # SHA-256 of the .docx as written.
    Column("file_hash", Text, nullable=False),
    # draft.json as text, and the one before it.
    Column("draft", Text),
    Column("draft_before", Text),
    Column("revision", Integer, nullable=False),
    Column("sections_done", Integer, nullable=False),
    # Counts for the board: sections, characters, numbers, findings, requests.
    Column("report", JSON, nullable=False),
    Column("queued_at", Text),
    Column("started_at", Text),
    Column("finished_at", Text),
    Index(None, "job_id", "ordinal"),
    Index(None, "job_id", "state"),
)

# A process that works on batches; its name outlives it, so that a restart takes its own work up again.
worker = Table(
    "worker",
    metadata,
    Column("id", Text, primary_key=True),
    # Host, process number and start, as `ledger` writes it.
    Column("process", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    # Microseconds since 1970 by the database's clock: machines' own clocks differ.
    Column("beat_us", BigInteger, nullable=False),
    # running, ended, gone.
    Column("state", Text, nullable=False),
)

# How fast a provider's key may be asked, shared by all who ask with it.  Microseconds since 1970.
pace = Table(
    "pace",
    metadata,
    # Fingerprint of endpoint and key; never the key.
    Column("key", Text, primary_key=True),
    # When the next request may start, when the next token, and until when the provider wants quiet.
    Column("requests_us", BigInteger, nullable=False),
    Column("tokens_us", BigInteger, nullable=False),
    Column("quiet_us", BigInteger, nullable=False),
)

# What happens to a batch, in order, without a word of any document.
happening = Table(
    "happening",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job_id", Text, ForeignKey("job.id", ondelete="CASCADE"), nullable=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("paper_id", Text, nullable=False),
    Column("detail", JSON, nullable=False),
    Index(None, "job_id", "id"),
)

# Who may sign in to the web.
account = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    # As it is printed wherever this person did something.
    Column("name", Text, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("departments", JSON, nullable=False),
    # Sees the whole organisation.
    Column("whole", Boolean, nullable=False),
    # argon2id, with its parameters.
    Column("password", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("disabled_at", Text),
)

# A browser that has signed in; its cookie holds the token, the row only the token's hash.
session = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Index(None, "account_id"),
)

# Wrong passwords in a row, by login and by address, and until when nobody need try again.
sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("key", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", Text, nullable=False),
    Column("until", Text, nullable=False),
)

# A draft that a person ordered from the web: what of, how far it is, what it became.
draft_order = Table(
    "draft_order",
    metadata,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False),
    Column("ordered_by", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("title", Text, nullable=False),
    # waiting, running, done, failed, stopped.
    Column("state", Text, nullable=False),
    # Kind, year, files and options.
    Column("payload", JSON, nullable=False),
    # Stage and sections as they come; counts at the end.
    Column("progress", JSON, nullable=False),
    # Why it failed; "" otherwise.
    Column("reason", Text, nullable=False),
    Column("document_id", Text),
    Column("ordered_at", Text, nullable=False),
    Column("started_at", Text),
    Column("finished_at", Text),
    # The process that works on it says so now and then; one that fell silent is gone.
    Column("beat_at", Text),
    Index(None, "ordered_at"),
)

# A request that was answered: asked again under the same key, it gets the same answer and does nothing.
answered = Table(
    "answered",
    metadata,
    Column("who", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    # Of route and body: the same key for something else is a mistake.
    Column("asked", Text, nullable=False),
    # None while it is under way.
    Column("status", Integer),
    Column("body", Text),
    Column("at", Text, nullable=False),
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
