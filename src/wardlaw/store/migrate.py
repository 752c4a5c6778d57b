"""Bring the database's schema to the one this version knows, or say why that cannot be."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine

from wardlaw.facts.errors import ConfigError
from wardlaw.store.database import reading, writing

# Any fixed number will do: it keeps two control processes from migrating one PostgreSQL at once.
_ADVISORY_LOCK = 0x57_41_52_44  # "WARD"


def upgrade(engine: Engine) -> str:
    """Run every migration that is missing, in one transaction; answers the revision reached.

    Raises:
        ConfigError: The database was written by a newer Wardlaw (WL-STO-006).
    """
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        config = _config(connection)
        _refuse_newer(connection, config)
        command.upgrade(config, "head")
        return _current(connection)


def downgrade(engine: Engine, revision: str) -> str:
    """Take the schema back to ``revision`` (``base`` for none at all); answers the revision reached."""
    with writing(engine) as connection:
        command.downgrade(_config(connection), revision)
        return _current(connection)


def revision(engine: Engine) -> str:
    """The schema revision the database stands at; ``""`` for an empty one."""
    with reading(engine) as connection:
        return _current(connection)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _current(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def _refuse_newer(connection: Connection, config: Config) -> None:
    current = _current(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current and current not in known:
        raise ConfigError(
            "WL-STO-006",
            f"The database stands at schema {current}, which this version does not know.",
            "Start the version that wrote it, or restore the backup made before the upgrade.",
        )
