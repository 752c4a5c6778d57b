"""The tables of canaries and of exports; see ``tables``."""

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

# How far each target has read the log. Only its sender writes a row, after the target has taken what it names.
EXPORT_CURSOR = Table(
    "export_cursor",
    METADATA,
    Column("target", String(64), primary_key=True),
    Column("next_leaf", BigInteger, nullable=False),
    Column("sent", BigInteger, nullable=False),
    Column("missing", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("sent_at", Double, nullable=False),
    Column("failures", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
)
