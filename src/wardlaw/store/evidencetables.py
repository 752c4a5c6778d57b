"""The tables of canaries; see ``tables``."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, String, Table, Text

from wardlaw.store.tables import METADATA

# Canaries that were sent, or could not be. The log has the decisions and the control records; this is what people ask.
CANARY_RUN = Table(
    "canary_run",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("canary", String(64), nullable=False),
    Column("clause", String(128), nullable=False),
    Column("route", String(64), nullable=False),
    Column("example", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("decision", String(64), nullable=False),
    Column("took_us", BigInteger, nullable=False),
    Column("detail", Text, nullable=False),
    Column("order_id", String(64), nullable=False),
    Column("incident", String(64), nullable=False),
    Index(None, "clause", "route", "at"),
    Index(None, "order_id"),
)

CANARY_ORDER = Table(
    "canary_order",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("clause", String(128), nullable=False),
    Column("asked_by", String(128), nullable=False),
    Column("asked_at", Double, nullable=False),
    Column("done_at", Double, nullable=False),
    Index(None, "done_at"),
)
