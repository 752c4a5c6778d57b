from __future__ import annotations

import pytest

from tests.unit.store.test_grantlots import MAIL, listed
from tests.unit.store.test_grantstanding import approval
from wardlaw.inventory.bundle import face_of
from wardlaw.inventory.granting import ApprovalBook
from wardlaw.inventory.model import Account, AccountKind, App, Grant
from wardlaw.store import grantpages
from wardlaw.store.database import writing
from wardlaw.store.grantpages import GrantFilter, find_grants, rules_on

DAY = 86_400.0
AT = 400 * DAY


@pytest.fixture
def filled(database):
    with writing(database) as connection:
        grants = [Grant(f"g{n}", f"u{n}", "a" if n % 2 else "b", scopes=(MAIL,)) for n in range(6)]
        listed(
            connection, 1, *grants, Grant("h", "bot", "b", scopes=("openid",), granted_at=1.0, last_used_at=DAY, usage_known=True),
            App("a", "Notes"), App("b", "ChatGPT"), Account("u1", name="Ada"), Account("bot", AccountKind.NHI),
        )  # fmt: skip
        yield connection


def asked(connection, **wanted) -> list[str]:
    found = find_grants(connection, GrantFilter(**wanted), ApprovalBook((approval("p"),)), at=AT)
    return [item.thing.id for item in found.items]


def paged(connection, **wanted) -> list[list[str]]:
    pages, after = [], None
    while True:
        found = find_grants(connection, GrantFilter(after=after, **wanted), ApprovalBook(()), at=AT)
        pages.append([item.thing.id for item in found.items])
        after = found.after
        if after is None:
            return pages


@pytest.mark.parametrize("few", [grantpages.FEW, 0])
def test_whatever_the_way_the_same_is_found(filled, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(grantpages, "FEW", few)
    assert asked(filled) == ["g0", "g1", "g2", "g3", "g4", "g5", "h"]
    assert asked(filled, find="ada") == ["g1"]
    assert asked(filled, find="notes") == ["g1", "g3", "g5"]
    assert asked(filled, vendor="*") == asked(filled, find="chatgpt") == ["g0", "g2", "g4", "h"]
    assert asked(filled, vendor="no such") == []
    assert asked(filled, level=4) == ["g0", "g1", "g2", "g3", "g4", "g5"]
    assert asked(filled, level=4, find="ada") == ["g1"]
    assert asked(filled, data="mail", vendor="*") == ["g0", "g2", "g4"]
    assert asked(filled, data="mai") == []
    assert asked(filled, idle=True) == asked(filled, unowned=True) == ["h"]
    assert asked(filled, standing="unapproved", level=4) == [*asked(filled, vendor="*", level=4)]
    assert asked(filled, directory="other") == []


@pytest.mark.parametrize("few", [grantpages.FEW, 0])
@pytest.mark.parametrize("wanted", [{}, {"level": 1}, {"find": "u"}, {"data": "mail"}, {"standing": "unapproved"}])
def test_pages_join_without_gap_or_double(filled, monkeypatch: pytest.MonkeyPatch, few: int, wanted) -> None:
    monkeypatch.setattr(grantpages, "FEW", few)
    whole = paged(filled, **wanted, limit=500)
    assert [name for page in paged(filled, **wanted, limit=2) for name in page] == whole[0]
    assert len(whole) == 1


def test_a_long_walk_says_where_it_goes_on(filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grantpages, "MOST_SEEN", 3)
    assert paged(filled, idle=True) == [[], [], ["h"]]


def test_rules_stand_beside_what_they_are_about(filled) -> None:
    face = face_of(Account("bot"))
    assert rules_on(filled, [("acme", face), ("acme", "none")], at=AT) == {("acme", face): ["nhi-without-owner"]}
    assert rules_on(filled, [], at=AT) == {}
