"""The tables of AI systems, of changes of the law, and of what people vouch for; see ``tables``."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, String, Table, Text

from wardlaw.store.tables import METADATA

# AI systems as they now are; ``system`` is all of one as JSON.
AI_SYSTEM = Table(
    "ai_system",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("system", Text, nullable=False),
    Column("changed_by", String(128), nullable=False),
    Column("changed_at", Double, nullable=False),
    Column("retired_at", Double, nullable=False),
)

# Every state a system was ever in. Rows are only added.
AI_SYSTEM_VERSION = Table(
    "ai_system_version",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("step", String(16), nullable=False),
    Column("system", Text, nullable=False),
    Column("changed_by", String(128), nullable=False),
    Column("changed_at", Double, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
)

# Frameworks that took the place of those that ship, whole. Rows are only added; of one framework the latest state counts.
FRAMEWORK_PACK = Table(
    "framework_pack",
    METADATA,
    Column("framework", String(64), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("as_of", String(10), nullable=False),
    Column("pack", String(128), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("document", Text, nullable=False),
    Column("applied_by", String(128), nullable=False),
    Column("applied_at", Double, nullable=False),
    # By the bundle's key; a row without the right one counts nowhere.
    Column("signature", Text, nullable=False, server_default=""),
)

# What a change of the law put up to be looked at again: a provision for a system.
REOPENING = Table(
    "reopening",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("ref", String(160), nullable=False),
    Column("system", String(64), nullable=False),
    Column("pack", String(128), nullable=False),
    Column("what", Text, nullable=False),
    Column("opened_at", Double, nullable=False),
    Column("closed_at", Double, nullable=False),
    Column("closed_by", String(128), nullable=False),
    Column("attestation", String(64), nullable=False),
    Index(None, "closed_at"),
    Index(None, "ref", "system"),
)

# What people vouch for. Rows are added and withdrawn, never changed otherwise.
ATTESTATION = Table(
    "attestation",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("clause", String(160), nullable=False),
    Column("system", String(64), nullable=False),
    Column("says", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("effective_from", Double, nullable=False),
    Column("until", Double, nullable=False),
    Column("attested_by", String(128), nullable=False),
    Column("received_at", Double, nullable=False),
    Column("file_name", String(256), nullable=False),
    Column("file_sha256", String(64), nullable=False),
    Column("withdrawn_at", Double, nullable=False),
    Column("withdrawn_by", String(128), nullable=False),
    Index(None, "until"),
)
