from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.connectors.sharedsignals import Signalled, account_in, read_signal, signal_id
from wardlaw.inventory.activity import Deed
from wardlaw.inventory.importing.badrow import UnreadableError
from wardlaw.inventory.model import AccountState

NOW = 1_790_000_000.0
CAEP, RISC, SSF = (f"https://schemas.openid.net/secevent/{name}/event-type/" for name in ("caep", "risc", "ssf"))
USER = {"format": "iss_sub", "iss": "https://idp.example", "sub": "00uAda"}


def told(events: dict[str, Any], *, subject: Any = USER) -> Signalled:
    return read_signal({"iss": "i", "jti": "j", "sub_id": subject, "events": events}, issued_at=NOW)


@pytest.mark.parametrize(("subject", "account"), [
    ({"format": "email", "email": "ada@acme.example"}, "ada@acme.example"),
    (USER, "00uAda"),
    ({"subject_type": "iss-sub", "iss": "i", "sub": "s"}, "s"),
    ({"format": "opaque", "id": "42"}, "42"),
    ({"format": "account", "uri": "acct:ada@acme.example"}, "ada@acme.example"),
    ({"format": "aliases", "identifiers": [{"format": "phone_number", "phone_number": "+1"}, {"format": "opaque", "id": "4"}]}, "4"),
    ({"format": "complex", "user": USER, "session": {"format": "opaque", "id": "s"}}, "00uAda"),
    ({"format": "complex", "device": {"format": "opaque", "id": "d"}}, ""),
    ({"user": USER, "tenant": {"format": "opaque", "id": "t"}}, "00uAda"),
])  # fmt: skip
def test_each_format_of_a_subject_names_an_account(subject: dict, account: str) -> None:
    assert account_in(subject) == account


@pytest.mark.parametrize("subject", [
    None, 3, [], {}, {"format": "x"}, {"format": "email"}, {"format": "email", "email": ""}, {"format": "opaque", "id": 3},
    {"format": "opaque", "id": "a\nb"}, {"format": "opaque", "id": "x" * 513}, {"format": "iss_sub", "sub": "s"},
    {"format": "account", "uri": "https://x"}, {"format": "aliases"}, {"format": "aliases", "identifiers": []},
    {"format": "aliases", "identifiers": [{"format": "aliases", "identifiers": []}]}, {"format": "complex"},
    {"format": "phone_number", "phone_number": "+1"},
])  # fmt: skip
def test_what_names_nobody_is_no_subject(subject: Any) -> None:
    with pytest.raises(UnreadableError):
        account_in(subject)


def test_what_happened_when_and_why() -> None:
    payload = {
        "event_timestamp": (NOW - 60) * 1_000, "change_type": "revoke", "credential_type": "fido2-roaming",
        "initiating_entity": "admin", "reason_admin": {"en": "Lost\u202ekey"},
    }  # fmt: skip
    (one,) = told({f"{CAEP}credential-change": payload}).page.activities
    assert (one.deed, one.account, one.method, one.at) == (Deed.SIGNALLED, "00uAda", "caep.credential-change", NOW - 60)
    assert (one.object, one.user_agent, one.via) == ("revoke fido2-roaming", "Lost\ufffdkey", "admin")
    assert one.id == f"{signal_id('i', 'j')}/caep.credential-change"


@pytest.mark.parametrize(("name", "state"), [
    ("account-disabled", AccountState.SUSPENDED), ("account-purged", AccountState.DELETED), ("account-enabled", AccountState.ACTIVE),
])  # fmt: skip
def test_what_becomes_of_an_account_is_seen(name: str, state: AccountState) -> None:
    (sighting,) = told({f"{RISC}{name}": {}}).page.sightings
    assert (sighting.thing.id, sighting.thing.state, sighting.at) == ("00uAda", state, NOW)


def test_older_transmitters_name_the_subject_in_the_event() -> None:
    events = {f"{RISC}account-disabled": {"subject": {"subject_type": "iss-sub", "iss": "i", "sub": "7"}}}
    assert told(events, subject=None).page.activities[0].account == "7"


def test_events_about_the_stream_are_known_and_others_counted() -> None:
    found = told(
        {f"{SSF}verification": {}, f"{SSF}stream-updated": {"status": "paused"}, "https://x": {}, f"{CAEP}x": {}}
    )
    assert (found.kinds, found.unknown, found.page.activities) == (("ssf.verification", "ssf.stream-updated"), 2, ())


@pytest.mark.parametrize("events", [None, [], {}, 3, {f"{CAEP}session-revoked": None}])
def test_what_is_no_event(events: Any) -> None:
    with pytest.raises(UnreadableError):
        told(events)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(payload=_JSON, subject=_JSON)
def test_no_payload_breaks_it(payload: Any, subject: Any) -> None:
    try:
        found = told({f"{CAEP}session-revoked": payload}, subject=subject)
    except UnreadableError:
        return
    assert all(0 <= one.at <= NOW for one in found.page.activities)
