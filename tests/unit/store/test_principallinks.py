from __future__ import annotations

import msgspec

from wardlaw.store.database import writing
from wardlaw.store.principallinks import PrincipalLink, link_principal, list_links, unlink_principal

LINK = PrincipalLink("acme", "app-1", "agent:reports", "person:a", 5.0)


def test_links_are_kept_once_and_let_go(database) -> None:
    other = msgspec.structs.replace(LINK, app="app-2", directory="beta")
    with writing(database) as connection:
        link_principal(connection, LINK)
        link_principal(connection, msgspec.structs.replace(LINK, linked_by="person:b", linked_at=6.0))
        link_principal(connection, other)
        assert list_links(connection) == (LINK, other)
        assert list_links(connection, directory="beta") == (other,)
        assert list_links(connection, app="app-1") == (LINK,)
        unlink_principal(connection, LINK)
        assert list_links(connection) == (other,)
