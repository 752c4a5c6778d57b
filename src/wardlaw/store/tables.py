"""The schema, once, for SQLite and PostgreSQL.

Only types both databases share: text, integers, floats, booleans, bytes. Lists and the principal of a
key are canonical JSON text, so that no dialect's JSON type decides what a row means. Times are Unix
seconds as doubles, except in the log (``*_ms``), whose records carry whole milliseconds.

The migrations build the same schema; a test compares both on both databases.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

# Named constraints: SQLite can only alter what has a name (Alembic documentation, "The Importance of
# Naming Constraints").
METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# The log: one row per leaf of the Merkle tree. ``envelope`` is the leaf's data byte for byte; the other
# columns repeat what searches ask for.
RECORD = Table(
    "record",
    METADATA,
    Column("leaf_index", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("exchange", String(64), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("gateway", String(64), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("subject", String(128), nullable=False),
    Column("effect", String(16), nullable=False),
    Column("demanded", String(16), nullable=False),
    Column("action", String(32), nullable=False),
    Column("route", String(64), nullable=False),
    Column("policies", Text, nullable=False),
    Column("code", String(64), nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    UniqueConstraint("gateway", "epoch", "seq"),
    Index(None, "id"),
    Index(None, "exchange"),
    Index(None, "at_ms"),
    Index(None, "kind", "at_ms", "effect", "id"),  # counting reads it alone, not a million envelopes
    Index(None, "kind", "leaf_index"),
    Index(None, "subject", "leaf_index"),  # one caller's newest decisions
    Index(None, "route", "leaf_index"),
    Index(
        "ix_record_code",
        "code",
        "leaf_index",
        sqlite_where=text("code <> ''"),
        postgresql_where=text("code <> ''"),
    ),
    Index(
        "ix_record_stopped",  # the few that did not simply go through, the newest of an effect
        "effect",
        "leaf_index",
        sqlite_where=text("effect NOT IN ('allow', '')"),
        postgresql_where=text("effect NOT IN ('allow', '')"),
    ),
)

# What the console's figures are read from: sums over the log by minute and by hour, kept by the sequencer. No row names
# anybody, so nothing of it is erased. ``kind`` is ``effect``, ``clause`` (one that was a reason), ``added`` (time the
# gateway added to an exchange: ``name`` is the upper bound of a step, in microseconds), or ``calls``, ``tokens`` and
# ``uncounted`` of an upstream.
LOG_COUNT = Table(
    "log_count",
    METADATA,
    Column("span_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("start_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(64), primary_key=True),
    Column("many", BigInteger, nullable=False),
)

# How often a name of the log was decided on, by day (UTC): what the inventory reads of use at the gateway. Days long past are
# taken away. ``subject`` is the pseudonym the record has.
LOG_USE = Table(
    "log_use",
    METADATA,
    Column("day_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", String(128), primary_key=True),
    Column("many", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
)

# Which clauses decisions rest on: most rest on none, so that this stays small beside the log. No foreign key, as below.
LOG_CLAUSE = Table(
    "log_clause",
    METADATA,
    Column("clause", String(64), primary_key=True),
    Column("leaf_index", BigInteger, primary_key=True, autoincrement=False),
)

# No foreign key to ``record``: pruning and erasure take parts away while the leaf stays.
SEALED_PART = Table(
    "sealed_part",
    METADATA,
    Column("leaf_index", BigInteger, primary_key=True, autoincrement=False),
    Column("klass", String(32), primary_key=True),
    Column("subject", String(128), nullable=False),
    Column("month", String(7), nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Index(None, "subject", "month"),
)

# One row. ``fence`` rises with every sequencer that takes over; a writer with a lower fence is refused.
TREE_STATE = Table(
    "tree_state",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("right_edge", LargeBinary, nullable=False),
    Column("checkpoint", LargeBinary, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("witnessed_size", BigInteger, nullable=False),
    Column("witnessed_at_ms", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

PERSON = Table(
    "person",
    METADATA,
    Column("id", String(128), primary_key=True),
    Column("name", String(256), nullable=False),
    Column("unix_uid", BigInteger, nullable=True),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("identity", String(256), nullable=False, server_default=""),  # not unique: one human, several accounts
    UniqueConstraint("unix_uid"),  # one account of the machine is one person
)

PERSON_ROLE = Table(
    "person_role",
    METADATA,
    Column("person", String(128), ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("role", String(32), primary_key=True),
    Column("granted_by", String(128), nullable=False),
    Column("granted_at", Double, nullable=False),
)

# Only the hash of a token is kept. ``person`` is empty for the one token that makes the first admin.
TOKEN = Table(
    "token",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("person", String(128), ForeignKey("person.id", ondelete="CASCADE"), nullable=True),
    Column("label", String(256), nullable=False),
    Column("created_by", String(128), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("revoked_at", Double, nullable=False),
    Column("used_at", Double, nullable=False),
    Column("last_used_at", Double, nullable=False),
    Column("scopes", Text, nullable=False, server_default=""),
    UniqueConstraint("sha256"),
    Index(None, "person"),
)

API_KEY = Table(
    "api_key",
    METADATA,
    Column("id", String(128), primary_key=True),
    Column("secret_sha256", String(64), nullable=False),
    Column("principal_id", String(128), nullable=False),
    Column("principal", Text, nullable=False),
    Column("models", Text, nullable=False),
    Column("routes", Text, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("revoked_at", Double, nullable=False),
    Column("persons", Text, nullable=False),
    Column("signing_key", String(128), nullable=False),
    Column("owner", String(128), ForeignKey("person.id"), nullable=False),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("secret_sha256"),
    Index(None, "principal_id"),
)

# ``prefix_hash`` is an unsigned 64-bit number; both databases' integers are signed, so it is decimal text.
REGISTERED_SECRET = Table(
    "registered_secret",
    METADATA,
    Column("id", String(128), primary_key=True),
    Column("length", Integer, nullable=False),
    Column("prefix_length", Integer, nullable=False),
    Column("prefix_hash", String(20), nullable=False),
    Column("mac", String(64), nullable=False),
    Column("tripwire", Boolean, nullable=False),
    Column("spaced", Boolean, nullable=False),
    Column("created_by", String(128), nullable=False),
    Column("created_at", Double, nullable=False),
)

INCIDENT = Table(
    "incident",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("exchange", String(64), nullable=False),
    Column("principal", String(128), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("opened_at", Double, nullable=False),
    Column("state", String(16), nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("last_at", Double, nullable=False),
    Column("detail", Text, nullable=False),
    Column("closed_by", String(128), nullable=False),
    Column("closed_at", Double, nullable=False),
    Column("close_reason", Text, nullable=False, server_default=""),
    Index(None, "principal", "kind", "state"),
    Index(None, "opened_at"),
)

# What an incident is known again by: keyed digests of callers, persons and payloads.
INCIDENT_MARK = Table(
    "incident_mark",
    METADATA,
    Column("incident", String(64), primary_key=True),
    Column("mark", String(96), primary_key=True),
    Index(None, "mark"),
)

# The first decisions of an incident; the log has all of them.
INCIDENT_EVIDENCE = Table(
    "incident_evidence",
    METADATA,
    Column("incident", String(64), primary_key=True),
    Column("decision", String(64), primary_key=True),
    Column("exchange", String(64), nullable=False),
    Column("at", Double, nullable=False),
    Column("clause", String(64), nullable=False),
    Column("effect", String(16), nullable=False),
)

# Who is to be told about an incident: written with it, sent by the control process, kept when it was sent or given up.
NOTIFICATION = Table(
    "notification",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("channel", String(64), nullable=False),
    Column("incident", String(64), nullable=False),
    Column("event", String(16), nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Double, nullable=False),
    Column("error", Text, nullable=False),
    Index(None, "state", "next_at"),
)

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("key", String(256), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", Double, nullable=False),
    Column("until", Double, nullable=False),
    Column("placed_by", String(128), nullable=False),
    Column("released_at", Double, nullable=False),
    Column("released_by", String(128), nullable=False),
    Column("incident", String(64), nullable=False, server_default=""),
    Column("release_reason", Text, nullable=False, server_default=""),
    Index(None, "key"),
    Index(None, "incident"),
)

# A counter per kind of thing the gateway keeps in memory, raised in the transaction that changes it.
GENERATION = Table(
    "generation",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

SETTING = Table(
    "setting",
    METADATA,
    Column("name", String(128), primary_key=True),
    Column("value", Text, nullable=False),
)

# An erasure is asked for by one person and confirmed by another (SOD-7); the row tells both.
ERASURE = Table(
    "erasure",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("subject", String(128), nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("requested_by", String(128), nullable=False),
    Column("requested_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("confirmed_by", String(128), nullable=False),
    Column("confirmed_at", Double, nullable=False),
    Column("parts", BigInteger, nullable=False),
    Index(None, "subject"),
)

# A legal hold: while one stands on a subject, nothing of it is erased or pruned.
HOLD = Table(
    "hold",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("subject", String(128), nullable=False),
    Column("reason", Text, nullable=False),
    Column("placed_by", String(128), nullable=False),
    Column("placed_at", Double, nullable=False),
    Column("lift_asked_by", String(128), nullable=False),
    Column("lift_asked_at", Double, nullable=False),
    Column("lifted_by", String(128), nullable=False),
    Column("lifted_at", Double, nullable=False),
    Index(None, "subject"),
)

# What people say about a caller's behaviour; gateways follow in the order of the numbers.
HABIT_ORDER = Table(
    "habit_order",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("caller", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("placed_by", String(128), nullable=False),
    Column("placed_at", Double, nullable=False),
    Index(None, "caller"),
)

# What vendors keep for callers. The owner is a keyed digest, so the table names nobody.
KEPT = Table(
    "kept",
    METADATA,
    Column("upstream", String(128), primary_key=True),
    Column("id", String(128), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("made_at", Double, nullable=False),
    Column("purpose", String(64), nullable=False),
    Column("endpoint", String(64), nullable=False),
    Column("model", String(256), nullable=False),
    Column("records", BigInteger, nullable=False),
    Index(None, "owner", "kind"),
)
CALL_APPROVAL = Table(
    "call_approval",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("principal", String(256), nullable=False),
    Column("acting_for", String(256), nullable=False),
    Column("action", String(128), nullable=False),
    Column("resource", String(512), nullable=False),
    Column("clauses", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("approvers", Integer, nullable=False),
    Column("exchange", String(64), nullable=False),
    Column("decision", String(64), nullable=False),
    Column("asked_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("state", String(16), nullable=False),
    Column("answers", Text, nullable=False),
    Column("used_at", Double, nullable=False),
    Column("used_by", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Index(None, "state", "asked_at"),
    Index(None, "digest"),
    Index(None, "principal", "state"),
)

# What the person who is asked must see of a held call, sealed under the keys of the subject.
CALL_DETAIL = Table(
    "call_detail",
    METADATA,
    Column("approval", String(64), primary_key=True),
    Column("subject", String(64), nullable=False),
    Column("part", Text, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
)

# Answers of models that hold a held tool call, sealed, until they are released or have run out. Of the token under
# which the caller asks for one there is only a hash.
KEPT_ANSWER = Table(
    "kept_answer",
    METADATA,
    Column("token", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("approvals", Text, nullable=False),
    Column("subject", String(64), nullable=False),
    Column("part", Text, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("expires_at", Double, nullable=False),
    Index(None, "owner"),
    Index(None, "subject"),
    Index(None, "expires_at"),
)

# What servers of tools offer: the definition that may be used, and the one offered last. The texts are the servers'.
TOOL_PIN = Table(
    "tool_pin",
    METADATA,
    Column("server", String(64), primary_key=True),
    Column("tool", String(256), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("pin", String(64), nullable=False),
    Column("definition", Text, nullable=False),
    Column("offered_pin", String(64), nullable=False),
    Column("offered", Text, nullable=False),
    Column("concerns", Text, nullable=False),
    Column("first_at", Double, nullable=False),
    Column("changed_at", Double, nullable=False),
    Column("approved_by", String(128), nullable=False),
    Column("approved_at", Double, nullable=False),
)

# Tools that requests of callers have named: the last definition of each. The texts are those of whoever wrote the tool.
TOOL_SEEN = Table(
    "tool_seen",
    METADATA,
    Column("name", String(200), primary_key=True),
    Column("definition", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("seen_at", Double, nullable=False),
)

# Credentials of servers of tools, sealed: the data key lies in the keyring, and goes when the credential is forgotten.
SERVER_CREDENTIAL = Table(
    "server_credential",
    METADATA,
    Column("server", String(32), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("subject", String(64), nullable=False),
    Column("part", Text, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("set_by", String(128), nullable=False),
    Column("set_at", Double, nullable=False),
)
