from __future__ import annotations

import msgspec
import pytest
from tests.console_fakes import START, Clock, counted_entropy
from tests.softkey import SoftKey

from wardlaw.console.desks.ceremonies import CHALLENGE_S, Ceremonies, PasskeyPlace, Purpose, user_handle
from wardlaw.facts.errors import InputError, RefusedError
from wardlaw.facts.person import Person
from wardlaw.store.passkeys import PasskeyKey

ANN = Person("person:ann", "Ann", ())
HERE = PasskeyPlace("localhost", "http://localhost:8081")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(clock: Clock) -> Ceremonies:
    return Ceremonies(clock=clock, entropy=counted_entropy())


def kept(desk: Ceremonies, key: SoftKey) -> PasskeyKey:
    asked = desk.to_add(ANN, "ses_1", HERE, known=())
    given = desk.take(asked.ceremony, Purpose.ADD, "ses_1")
    return desk.added(given, key.make(asked.options), ANN, "Phone")[0]


def shown(desk: Ceremonies, key: SoftKey, passkey: PasskeyKey, *, place: PasskeyPlace = HERE, **other) -> int:
    asked = desk.to_show(Purpose.ENTER, "door", place)
    given = desk.take(asked.ceremony, Purpose.ENTER, "door")
    return desk.shown(given, key.show(asked.options, **other), passkey)


def test_a_passkey_is_made_and_shown(desk: Ceremonies) -> None:
    key = SoftKey("a")
    passkey = kept(desk, key)
    assert (passkey.passkey.person, passkey.passkey.name, passkey.passkey.rp_id) == ("person:ann", "Phone", "localhost")
    assert shown(desk, key, passkey) == 1


def test_browsers_are_told_to_verify_the_owner_and_to_keep_whose_it_is(desk: Ceremonies) -> None:
    options = desk.to_add(ANN, "ses_1", HERE, known=(SoftKey("b").id,)).options
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert [one["id"] for one in options["excludeCredentials"]] == [SoftKey("b").id]
    assert "ann" not in options["user"]["id"]
    assert desk.to_show(Purpose.ENTER, "door", HERE).options["userVerification"] == "required"


@pytest.mark.parametrize(
    ("purpose", "bound", "later"),
    [(Purpose.PROVE, "door", 0.0), (Purpose.ENTER, "other", 0.0), (Purpose.ENTER, "", 0.0),
     (Purpose.ENTER, "door", CHALLENGE_S + 1), (Purpose.ENTER, "door", -1.0)],
)  # fmt: skip
def test_a_challenge_is_for_one_purpose_one_browser_and_a_while(
    desk: Ceremonies, clock: Clock, purpose: Purpose, bound: str, later: float
) -> None:
    asked = desk.to_show(Purpose.ENTER, "door", HERE)
    clock.now = START + later
    with pytest.raises(RefusedError, match="WL-SGN-009"):
        desk.take(asked.ceremony, purpose, bound)
    clock.now = START
    with pytest.raises(RefusedError, match="WL-SGN-009"):  # and it is used up by that
        desk.take(asked.ceremony, Purpose.ENTER, "door")


def test_an_address_is_no_name(desk: Ceremonies) -> None:
    nowhere = PasskeyPlace("", "http://127.0.0.1:8081")
    with pytest.raises(InputError, match="WL-SGN-015"):
        desk.to_show(Purpose.ENTER, "door", nowhere)
    with pytest.raises(InputError, match="WL-SGN-015"):
        desk.to_add(ANN, "ses_1", nowhere, known=())


def test_challenges_are_bounded(desk: Ceremonies) -> None:
    first = desk.to_show(Purpose.ENTER, "door", HERE)
    for _ in range(4_096):
        desk.to_show(Purpose.ENTER, "door", HERE)
    with pytest.raises(RefusedError):
        desk.take(first.ceremony, Purpose.ENTER, "door")


def test_what_was_not_signed_for_this_is_refused(desk: Ceremonies) -> None:
    key = SoftKey("a")
    passkey = kept(desk, key)
    other_name = msgspec.structs.replace(passkey, passkey=msgspec.structs.replace(passkey.passkey, rp_id="x.example"))
    cases = [
        lambda: shown(desk, SoftKey("a"), passkey),  # another key of the same id
        lambda: shown(desk, key, passkey, challenge="AAAA"),
        lambda: shown(desk, key, other_name),
        lambda: shown(desk, key, msgspec.structs.replace(passkey, sign_count=99)),  # a copy that lags behind
    ]
    for case in cases:
        with pytest.raises(RefusedError, match="WL-SGN-006"):
            case()
    for name, value in (("origin", "http://localhost:9"), ("verifies", False), ("handle", user_handle("person:bob"))):
        before = getattr(key, name)
        setattr(key, name, value)
        with pytest.raises(RefusedError, match="WL-SGN-006"):
            shown(desk, key, passkey)
        setattr(key, name, before)
    key.handle = user_handle("person:ann")
    assert shown(desk, key, passkey) > 0


@pytest.mark.parametrize("answer", [{}, {"id": "x"}, {"id": 1, "response": []}, {"id": "x", "response": {"a": 1}}])
def test_what_is_no_answer_is_refused(desk: Ceremonies, answer) -> None:
    asked = desk.to_add(ANN, "ses_1", HERE, known=())
    with pytest.raises(RefusedError, match="WL-SGN-006"):
        desk.added(desk.take(asked.ceremony, Purpose.ADD, "ses_1"), answer, ANN, "x")
    passkey = kept(desk, SoftKey("a"))
    asked = desk.to_show(Purpose.ENTER, "door", HERE)
    with pytest.raises(RefusedError, match="WL-SGN-006"):
        desk.shown(desk.take(asked.ceremony, Purpose.ENTER, "door"), answer, passkey)


def test_a_passkey_made_without_verifying_its_owner_is_not_kept(desk: Ceremonies) -> None:
    key = SoftKey("a")
    key.verifies = False
    with pytest.raises(RefusedError, match="WL-SGN-006"):
        kept(desk, key)
