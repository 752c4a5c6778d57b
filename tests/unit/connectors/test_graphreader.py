from __future__ import annotations

import pytest

from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.graphreader import ExpiredDeltaError, GraphReader, GraphRefusedError
from wardlaw.facts.errors import UnavailableError

PATH = "/v1.0/users"


def listed(platform: Platform) -> list:
    return [one for page in GraphReader(platform.client()).listed(PATH, {"$top": 9}) for one in page]


def link(query: str, path: str = PATH) -> str:
    return f"https://graph.microsoft.com{path}?{query}"


def test_pages_are_followed_on_the_own_host_alone(platform: Platform) -> None:
    platform.on(PATH, Answer({"value": [1], "@odata.nextLink": link("$skiptoken=a%20b")}), Answer({"value": [2]}))
    assert listed(platform) == [1, 2]
    assert [query for _, _, query in platform.asked] == [{"$top": "9"}, {"$skiptoken": "a b"}]


@pytest.mark.parametrize(
    "onward",
    [
        link("x=1", "/v1.0/me"),
        link(""),
        link("%24top=9"),
        "//[",
        3,
        "https://graph.microsoft.com/v1.0/users/../groups?x=1",
    ],
)
def test_a_link_that_leads_elsewhere_or_back_ends_it(platform: Platform, onward: object) -> None:
    platform.on(PATH, Answer({"value": [1], "@odata.nextLink": onward}))
    with pytest.raises((UnavailableError, ValueError)) as caught:
        listed(platform)
    assert isinstance(caught.value, UnavailableError)


def test_a_listing_that_ends_in_nothing_is_not_whole(platform: Platform) -> None:
    platform.on(PATH, Answer({"value": [1], "@odata.nextLink": link("s=1")}), Answer({"value": []}))
    with pytest.raises(UnavailableError):
        listed(platform)


def test_an_empty_page_in_the_middle_is_one_of_microsofts(platform: Platform) -> None:
    platform.on(
        PATH,
        Answer({"value": [1], "@odata.nextLink": link("s=1")}),
        Answer({"value": [], "@odata.nextLink": link("s=2")}),
        Answer({"value": [3]}),
    )
    assert listed(platform) == [1, 3]


@pytest.mark.parametrize("answer", [Answer([1]), Answer({"value": 3}), Answer({}), Answer({"value": [1]}, 401)])
def test_what_is_no_page_is_an_error(platform: Platform, answer: Answer) -> None:
    platform.on(PATH, answer)
    with pytest.raises(UnavailableError):
        listed(platform)


def test_a_refusal_says_with_what(platform: Platform) -> None:
    platform.on(PATH, Answer({}, 403))
    with pytest.raises(GraphRefusedError) as caught:
        listed(platform)
    assert (caught.value.status, caught.value.code) == (403, "WL-INV-010")


def changed(platform: Platform, place: str = "") -> list:
    return list(GraphReader(platform.client()).changed(PATH, {"$select": "id"}, place))


def test_a_delta_goes_on_from_its_place(platform: Platform) -> None:
    platform.on(
        PATH,
        Answer({"value": [1], "@odata.nextLink": link("$skiptoken=1")}),
        Answer({"value": [], "@odata.deltaLink": link("$deltatoken=x")}),
        Answer({"value": [2], "@odata.deltaLink": link("$deltatoken=y")}),
    )
    assert changed(platform) == [([1], ""), ([], "$deltatoken=x")]
    assert changed(platform, "$deltatoken=x") == [([2], "$deltatoken=y")]
    assert platform.asked[-1][2] == {"$deltatoken": "x"}


def test_a_delta_without_a_place_is_not_whole_and_an_old_place_is_told(platform: Platform) -> None:
    platform.on(PATH, Answer({"value": [1]}), Answer({}, 410))
    with pytest.raises(UnavailableError):
        changed(platform)
    with pytest.raises(ExpiredDeltaError):
        changed(platform, "$deltatoken=old")
