from __future__ import annotations

from sqlalchemy import event

from wardlaw.inventory.model import App, FeedKind, Grant, RunState, Sighting, SyncRun
from wardlaw.store.database import writing
from wardlaw.store.inventory import begin_run, finish_run, take
from wardlaw.store.picturerows import read_things, write_standing, write_things

MAIL = "https://mail.google.com/"


def listed(connection, number: int, *things) -> None:
    run = SyncRun(f"run_{number}", "acme", "google", "tokens", FeedKind.LISTING, 100.0 * number, "person:a")
    begin_run(connection, run)
    take(connection, run.id, [Sighting(thing) for thing in things])
    finish_run(connection, run.id, ended=SyncRun("", "", "", "", FeedKind.LISTING, 0, "", RunState.COMPLETE))


def test_only_columns_that_differ_are_written(database) -> None:
    grants = [Grant(f"g{n}", f"u{n}", "a", scopes=(MAIL,)) for n in range(3)]
    with writing(database) as connection:
        listed(connection, 1, App("a", "Otter.ai"), *grants)
        seen: list[str] = []
        event.listen(connection, "before_cursor_execute", lambda _c, _u, text, *_: seen.append(text))
        listed(connection, 2, App("a", "Otter.ai"), *grants[:2])
        changed = [text for text in seen if "inventory_thing" in text and not text.startswith(("SELECT", "ANALYZE"))]
        assert [text.split(" WHERE ")[0].split("=")[0].strip() for text in changed] == [
            "UPDATE inventory_thing SET is_there"
        ]
        assert all(name not in changed[0] for name in ("app", "account", "words", "vendor"))


def test_rows_come_and_go_by_their_face(database) -> None:
    with writing(database) as connection:
        listed(connection, 1, Grant("g", "u", "a", scopes=(MAIL,)))
        (face,) = [*_faces(connection)]
        before = read_things(connection, "acme", [face])
        other = {**before[face], "face": "f" * 32, "id": "h"}
        write_things(connection, before, {other["face"]: other}, "acme")
        assert read_things(connection, "acme", [face, other["face"]]) == {other["face"]: other}
        rows = [
            {"directory": "acme", "face": face, "rule": rule, "weight": 1, "about": "grant g", "holds_from": 0.0,
             "holds_until": 1.0, "finding": "fnd_" + rule}
            for rule in ("one", "two")
        ]  # fmt: skip
        write_standing(connection, "acme", [face], rows)
        write_standing(connection, "acme", [face], [{**rows[0], "weight": 2}])
        assert [(row.rule, row.weight) for row in _standing(connection)] == [("one", 2)]


def _faces(connection):
    return connection.exec_driver_sql("SELECT face FROM inventory_thing").scalars()


def _standing(connection):
    return connection.exec_driver_sql("SELECT rule, weight FROM inventory_standing").all()
