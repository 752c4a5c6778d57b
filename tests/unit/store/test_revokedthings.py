from __future__ import annotations

from tests.unit.inventory.test_withdrawal import planned
from tests.unit.store.test_redrawing import told
from wardlaw.inventory.model import Account, Consent, Credential, Grant, Use
from wardlaw.inventory.view import assemble
from wardlaw.inventory.withdrawal import concerns
from wardlaw.store.database import writing
from wardlaw.store.inventory import list_items, list_runs
from wardlaw.store.redrawing import drawings_due
from wardlaw.store.revokedthings import count_grants_to, names_known, things_of


def test_what_a_revocation_is_about_is_found_by_its_names(database) -> None:
    with writing(database) as connection:
        told(
            connection, 1, Account("ada"), Grant("g1", "ada", "app-1"), Grant("g9", "ada", "app-1"), Grant("g2", "bob", "b"),
            Use("u1", "ada", "app-1"), Use("u2", "eve", "app-1"), Credential("k1", "eve", "key", app="app-2"),
            Grant("g3", "", "c", Consent.REQUESTED),
        )  # fmt: skip
        every = assemble(list_items(connection), list_runs(connection)).items
        for one in (planned(), planned(app="app-1"), planned(app="app-2", steps=()), planned(directory="other")):
            wanted = {(i.thing.id, i.thing.account) for i in every if one.directory == "acme" and concerns(one, i)}
            found = things_of(connection, one)
            assert {(item.thing.id, item.thing.account) for item in found} == wanted
        assert names_known(connection, "acme", {"ada", "app-1", "g2", "nobody"}) == {"ada", "app-1", "g2"}
        assert names_known(connection, "other", {"ada"}) == frozenset()
        assert count_grants_to(connection, "acme", {"app-1", "b"}) == 2  # two names of one grant are one thing
        assert not drawings_due(connection)
