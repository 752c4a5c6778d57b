"""The tables of signing in through an identity provider; see ``tables``."""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Index, String, Table, UniqueConstraint

from wardlaw.store import signingtables
from wardlaw.store.tables import METADATA

# Which account of the provider is which person. One person has at most one account at one issuer: another subject that
# bears their mail address later is somebody else.
PROVIDER_LOGIN = Table(
    "provider_login",
    METADATA,
    Column("issuer", String(512), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("person", String(128), ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("bound_by", String(128), nullable=False),
    Column("bound_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
    UniqueConstraint("person", "issuer"),
)

# Which session of the provider a session of the console belongs to, so that the provider can end it; ``sid`` is empty
# where the provider does not say.
PROVIDER_SESSION = Table(
    "provider_session",
    METADATA,
    Column("session", String(64), ForeignKey(signingtables.CONSOLE_SESSION.c.id, ondelete="CASCADE"), primary_key=True),
    Column("issuer", String(512), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("sid", String(256), nullable=False),
    Index(None, "issuer", "subject"),
)

# Logout tokens that were taken, by a digest of issuer and id, for as long as they hold.
PROVIDER_LOGOUT = Table(
    "provider_logout",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("until", Double, nullable=False),
    Index(None, "until"),
)
