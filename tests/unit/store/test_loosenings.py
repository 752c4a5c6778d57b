from __future__ import annotations

from sqlalchemy.engine import Engine

from wardlaw.store.database import writing
from wardlaw.store.loosenings import LOOSENING_S, Loosening, ask_to_loosen, end_loosening, list_loosenings


def test_a_request_stands_until_it_is_ended_replaced_or_too_old(database: Engine) -> None:
    with writing(database) as connection:
        ask_to_loosen(connection, "secret:a", by="person:x", now=1.0)
        second = ask_to_loosen(connection, "secret:a", by="person:y", now=5.0)
        assert second == Loosening("secret:a", "person:y", 5.0, 5.0 + LOOSENING_S)
        assert list_loosenings(connection, now=6.0) == {"secret:a": second}
        assert list_loosenings(connection, now=5.0 + LOOSENING_S) == {}
        end_loosening(connection, "secret:a")
        assert list_loosenings(connection, now=6.0) == {}
