from __future__ import annotations

import msgspec
import pytest

from tests.unit.inventory.test_granting import approval
from wardlaw.facts.errors import InputError
from wardlaw.store.database import reading, writing
from wardlaw.store.grantapprovals import change_approval, get_grant_approval, keep_approval, list_grant_approvals


def test_approvals_come_back_as_they_were(database) -> None:
    first, second = approval("a1", expires_at=20.0), approval("a2", expires_at=10.0)
    with writing(database) as connection:
        keep_approval(connection, first)
        keep_approval(connection, second)
        assert list_grant_approvals(connection) == (second, first)
        change_approval(connection, ended := msgspec.structs.replace(second, ended_at=5.0, ended_by="person:b"))
    with reading(database) as connection:
        assert list_grant_approvals(connection) == (first,)
        assert list_grant_approvals(connection, ended=True) == (ended, first)
        assert get_grant_approval(connection, "a1") == first
        with pytest.raises(InputError) as caught:
            get_grant_approval(connection, "a3")
    assert caught.value.code == "WL-INV-070"
