"""Groups of Entra, Okta and GitHub, up to 50,000 members, as approvals hold grants against them."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from tests.organisations import (
    NOW,
    entra_connector,
    gaps,
    okta_connector,
    organisation,
    pages,
    tenant,
    things,
    vendor_client,
)
from tests.unit.connectors.scripted import Answer, Platform
from tests.worlds import github_world
from wardlaw.connectors.directorygroups import GROUPS
from wardlaw.connectors.entragroups import GROUPS_PATH
from wardlaw.connectors.feed import Connector
from wardlaw.connectors.github import GithubConnector
from wardlaw.inventory.groups import GroupBook
from wardlaw.inventory.importing.groups import membership
from wardlaw.inventory.model import Group, Item
from wardlaw.testing.saas.entra import EntraPlatform
from wardlaw.testing.saas.github import GithubPlatform
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.okta import OktaPlatform
from wardlaw.testing.saas.server import SaasPlatform, serve
from wardlaw.testing.saas.world import World

COVERS = ("entragroups", "oktagroups")
MANY = 50_000


def github_at(url: str) -> Connector:
    return GithubConnector(vendor_client(url), "acme", groups=True)


def book(found: list[object]) -> GroupBook:
    return GroupBook(Item("acme", "groups", one, NOW, NOW, NOW) for one in found)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("world", "make", "connect", "group", "members"),
    [
        (tenant, EntraPlatform, entra_connector, "ffffffff-0000-4000-8000-000000000001", 3),
        (organisation, OktaPlatform, okta_connector, "00gStaff", 3),
        (github_world, GithubPlatform, github_at, "11", 3),
    ],
    ids=["entra", "okta", "github"],
)
def test_groups_and_who_is_in_them(
    world: Callable[[], World],
    make: Callable[[World], SaasPlatform],
    connect: Callable[[str], Connector],
    group: str,
    members: int,
) -> None:
    made = world()
    with serve(make(made)) as served:
        connector = connect(served.url)
        assert GROUPS in connector.feeds()
        found = pages(connector, "groups")
    assert gaps(found) == []
    told = things(found)
    assert {one.id: one.name for one in told if isinstance(one, Group)} == {
        one.id: one.name for one in made.groups.values()
    }
    # With the people of the groups within it.
    assert len(book(told).members("acme", group)) == members


class Crowd:
    """One group of 50,000, in the pages of three platforms."""

    def answer(self, request: SaasRequest) -> SaasResponse:
        if not request.path.endswith(("/members", "/users")):
            entry = {"id": 99, "slug": "all", "displayName": "all", "profile": {"name": "all"}}
            return SaasResponse(200, {"value": [{**entry, "id": "99"}]} if "v1.0" in request.path else [entry])
        size = int(request.query.get("$top") or request.query.get("limit") or request.query["per_page"])
        page = int(request.query.get("page", "1"))
        kind = "#microsoft.graph.user"
        ids = [f"m{number:05}" for number in range((page - 1) * size, min(page * size, MANY))]
        entries = [{"@odata.type": kind, "id": id_, "login": id_} for id_ in ids]
        words = {name: value for name, value in request.query.items() if name != "page"}
        onward = f"http://{request.headers['host']}{request.path}?{urlencode({**words, 'page': page + 1})}"
        if page * size >= MANY:
            onward = ""
        if "v1.0" in request.path:
            return SaasResponse(200, {"value": entries, **({"@odata.nextLink": onward} if onward else {})})
        return SaasResponse(200, entries, {"link": f'<{onward}>; rel="next"'} if onward else {})

    def empty(self, request: SaasRequest) -> SaasResponse:
        return SaasResponse(200, [])


@pytest.mark.parametrize(
    ("connect", "asked"),
    [(entra_connector, 52), (okta_connector, 51), (github_at, 501)],
    ids=["entra", "okta", "github"],
)
def test_a_group_of_fifty_thousand_is_read_page_by_page(connect: Callable[[str], Connector], asked: int) -> None:
    with serve(Crowd()) as served:
        found = pages(connect(served.url), "groups")
        assert len(served.asked) == asked
    assert gaps(found) == []
    assert len(book(things(found)).members("acme", "99")) == MANY


def test_a_member_that_is_no_account_is_nobody_and_one_that_says_nothing_is_a_gap(platform: Platform) -> None:
    platform.on(GROUPS_PATH, Answer({"value": [{"id": "g1", "displayName": "Staff"}]}))
    told = [
        {"@odata.type": "#microsoft.graph.device", "id": "d"},
        {"@odata.type": "#microsoft.graph.user", "id": "u"},
        {"id": "x"},
        {"@odata.type": "#microsoft.graph.group", "id": "g2"},
    ]
    platform.on(f"{GROUPS_PATH}/g1/members", Answer({"value": told}))
    found = pages(entra_connector(platform.url), "groups")
    assert things(found)[1:] == [membership("g1", "u", is_group=False), membership("g1", "g2", is_group=True)]
    assert len(gaps(found)) == 1


@pytest.mark.parametrize(("status", "count"), [(403, 1), (404, 0)])
def test_members_that_may_not_be_read_are_a_gap_and_a_group_that_went_is_none(
    platform: Platform, status: int, count: int
) -> None:
    platform.on(GROUPS_PATH, Answer({"value": [{"id": "g1", "displayName": "Staff"}]}))
    platform.on(f"{GROUPS_PATH}/g1/members", Answer({"error": {"code": "Request_ResourceNotFound"}}, status=status))
    assert len(gaps(pages(entra_connector(platform.url), "groups"))) == count
