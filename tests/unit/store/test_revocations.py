from __future__ import annotations

import msgspec
import pytest

from tests.unit.inventory.test_withdrawal import NOW, planned
from wardlaw.facts.errors import InputError
from wardlaw.inventory.withdrawal import confirmed
from wardlaw.store.database import writing
from wardlaw.store.revocations import (
    RevocationRecord,
    change_revocation,
    get_revocation,
    keep_revocation,
    leaf_indices,
    list_records_of,
    list_revocations,
    note_record,
)


def test_a_revocation_and_its_records(database) -> None:
    first = planned()
    second = msgspec.structs.replace(first, id="rev_2", planned_at=NOW + 1)
    with writing(database) as connection:
        keep_revocation(connection, first)
        keep_revocation(connection, second)
        assert list_revocations(connection) == (second, first)
        assert list_revocations(connection, limit=1) == (second,)
        change_revocation(connection, agreed := confirmed(first, by="person:b", at=NOW))
        assert get_revocation(connection, "rev_1") == agreed
        told = [RevocationRecord(f"ctl_{n}", "rev_1", NOW + n, "revocations.plan") for n in (2, 1)]
        for one in told:
            note_record(connection, one)
        assert list_records_of(connection, "rev_1") == (told[1], told[0])
        assert list_records_of(connection, "rev_2") == ()
        assert leaf_indices(connection, ["ctl_1"]) == leaf_indices(connection, []) == {}


def test_what_was_changed_meanwhile_is_not_overwritten(database) -> None:
    with writing(database) as connection:
        keep_revocation(connection, planned())
        change_revocation(connection, confirmed(planned(), by="person:b", at=NOW))
        with pytest.raises(InputError) as caught:
            change_revocation(connection, confirmed(planned(), by="person:c", at=NOW))
        assert caught.value.code == "WL-INV-076"
        with pytest.raises(InputError) as caught:
            get_revocation(connection, "rev_9")
        assert caught.value.code == "WL-INV-071"
