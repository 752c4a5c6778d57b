"""Alembic's entry: run the migrations on the connection (and in the transaction) that the caller opened."""

from __future__ import annotations

from alembic import context

import wardlaw.store.coveragetables
import wardlaw.store.dutytables
import wardlaw.store.evidencetables
import wardlaw.store.inventorytables
import wardlaw.store.lifetables
import wardlaw.store.outcometables
import wardlaw.store.providertables
import wardlaw.store.registertables
import wardlaw.store.signingtables
import wardlaw.store.viewtables  # noqa: F401 (their tables belong to the schema)
from wardlaw.store.tables import METADATA

# SQLite cannot alter constraints in place; batch mode lets later migrations rebuild a table instead.
context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
