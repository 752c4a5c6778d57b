from __future__ import annotations

from wardlaw.inventory.model import Account, Sighting
from wardlaw.store.database import writing
from wardlaw.store.mailnames import ids_of_mails
from wardlaw.store.pushes import take_pushed


def test_an_address_that_one_account_bears_is_its_id_and_no_other_is(database) -> None:
    told = [("1", "Ada@acme.example"), ("2", "bob@acme.example"), ("3", "bob@acme.example"), ("4", "xada@acme.example")]
    with writing(database) as connection:
        sightings = [Sighting(Account(id_, name=name), 5.0) for id_, name in told]
        take_pushed(connection, ("acme", "google"), sightings, latest_at=5.0, now=9.0)
        mails = ("ada@acme.example", "bob@acme.example", "nobody@acme.example", "%@acme.example")
        assert ids_of_mails(connection, "acme", mails) == {"ada@acme.example": "1"}
        assert ids_of_mails(connection, "other", mails) == {}
