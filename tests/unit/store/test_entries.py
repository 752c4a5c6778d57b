from __future__ import annotations

import msgspec
import pytest
from sqlalchemy.engine import Engine

from wardlaw.facts.errors import InputError
from wardlaw.register.entry import EntryKind, RegisteredModel, Vendor
from wardlaw.store.database import reading, writing
from wardlaw.store.entries import entry_history, find_entry, get_entry, list_entries, put_entry, retire_entry

COVERS = ("store/registertables.py",)
ACME = Vendor("acme", "Acme", "person:ann")


def test_each_change_is_kept_and_nobody_overwrites_another_unseen(database: Engine) -> None:
    with writing(database) as connection:
        put_entry(connection, ACME, by="person:ann", now=1.0, version=0)
        changed = msgspec.structs.replace(ACME, country="FR")
        assert put_entry(connection, changed, by="person:ben", now=2.0, version=1).version == 2
        for version in (0, 1, 3):
            with pytest.raises(InputError, match="person:ben") as caught:
                put_entry(connection, ACME, by="person:ann", now=3.0, version=version)
            assert caught.value.code == "WL-SYS-008"
        model = RegisteredModel("m", "M", "person:ann", vendor="acme")
        put_entry(connection, model, by="person:ann", now=4.0, version=0)
        assert [one.entry.id for one in list_entries(connection)] == ["m", "acme"]
        assert [one.entry for one in list_entries(connection, kind=EntryKind.MODEL)] == [model]
        assert retire_entry(connection, EntryKind.VENDOR, "acme", by="person:ann", now=5.0).version == 3
    with reading(database) as connection:
        told = [
            (one.version, one.changed_by, one.retired_at) for one in entry_history(connection, EntryKind.VENDOR, "acme")
        ]
        assert told == [(1, "person:ann", 0.0), (2, "person:ben", 0.0), (3, "person:ann", 5.0)]
        assert [one.entry.id for one in list_entries(connection)] == ["m"]
        assert find_entry(connection, EntryKind.DATASET, "acme") is None


def test_what_is_not_there_is_said(database: Engine) -> None:
    with writing(database) as connection:
        with pytest.raises(InputError) as caught:
            put_entry(connection, RegisteredModel("m", "M", "person:ann", vendor="x"), by="p", now=1.0, version=0)
        assert caught.value.code == "WL-SYS-009"
        with pytest.raises(InputError) as caught:
            get_entry(connection, EntryKind.MODEL, "m")
        assert caught.value.code == "WL-SYS-010"
        with pytest.raises(InputError) as caught:
            put_entry(connection, ACME, by="p", now=1.0, version=4)
        assert caught.value.code == "WL-SYS-008"
