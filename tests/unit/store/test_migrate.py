from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

import wardlaw.store.dutytables
import wardlaw.store.evidencetables
import wardlaw.store.inventorytables
import wardlaw.store.lifetables
import wardlaw.store.providertables
import wardlaw.store.registertables
import wardlaw.store.signingtables  # noqa: F401 (as those)
from wardlaw.facts.errors import ConfigError
from wardlaw.store.database import reading, writing
from wardlaw.store.migrate import downgrade, revision, upgrade
from wardlaw.store.tables import METADATA


def test_migrations_build_exactly_the_schema(empty_database) -> None:
    assert revision(empty_database) == ""
    assert upgrade(empty_database) == revision(empty_database) != ""
    with reading(empty_database) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_checks_are_built_too(database) -> None:
    # Comparing metadata does not look at CHECK constraints.
    row = "(2, 0, :e, :e, :e, 0, 0, 0)"
    with pytest.raises(DBAPIError), writing(database) as connection:
        connection.execute(text(f"INSERT INTO tree_state VALUES {row}"), {"e": b""})


def test_upgrading_twice_changes_nothing(database) -> None:
    with writing(database) as connection:
        connection.execute(text("INSERT INTO setting (name, value) VALUES ('a', 'b')"))
    upgrade(database)
    with reading(database) as connection:
        assert connection.execute(text("SELECT value FROM setting")).scalar() == "b"


def test_downgrade_takes_everything_away_and_upgrade_brings_it_back(empty_database) -> None:
    database = empty_database  # its own: the others share one
    upgrade(database)
    assert downgrade(database, "base") == ""
    with reading(database) as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    upgrade(database)
    with reading(database) as connection:
        assert set(METADATA.tables) <= set(inspect(connection).get_table_names())


def test_a_database_from_the_future_is_refused(empty_database) -> None:
    database = empty_database
    upgrade(database)
    with writing(database) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError) as caught:
        upgrade(database)
    assert caught.value.code == "WL-STO-006"
