from __future__ import annotations

import msgspec

from wardlaw.store.database import writing
from wardlaw.store.notifications import Standing
from wardlaw.store.signalsout import (
    TRIED_S,
    enqueue_signal,
    forget_sent_signals,
    list_due_signals,
    list_signals,
    note_failed,
    note_sent,
)

NOW = 1_790_000_000.0


def test_a_signal_waits_until_it_is_taken_and_is_given_up_after_a_week_alone(database) -> None:
    with writing(database) as connection:
        for _ in range(2):
            enqueue_signal(connection, "idp", "qua_1", {"iss": "i"}, at=NOW)
        (one,) = list_due_signals(connection, now=NOW)
        assert msgspec.json.decode(one.claims) == {"iss": "i", "jti": one.id}
        assert not note_failed(connection, one, why="no", now=NOW)
        assert list_due_signals(connection, now=NOW + 4) == ()
        for _ in range(20):
            (one,) = list_due_signals(connection, now=NOW + TRIED_S - 1)
            assert not note_failed(connection, one, why="x" * 900, now=NOW + TRIED_S - 1 - 3_600)
        assert note_failed(connection, one, why="no", now=NOW + TRIED_S)
        assert [(kept.state, len(kept.error)) for kept in list_signals(connection)] == [(Standing.DEAD, 2)]
        forget_sent_signals(connection, before=NOW * 2)
        assert len(list_signals(connection)) == 1


def test_what_was_taken_is_forgotten_after_a_while(database) -> None:
    with writing(database) as connection:
        enqueue_signal(connection, "idp", "qua_1", {}, at=NOW)
        note_sent(connection, list_due_signals(connection, now=NOW)[0])
        assert list_due_signals(connection, now=NOW * 2) == ()
        forget_sent_signals(connection, before=NOW)
        assert len(list_signals(connection)) == 1
        forget_sent_signals(connection, before=NOW + 1)
        assert list_signals(connection) == ()
