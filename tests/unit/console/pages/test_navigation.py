from __future__ import annotations

from wardlaw.console.pages.navigation import Area, Place, current_of, groups_for
from wardlaw.console.pages.site import PLACES
from wardlaw.facts.person import Permission

OVERVIEW = Place(Area.DOOR, 1, "/", "gauge", "Overview", "o")
GRANTS = Place(Area.SECURITY, 2, "/grants", "key-round", "Grants", "s", (Permission.REVOKE_NHI,))


def test_somebody_sees_the_pages_their_roles_open_in_the_order_of_the_house() -> None:
    assert [one.area for one in groups_for((GRANTS, OVERVIEW), frozenset())] == [Area.DOOR]
    both = groups_for((GRANTS, OVERVIEW), frozenset({"revoke_nhi"}))
    assert [one.places for one in both] == [(OVERVIEW,), (GRANTS,)]


def test_a_page_below_another_belongs_to_it() -> None:
    places = (OVERVIEW, GRANTS, Place(Area.SECURITY, 3, "/grants/graph", "radar", "Graph"))
    assert current_of(places, "/grants/one") == "/grants"
    assert current_of(places, "/grants/graph") == "/grants/graph"
    assert current_of(places, "/grantsome") == ""
    assert current_of(places, "/") == "/"


def test_no_two_pages_share_an_address_or_a_key() -> None:
    keys = [one.key for one in PLACES if one.key]
    assert len({one.href for one in PLACES}) == len(PLACES)
    assert len(set(keys)) == len(keys)
