"""What SQL in a tool call does."""

from __future__ import annotations

from enum import StrEnum


class SqlKind(StrEnum):
    """One statement may do several of these."""

    SCHEMA = "schema"  # names of tables and columns, session settings, transactions
    READ = "read"
    WRITE = "write"
    COPY = "copy"  # rows go to another table or a file
    DESTROY = "destroy"  # drops, truncates, deletes or overwrites without a condition
    UNREADABLE = "unreadable"  # nobody can tell
