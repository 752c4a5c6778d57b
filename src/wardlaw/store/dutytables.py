"""The tables of what people owe and are owed: waivers, broken glass, serious incidents, appeals; see ``tables``.

Each row holds the whole as JSON; the other columns repeat what searches ask for. ``signature`` is of the bundle's key
over what the door reads: a row that somebody wrote past the management API lifts nothing.
"""

from __future__ import annotations

from sqlalchemy import Column, Double, Index, Integer, String, Table, Text

from wardlaw.store.tables import METADATA

WAIVER = Table(
    "waiver",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("clause", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("asked_at", Double, nullable=False),
    Column("ends_at", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("waiver", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Index(None, "state", "ends_at"),
)

BREAK_GLASS = Table(
    "break_glass",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("incident", String(64), nullable=False),
    Column("opened_at", Double, nullable=False),
    Column("ends_at", Double, nullable=False),
    Column("reviewed_at", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("glass", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Index(None, "ends_at"),
    Index(None, "incident"),
)

SERIOUS_INCIDENT = Table(
    "serious_incident",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("incident", String(64), nullable=False),
    Column("due_at", Double, nullable=False),
    Column("closed_at", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("serious", Text, nullable=False),
    Index(None, "closed_at", "due_at"),
)

APPEAL = Table(
    "appeal",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("decision", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("at", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("appeal", Text, nullable=False),
    Index(None, "decision"),
    Index(None, "state", "at"),
)
