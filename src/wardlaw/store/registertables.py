"""The tables of the register: entries beside systems, classifications, gates and verdicts, intake; see ``tables``."""

from __future__ import annotations

from sqlalchemy import Column, Double, Index, Integer, String, Table, Text, UniqueConstraint

from wardlaw.store.tables import METADATA

# Models, datasets and vendors as they now are; ``entry`` is all of one as JSON.
REGISTER_ENTRY = Table(
    "register_entry",
    METADATA,
    Column("kind", String(16), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("entry", Text, nullable=False),
    Column("changed_by", String(128), nullable=False),
    Column("changed_at", Double, nullable=False),
    Column("retired_at", Double, nullable=False),
)

# Every state an entry was ever in. Rows are only added.
REGISTER_ENTRY_VERSION = Table(
    "register_entry_version",
    METADATA,
    Column("kind", String(16), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("entry", Text, nullable=False),
    Column("changed_by", String(128), nullable=False),
    Column("changed_at", Double, nullable=False),
    Column("retired_at", Double, nullable=False),
)

# Questionnaires that were handed in, and what followed from each. Rows are only added; of one system the latest counts.
CLASSIFICATION = Table(
    "classification",
    METADATA,
    Column("system", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("tier", String(16), nullable=False),
    Column("classification", Text, nullable=False),
    Column("made_by", String(128), nullable=False),
    Column("made_at", Double, nullable=False),
)

# Answers that a person is still at work on; nothing follows from them before they are handed in.
CLASSIFICATION_DRAFT = Table(
    "classification_draft",
    METADATA,
    Column("system", String(64), primary_key=True),
    Column("person", String(128), primary_key=True),
    Column("follows", Integer, nullable=False),
    Column("answers", Text, nullable=False),
    Column("at", Double, nullable=False),
)

# Gates in every version; the newest of an id counts, and opens nothing before it is signed.
GATE = Table(
    "gate",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("gate", Text, nullable=False),
    Column("added_by", String(128), nullable=False),
    Column("added_at", Double, nullable=False),
    Column("signed_by", String(128), nullable=False),
    Column("signed_at", Double, nullable=False),
)

# Runs of gates; ``answers`` counts the sign-offs in ``run``.
GATE_RUN = Table(
    "gate_run",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("system", String(64), nullable=False),
    Column("gate", String(64), nullable=False),
    Column("at", Double, nullable=False),
    Column("answers", Integer, nullable=False),
    Column("run", Text, nullable=False),
    Index(None, "system", "at"),
)

# Verdicts as they were signed. Whoever revokes one takes its signature away, so that no row can be made to live again.
GATE_VERDICT = Table(
    "gate_verdict",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("system", String(64), nullable=False),
    Column("run", String(64), nullable=False),
    Column("verdict", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("ends_at", Double, nullable=False),
    Column("revoked_at", Double, nullable=False),
    Column("revoked_by", String(128), nullable=False),
    Column("reason", Text, nullable=False),
    Index(None, "system", "at"),
)

# What people asked for; ``answers`` counts the words in ``request``.
INTAKE = Table(
    "intake",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("asked_by", String(128), nullable=False),
    Column("asked_at", Double, nullable=False),
    Column("answers", Integer, nullable=False),
    Column("request", Text, nullable=False),
    Index(None, "state", "asked_at"),
)

# What red-team tools found, with the digest of the report's file and of the model it is of. Rows are only added.
RED_TEAM_REPORT = Table(
    "red_team_report",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("model_digest", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("target", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("kept_by", String(128), nullable=False),
    Column("kept_at", Double, nullable=False),
    UniqueConstraint("model_digest", "digest"),
    Index(None, "kept_at"),
)
