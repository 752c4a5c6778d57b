"""Tables of the life of clauses: versions, sign-offs, events, backtests. Rows are added and never changed or removed.

Each row bears a keyed mark (``mac``), so that one written or changed past Wardlaw is told from its own.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from wardlaw.store.tables import METADATA

CLAUSE_VERSION = Table(
    "clause_version",
    METADATA,
    Column("clause", String(32), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("risk", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("author", String(128), nullable=False),
    Column("author_human", String(256), nullable=False),
    Column("at", Double, nullable=False),
    Column("mac", String(64), nullable=False),
)

SIGN_OFF = Table(
    "sign_off",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("clause", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("person", String(128), nullable=False),
    Column("human", String(256), nullable=False),
    Column("roles", String(128), nullable=False),
    Column("approves", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("mac", String(64), nullable=False),
    ForeignKeyConstraint(["clause", "version"], ["clause_version.clause", "clause_version.version"]),
    Index(None, "clause", "version"),
)

CLAUSE_EVENT = Table(
    "clause_event",
    METADATA,
    Column("clause", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("step", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("by", String(128), nullable=False),
    Column("at", Double, nullable=False),
    Column("reason", Text, nullable=False),
    Column("record", String(64), nullable=False),
    Column("until", Double, nullable=False),
    Column("mac", String(64), nullable=False),
    ForeignKeyConstraint(["clause", "version"], ["clause_version.clause", "clause_version.version"]),
)

CLAUSE_BACKTEST = Table(
    "clause_backtest",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("clause", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Double, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("report", Text, nullable=False),
    Column("mac", String(64), nullable=False),
    ForeignKeyConstraint(["clause", "version"], ["clause_version.clause", "clause_version.version"]),
    Index(None, "clause", "version"),
)

# A detector is loosened by two: who tunes it asks, who answers for risk agrees (SOD-10).
LOOSENING = Table(
    "loosening",
    METADATA,
    Column("subject", String(128), primary_key=True),
    Column("asked_by", String(128), nullable=False),
    Column("asked_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
)

APPEND_ONLY = (CLAUSE_VERSION, SIGN_OFF, CLAUSE_EVENT, CLAUSE_BACKTEST)
