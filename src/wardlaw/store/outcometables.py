"""The tables of live decisions, as counts alone, and of what watches them; see ``tables``."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Integer, String, Table, Text

from wardlaw.store.tables import METADATA

# Decisions of a system on a day, by group and by what was said and turned out. Nothing of one person is in it.
OUTCOME_COUNT = Table(
    "outcome_count",
    METADATA,
    Column("system", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("groups", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
)

# The rule that watches a system's decisions, as JSON, and how it stood last.
OUTCOME_WATCH = Table(
    "outcome_watch",
    METADATA,
    Column("system", String(64), primary_key=True),
    Column("live", Text, nullable=False),
    Column("set_by", String(128), nullable=False),
    Column("set_at", Double, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("since", Double, nullable=False),
)
