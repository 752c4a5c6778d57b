"""The table of saved views; see ``tables``."""

from __future__ import annotations

from sqlalchemy import Column, Double, String, Table, Text

from wardlaw.store.tables import METADATA

# Filters of a list that somebody has given a name: ``place`` is the page, ``query`` what stands behind its "?".
SAVED_VIEW = Table(
    "saved_view",
    METADATA,
    Column("person", String(128), primary_key=True),
    Column("place", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("query", Text, nullable=False),
    Column("saved_at", Double, nullable=False),
)
