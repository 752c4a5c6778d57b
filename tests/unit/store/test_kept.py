from __future__ import annotations

import msgspec

from wardlaw.facts.kept import Kept, KeptKind
from wardlaw.store import kept
from wardlaw.store.database import reading, writing

ONE = Kept("file-1", KeptKind.FILE, "near", "aa", 100.0, purpose="batch", endpoint="/v1/embeddings", records=7)
TWO = Kept("file-2", KeptKind.FILE, "near", "aa", 110.0)
BATCH = Kept("batch_1", KeptKind.BATCH, "near", "aa", 120.0)
OTHERS = Kept("file-3", KeptKind.FILE, "near", "bb", 130.0)


def test_things_are_kept_found_listed_and_forgotten(database) -> None:
    with writing(database) as connection:
        assert all(kept.remember(connection, one) for one in (ONE, TWO, BATCH, OTHERS))
    with reading(database) as connection:
        assert kept.find(connection, "near", "file-1") == ONE
        assert kept.find(connection, "far", "file-1") is None
        assert kept.list_of(connection, "near", "aa", KeptKind.FILE, most=9) == (TWO, ONE)
        assert kept.list_of(connection, "near", "aa", KeptKind.FILE, after=TWO, most=9) == (ONE,)
        assert kept.list_of(connection, "near", "aa", KeptKind.BATCH, most=9) == (BATCH,)
        assert kept.list_of(connection, "near", "aa", KeptKind.FILE, most=1) == (TWO,)
    with writing(database) as connection:
        kept.forget(connection, "near", "file-1")
        assert kept.find(connection, "near", "file-1") is None


def test_an_id_stays_whose_it_is(database) -> None:
    with writing(database) as connection:
        assert kept.remember(connection, ONE)
        assert kept.remember(connection, msgspec.structs.replace(ONE, made_at=500.0))
        assert not kept.remember(connection, msgspec.structs.replace(ONE, owner="bb"))
        assert kept.find(connection, "near", "file-1") == ONE
