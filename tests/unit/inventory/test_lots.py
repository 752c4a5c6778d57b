from __future__ import annotations

import pytest

from wardlaw.inventory.lots import lot_of, on_shelf, shape_of, shelf_of, shelves
from wardlaw.inventory.model import AccountKind, Consent, Grant

MAIL = "https://mail.google.com/"


def lot(kind: AccountKind = AccountKind.HUMAN, **said: object):
    return lot_of("acme", Grant("g", **({"account": "ada", "app": "a"} | said)), own_kind=kind)


def test_grants_that_allow_the_same_have_one_shape_whoever_gave_them() -> None:
    one = shape_of(lot(scopes=(MAIL,)))
    assert shape_of(lot(scopes=(MAIL,), account="bob", app="b")) == one
    assert shape_of(lot(scopes=(MAIL, "openid"))) != one
    assert shape_of(lot(scopes=(MAIL,), consent=Consent.ADMIN)) == one  # an administrator's, for a person
    assert shape_of(lot(AccountKind.NHI, scopes=(MAIL,), consent=Consent.ADMIN)) != one


def test_an_app_that_acts_as_itself_is_classed_as_such() -> None:
    own = lot(AccountKind.NHI, scopes=("Mail.Read",), consent=Consent.ADMIN)
    assert own.as_itself
    assert own.risks("entra")[0].privilege > lot(scopes=("Mail.Read",)).risks("entra")[0].privilege
    assert lot(account="", consent=Consent.ADMIN).as_itself
    assert (lot(account="").whole, lot().whole) == (1, 0)


@pytest.mark.parametrize(("app", "own"), [("a", ""), ("", "g")])
def test_a_shelf_says_whose_it_is(app: str, own: str) -> None:
    assert on_shelf(shelf_of(app, "g")) == (app, own)
    assert shelf_of(app, "g") in shelves(["a", "g"])
    assert lot(app=app).name == (app or own)
