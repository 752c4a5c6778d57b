from __future__ import annotations

from sqlalchemy import delete

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.store.activity import keep_activities, note_judged
from wardlaw.store.database import writing
from wardlaw.store.exercise import adopt_exercise, called_since, note_exercise, told_span
from wardlaw.store.inventoryretention import prune_activities, prune_exercise
from wardlaw.store.inventorytables import INVENTORY_EXERCISE

DAY = 86_400.0
START = 20_000 * DAY


def use(id_: str, at: float, method: str = "drive.files.get", **more) -> Activity:
    return Activity(
        id_,
        at,
        more.pop("deed", Deed.USE),
        account=more.pop("account", "ada"),
        app=more.pop("app", "app"),
        method=method,
    )


def test_what_was_called_is_kept_with_first_and_last(database) -> None:
    with writing(database) as connection:
        first = [use("1", START), use("2", START + 50), use("3", START, "drive.files.list"), use("4", START, app="")]
        first += [
            use("5", START, deed=Deed.CONSENT, method="authorize"),
            use("6", START, deed=Deed.EXPORT, account="bob"),
        ]
        note_exercise(connection, "acme", first)
        note_exercise(connection, "acme", [use("7", START - 10), use("8", START + 99), use("9", START + 20, "gmail.x")])
        note_exercise(connection, "other", [use("1", START + 500)])
        assert called_since(connection, "acme", since=0.0) == {
            ("app", "ada"): {"drive.files.get": START + 99, "drive.files.list": START, "gmail.x": START + 20},
            ("app", "bob"): {"drive.files.get": START},
        }
        assert called_since(connection, "acme", since=START + 50) == {("app", "ada"): {"drive.files.get": START + 99}}
        assert called_since(connection, "acme", since=0.0, app="none") == {}
        assert told_span(connection, "acme") == (START - 10, START + 99)
        assert told_span(connection, "none") == (0.0, 0.0)


def nobody(_: str) -> bool:
    return False


def test_it_is_kept_when_events_are_judged_and_forgotten_long_after_they_go(database) -> None:
    with writing(database) as connection:
        keep_activities(connection, "acme", [use("1", START)], now=START)
        note_judged(connection, "acme", [use("1", START)])
        assert prune_activities(connection, before=START + DAY, is_held=nobody).gone == 1
        assert prune_exercise(connection, before=START, is_held=nobody).gone == 0
        assert prune_exercise(connection, before=START + DAY, is_held=lambda _: True).gone == 0
        assert len(called_since(connection, "acme", since=0.0)) == 1
        assert prune_exercise(connection, before=START + DAY, is_held=nobody).gone == 1
        assert called_since(connection, "acme", since=0.0) == {}


def test_events_of_before_the_table_are_adopted(database) -> None:
    with writing(database) as connection:
        events = [use(str(n), START + n, f"m{n % 3}") for n in range(20)]
        keep_activities(connection, "acme", [*events, use("new", START + 30, "unjudged")], now=START + 60)
        note_judged(connection, "acme", events)
        connection.execute(delete(INVENTORY_EXERCISE))
        adopt_exercise(connection)
        adopt_exercise(connection)  # again changes nothing
        assert called_since(connection, "acme", since=0.0) == {
            ("app", "ada"): {"m0": START + 18, "m1": START + 19, "m2": START + 17}
        }
