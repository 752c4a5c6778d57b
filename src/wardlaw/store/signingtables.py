"""The tables of signing in to the console; see ``tables``. No secret stands in them, only digests and public keys."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from wardlaw.store.tables import METADATA

# Sessions of browsers. ``previous_sha256`` is the secret before the last rotation, empty without one; ``auth_time`` is
# when the person last showed who they are, and ``method`` and ``amr`` (RFC 8176, comma-separated) how.
CONSOLE_SESSION = Table(
    "console_session",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("person", String(128), ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("secret_sha256", String(64), nullable=False),
    Column("previous_sha256", String(64), nullable=False),
    Column("rotated_at", Double, nullable=False),
    Column("method", String(32), nullable=False),
    Column("amr", String(128), nullable=False),
    Column("auth_time", Double, nullable=False),
    Column("began_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
    Column("ended_at", Double, nullable=False),
    Column("ended_why", String(32), nullable=False),
    Column("label", String(128), nullable=False),
    UniqueConstraint("secret_sha256"),
    Index(None, "previous_sha256"),
    Index(None, "person"),
)

# Passwords, as Argon2id made them (the text names its parameters and holds its salt).
PASSWORD = Table(
    "console_password",
    METADATA,
    Column("person", String(128), ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("encoded", Text, nullable=False),
    Column("set_at", Double, nullable=False),
)

# Passkeys: public keys (COSE), and how often each says it was used. ``rp_id`` is the name of the console it was made for.
PASSKEY = Table(
    "console_passkey",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("person", String(128), ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("credential", String(1400), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("rp_id", String(255), nullable=False),
    Column("name", String(64), nullable=False),
    Column("model", String(36), nullable=False),
    Column("backed_up", Boolean, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("used_at", Double, nullable=False),
    UniqueConstraint("credential"),
    Index(None, "person"),
)
