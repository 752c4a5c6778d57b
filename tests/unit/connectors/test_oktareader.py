from __future__ import annotations

import pytest

from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.oktareader import OktaReader, OktaRefusedError
from wardlaw.facts.errors import UnavailableError

PATH = "/api/v1/users"


def listed(platform: Platform) -> list:
    return [one for page in OktaReader(platform.client()).listed(PATH, {"limit": 2}, bucket="users") for one in page]


def link(query: str, path: str = PATH) -> str:
    return f'<https://acme.okta.com{path}?{query}>; rel="next"'


def test_the_next_page_stands_in_one_of_two_link_headers(platform: Platform) -> None:
    first = Answer([1], link=f'<https://acme.okta.com{PATH}>; rel="self", {link("after=a&limit=2")}')
    platform.on(PATH, first, Answer([2], link='<https://acme.okta.com/x>; rel="self"'))
    assert listed(platform) == [1, 2]
    assert platform.asked[-1][2] == {"after": "a", "limit": "2"}


@pytest.mark.parametrize("header", [link("a=1", "/api/v1/groups"), link(""), link("limit=2"), '<//[>; rel="next"'])
def test_a_link_that_leads_elsewhere_or_back_ends_it(platform: Platform, header: str) -> None:
    platform.on(PATH, Answer([1], link=header))
    with pytest.raises(UnavailableError):
        listed(platform)


def test_a_listing_that_ends_in_nothing_is_not_whole_and_a_log_may(platform: Platform) -> None:
    platform.on(PATH, Answer([1], link=link("after=a")), Answer([]))
    with pytest.raises(UnavailableError):
        listed(platform)
    platform.on(PATH, Answer([1], link=link("after=a")), Answer([], link=link("after=b")))
    assert list(OktaReader(platform.client()).logged(PATH, {})) == [[1], []]


@pytest.mark.parametrize("answer", [Answer({"a": 1}), Answer(None), Answer([], 403)])
def test_what_is_no_page_is_an_error(platform: Platform, answer: Answer) -> None:
    platform.on(PATH, answer)
    with pytest.raises(UnavailableError) as caught:
        listed(platform)
    assert caught.value.code == "WL-INV-010"
    assert isinstance(caught.value, OktaRefusedError) is (answer.status == 403)


def test_a_quota_is_waited_for_as_okta_says(platform: Platform) -> None:
    reset = {"x_rate_limit_remaining": "0", "x_rate_limit_reset": "1790000030"}
    platform.on(PATH, Answer({}, 429, **reset), Answer([1]))
    assert listed(platform) == [1]
    assert platform.slept[0] == 30.0
