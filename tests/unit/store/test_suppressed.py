from __future__ import annotations

from hashlib import sha256

import msgspec
from sqlalchemy import select

from wardlaw.inventory.model import Account, Grant, Sighting
from wardlaw.inventory.veiling import Alias, Veil
from wardlaw.store.database import writing
from wardlaw.store.inventorytables import SUPPRESSED_NAME
from wardlaw.store.suppressed import suppress, suppressed_in

NAME = "erased-00000000000000000000000000"


class Told(msgspec.Struct, frozen=True):
    sightings: tuple[Sighting, ...] = ()
    gaps: tuple[str, ...] = ()


def tag(text: str) -> str:
    return sha256(text.casefold().encode()).hexdigest()


def test_names_are_known_again_in_any_case_and_place(database) -> None:
    with writing(database) as connection:
        told = Told((Sighting(Account("U1", name="Anna B. Blau")), Sighting(Grant("u1:x", "u1", "x"))))
        assert suppressed_in(connection, "acme", told, tag) == ()
        names = (Alias("U1", NAME, "acme"), Alias("Anna Blau", NAME))
        assert suppress(connection, names, tag, erasure="era_1", now=1.0) == 2
        assert suppress(connection, names, tag, erasure="era_2", now=2.0) == 0
        found = suppressed_in(connection, "acme", told, tag)
        assert {one.text for one in found} == {"U1", "u1", "Anna B. Blau"}  # also as it is called now
        after = Veil(found, "acme").over(told)
        assert after.sightings == (Sighting(Account(NAME, name=NAME)), Sighting(Grant(f"{NAME}:x", NAME, "x")))
        assert suppressed_in(connection, "other", told, tag) == ()
        gaps = Told(gaps=("The mailbox of anna blau, was not read.",))
        assert [one.text for one in suppressed_in(connection, "other", gaps, tag)] == ["anna blau"]
        kept = connection.execute(select(SUPPRESSED_NAME)).all()
        assert "Anna" not in str(kept)
