from __future__ import annotations

import msgspec
import pytest

from tests.unit.store.test_grantdecisions import RULING
from tests.unit.store.test_grantlots import MAIL, listed
from tests.unit.store.test_grantstanding import approval
from wardlaw.inventory.granting import ApprovalBook
from wardlaw.inventory.model import Account, App, Grant
from wardlaw.store.database import writing
from wardlaw.store.grantdecisions import keep_rulings, rulings_of
from wardlaw.store.grantquery import GrantQuery, grant_surroundings, grants_of_fate, list_grants, reach_of


@pytest.fixture
def filled(database):
    with writing(database) as connection:
        grants = [Grant(f"g{n}", f"u{n}", "a" if n % 2 else "b", scopes=(MAIL,)) for n in range(6)]
        listed(connection, 1, *grants, Grant("own", "u1", ""), App("a", "Notes"), Account("u1", name="Ada"))
        yield connection


def asked(connection, **query) -> tuple[int, list[str]]:
    total, items = list_grants(connection, GrantQuery(**query), ApprovalBook((approval("p"),)), at=500.0)
    return total, [item.thing.id for item in items]


def test_grants_by_what_is_asked(filled) -> None:
    assert asked(filled, limit=2) == (7, ["g0", "g1"])
    assert asked(filled, about="a") == (3, ["g1", "g3", "g5"])
    assert asked(filled, about="u1") == (2, ["g1", "own"])
    assert asked(filled, grant="own", directory="acme") == (1, ["own"])
    assert asked(filled, standing="approved", limit=2) == (3, ["g1", "g3"])
    assert asked(filled, standing="unapproved", about="u1") == (1, ["own"])
    assert asked(filled, standing="expired") == (0, [])
    assert asked(filled, directory="other") == (0, [])


def test_grants_by_what_became_of_them(filled) -> None:
    ruling = msgspec.structs.replace(RULING, directory="acme", grant="g1")
    keep_rulings(filled, [ruling], known=())
    fate = ruling.fate.value
    assert asked(filled, fate=fate) == (1, ["g1"])
    assert asked(filled, fate=fate, standing="approved") == (1, ["g1"])
    assert asked(filled, fate=fate, standing="unapproved") == (0, [])
    assert asked(filled, fate="not-judged", limit=1) == (6, ["g0"])
    assert asked(filled, fate="no such") == (0, [])
    assert rulings_of(filled, [("acme", "g1"), ("acme", "g2")]) == {("acme", "g1"): ruling}
    gone = msgspec.structs.replace(RULING, directory="acme", grant="gone", id="gdc_gone")
    keep_rulings(filled, [gone], known=())
    assert [item.thing.id for item in grants_of_fate(filled, ruling.fate, limit=5)] == ["g1"]
    assert grants_of_fate(filled, ruling.fate, limit=0) == ()


def test_what_is_around_them_and_how_far_an_app_reaches(filled) -> None:
    _, items = list_grants(filled, GrantQuery(about="u1"), ApprovalBook(()), at=500.0)
    around = grant_surroundings(filled, items)
    assert {getattr(item.thing, "name", "") for item in around.items} == {"", "Notes", "Ada"}
    assert around.platforms == {"acme": "google"}
    assert reach_of(filled, "acme", "a", "g1") == (3, 3)
    assert reach_of(filled, "acme", "", "own") == (1, 1)
    assert reach_of(filled, "acme", "none", "x") == (0, 0)
