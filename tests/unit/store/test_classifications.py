from __future__ import annotations

import msgspec
from sqlalchemy.engine import Engine

from tests.unit.register.test_classification import classified
from wardlaw.facts.person import Person, Role
from wardlaw.store.classifications import (
    add_classification,
    classifications_of,
    newest_classification,
    newest_classifications,
)
from wardlaw.store.database import reading, writing
from wardlaw.store.people import add_person


def test_versions_are_added_and_the_newest_counts(database: Engine) -> None:
    one = classified()
    with writing(database) as connection:
        add_person(connection, Person("person:ann", "ann", (Role.OWNER,)), by="init", now=1.0)
        add_classification(connection, one)
        add_classification(connection, msgspec.structs.replace(one, version=2))
    with reading(database) as connection:
        assert [found.version for found in classifications_of(connection, "cv")] == [1, 2]
        assert newest_classification(connection, "cv") == msgspec.structs.replace(one, version=2)
        assert newest_classification(connection, "other") is None
        assert {name: found.version for name, found in newest_classifications(connection).items()} == {"cv": 2}
