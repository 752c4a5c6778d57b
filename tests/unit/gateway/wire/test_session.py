from __future__ import annotations

import re

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.gateway.wire.chat import read_chat
from wardlaw.gateway.wire.session import session_id

KEY = b"k" * 32
OPENING = [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hello"}]


def _session(messages, principal="user:a", header=None, key=KEY):
    return session_id(principal, header, read_chat({"model": "m", "messages": messages}), key=key)


def test_stable_while_the_conversation_grows():
    more = [*OPENING, {"role": "assistant", "content": "hi"}, {"role": "user", "content": "next"}]
    assert _session(OPENING) == _session(more)
    assert re.fullmatch(r"ses_[0-9a-f]{32}", _session(OPENING))


def test_different_for_another_opening_principal_or_key():
    others = [
        _session(OPENING, principal="user:b"),
        _session([OPENING[0], {"role": "user", "content": "hello!"}]),
        _session([{"role": "user", "content": "hello"}]),
        _session(OPENING, key=b"j" * 32),
        _session(OPENING, header="s1"),
        session_id("user:a", None, None, key=KEY),
    ]
    assert len({_session(OPENING), *others}) == len(others) + 1


def test_parts_cannot_be_shifted_between_fields():
    one = _session([{"role": "system", "content": "ab"}, {"role": "user", "content": "c"}])
    two = _session([{"role": "system", "content": "a"}, {"role": "user", "content": "bc"}])
    assert one != two


def test_a_header_names_a_session_of_its_principal_only():
    assert _session(OPENING, header="s1") == _session([{"role": "user", "content": "other"}], header="s1")
    assert _session(OPENING, header="s1") != _session(OPENING, header="s1", principal="user:b")


@pytest.mark.parametrize("header", ["", " ", "a b", "x" * 129, "ä", "-a", "a\n", "a\r\nx: y"])
def test_a_bad_header_is_refused(header):
    with pytest.raises(InputError) as caught:
        _session(OPENING, header=header)
    assert caught.value.code == "WL-GW-112"
