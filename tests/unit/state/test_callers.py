from __future__ import annotations

from wardlaw.state.callers import state_key


def test_a_key_depends_on_secret_kind_and_every_name() -> None:
    keys = {
        state_key(b"s", "caller", "user:ana"),
        state_key(b"t", "caller", "user:ana"),
        state_key(b"s", "session", "user:ana"),
        state_key(b"s", "session", "user:ana", "ses_1"),
        state_key(b"s", "session", "user:anases_1"),
    }
    assert len(keys) == 5
    assert {len(key) for key in keys} == {16}
