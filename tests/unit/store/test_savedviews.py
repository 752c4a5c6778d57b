from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.store.database import writing
from wardlaw.store.savedviews import MOST_VIEWS, SavedView, list_views, remove_view, save_view

COVERS = ("savedviews", "viewtables")


def test_each_person_has_their_own(database) -> None:
    mine = SavedView("person:a", "/grants", "At risk", "level=4", 1.0)
    with writing(database) as connection:
        save_view(connection, mine)
        save_view(connection, SavedView("person:b", "/grants", "At risk", "level=3", 1.0))
        save_view(connection, SavedView("person:a", "/canaries", "All", "", 2.0))
        assert [one.place for one in list_views(connection, "person:a")] == ["/canaries", "/grants"]
        assert list_views(connection, "person:a", place="/grants") == (mine,)
        save_view(connection, SavedView("person:a", "/grants", "At risk", "level=2", 3.0))
        assert [one.query for one in list_views(connection, "person:a", place="/grants")] == ["level=2"]
        remove_view(connection, "person:a", place="/grants", name="At risk")
        assert list_views(connection, "person:a", place="/grants") == ()
        assert len(list_views(connection, "person:b")) == 1
        with pytest.raises(InputError, match="WL-CSL-002"):
            remove_view(connection, "person:a", place="/grants", name="At risk")


def test_nobody_has_more_than_fifty(database) -> None:
    with writing(database) as connection:
        for number in range(MOST_VIEWS):
            save_view(connection, SavedView("person:a", "/grants", f"v{number}", "", 1.0))
        with pytest.raises(InputError, match="WL-CSL-001"):
            save_view(connection, SavedView("person:a", "/grants", "one more", "", 1.0))
        save_view(connection, SavedView("person:a", "/grants", "v7", "level=1", 1.0))  # replaced, not added
