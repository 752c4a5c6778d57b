"""Whatever a vendor answers, a connector tells things, gaps, or that it could not read; it never breaks.

The answers are those of the organisations the connectors are tried against, with one part replaced by anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.connectors import aiworlds, oauthworld, salesforceworld, slackworld
from wardlaw.connectors.anthropicadmin import AnthropicConnector
from wardlaw.connectors.feed import Connector
from wardlaw.connectors.oauth import OauthConnector
from wardlaw.connectors.oauthserver import OauthServer
from wardlaw.connectors.openaiadmin import OpenaiConnector
from wardlaw.connectors.salesforce import SalesforceConnector
from wardlaw.connectors.salesforcelogs import read_log_file
from wardlaw.connectors.salesforcequery import SalesforceQuery
from wardlaw.connectors.slack import SlackConnector
from wardlaw.connectors.vendorclient import VendorAnswer
from wardlaw.facts.errors import UnavailableError
from wardlaw.testing.saas.anthropic import AnthropicPlatform
from wardlaw.testing.saas.message import read_request
from wardlaw.testing.saas.oauth import OauthPlatform
from wardlaw.testing.saas.openai import OpenaiPlatform
from wardlaw.testing.saas.salesforce import SalesforcePlatform
from wardlaw.testing.saas.server import SaasPlatform
from wardlaw.testing.saas.slack import SlackPlatform

JUNK = st.sampled_from((
    None, True, False, 0, -1, 2**70, 1e308, float("nan"), "", "x", [], {}, [[]], [None], {"id": {}}, {"x": []}, "\u202e\x00<b>",
    "9" * 600, "1e400", "https://[x", "http://[::1", "2026-13-01", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", [1], "\ud7ff",
)) | st.text(max_size=4)  # fmt: skip


def _nodes(value: Any) -> Iterator[Callable[[Any], None]]:
    """What replaces each part of a value, the outer ones first."""
    if isinstance(value, dict):
        for key in value:
            yield lambda junk, key=key: value.__setitem__(key, junk)
            yield from _nodes(value[key])
    elif isinstance(value, list):
        for index in range(len(value)):
            yield lambda junk, index=index: value.__setitem__(index, junk)
            yield from _nodes(value[index])


class Answering:
    """A client that asks a platform without a socket, and spoils one part of one answer."""

    def __init__(self, platform: SaasPlatform, *, at: int, place: int, junk: Any) -> None:
        self._platform, self._at, self._place, self._junk = platform, at, place, junk
        self._asked = 0

    def get(self, path: str, query: Mapping[str, Any] | None = None, *, bucket: str = "") -> VendorAnswer:
        return self._ask("GET", path + (f"?{urlencode(query)}" if query else ""), b"")

    def get_text(self, path: str, *, bucket: str = "") -> VendorAnswer:
        request = read_request("GET", path, HEADERS, b"")
        return VendorAnswer(200, {}, self._platform.answer(request).content().decode())

    def post_form(self, path: str, form: Mapping[str, str], *, bucket: str = "") -> VendorAnswer:
        return self._ask("POST", path, urlencode(form).encode())

    def _ask(self, method: str, target: str, body: bytes) -> VendorAnswer:
        try:
            answer = self._platform.answer(read_request(method, target, HEADERS, body))
        except ValueError:  # a cursor that it never gave
            return VendorAnswer(400, {}, None)
        told = json.loads(answer.content() or b"null")
        self._asked += 1
        if self._asked == self._at:
            found = list(_nodes(told))
            found[self._place % len(found)](self._junk)
        return VendorAnswer(answer.status, {}, told)


HEADERS = {
    "host": "h", "x-api-key": "sk-ant-admin-1", "anthropic-version": "1", "authorization": "Bearer sk-admin-1",
}  # fmt: skip


def _oauth(client: Any) -> Connector:
    server = OauthServer("http://h", oauthworld.LOGIN, open_client=lambda _origin, _headers: client)
    return OauthConnector(server, oauthworld.named("http://h"))


class _Known(OauthPlatform):
    def _client(self, request: Any) -> str:
        return "reader:1"


class _Trusting(SalesforcePlatform):
    def _bearer(self) -> str:
        return "sk-admin-1"


HOUSES: dict[str, tuple[Callable[[], SaasPlatform], Callable[[Any], Connector]]] = {
    "oauth": (lambda: _Known(oauthworld.oauth_world()), _oauth),
    "slack": (
        lambda: SlackPlatform(slackworld.slack_world(), page=2),
        lambda client: SlackConnector(client, client, "T1"),
    ),
    "salesforce": (
        lambda: _Trusting(salesforceworld.salesforce_world()),
        lambda client: SalesforceConnector(SalesforceQuery(client)),
    ),
    "openai": (
        lambda: OpenaiPlatform(aiworlds.openai_world()),
        lambda client: OpenaiConnector(client, clock=lambda: aiworlds.NOW),
    ),
    "anthropic": (
        lambda: AnthropicPlatform(aiworlds.anthropic_world()),
        lambda client: AnthropicConnector(client, clock=lambda: aiworlds.NOW),
    ),
}


@pytest.mark.parametrize("house", HOUSES)
@given(at=st.integers(1, 3), place=st.integers(0, 200), junk=JUNK)
@settings(max_examples=150, deadline=None)
def test_a_connector_tells_what_it_understood_and_never_breaks(house: str, at: int, place: int, junk: Any) -> None:
    make, connect = HOUSES[house]
    platform = make()
    for feed in connect(Answering(platform, at=0, place=0, junk=None)).feeds():
        try:
            pages = list(connect(Answering(platform, at=at, place=place, junk=junk)).read(feed, ""))
        except UnavailableError:
            continue
        # What is told can be written down and read again, and shows nothing a terminal would obey.
        for page in pages:
            assert msgspec.json.decode(msgspec.json.encode(page), type=type(page)) == page
            for thing in (*(one.thing for one in page.sightings), *page.activities):
                for value in msgspec.structs.astuple(thing):
                    assert not isinstance(value, str) or value.isprintable(), (feed.name, thing)


@given(
    st.text(alphabet='TIMESTAMP_DERIVED,USER_ID\n"0123456789x', max_size=200),
    st.sampled_from(("API", "BulkApi2", "Login")),
)
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_log_file_with_gaps_at_worst(text: str, kind: str) -> None:
    for told in (text, "TIMESTAMP_DERIVED,USER_ID,CONNECTED_APP_ID,QUERY\n" + text):
        page = read_log_file(told, kind, "0AT000000000001", labels={})
        assert page.activities or page.gaps or not text.strip()
