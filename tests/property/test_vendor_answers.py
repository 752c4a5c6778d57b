"""Whatever Entra and Okta answer, a reader tells gaps or says that it could not be read; it never fails in another way."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardlaw.connectors.entra import EntraConnector
from wardlaw.connectors.entrarevoking import EntraRevoker
from wardlaw.connectors.feed import Connector, Feed
from wardlaw.connectors.okta import OktaConnector
from wardlaw.connectors.oktahook import challenge_answer, read
from wardlaw.connectors.oktalogs import read_events
from wardlaw.connectors.oktarevoking import OktaRevoker
from wardlaw.connectors.vendorclient import VendorAnswer
from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.inventory.model import Grant
from wardlaw.inventory.revocation import Presence

NAMES = (
    "value", "@odata.nextLink", "@odata.deltaLink", "id", "appId", "displayName", "owners", "verifiedPublisher", "appRoles",
    "clientId", "consentType", "principalId", "resourceId", "scope", "appRoleId", "createdDateTime", "passwordCredentials",
    "keyId", "endDateTime", "lastSignInDateTime", "delegatedClientSignInActivity", "signInActivity", "@removed", "@odata.type",
    "activityDateTime", "activityDisplayName", "targetResources", "modifiedProperties", "newValue", "initiatedBy", "user",
    "status", "agent", "location", "additionalDetails", "homepage", "uuid", "published", "eventType", "target", "actor",
    "client", "outcome", "debugContext", "debugData", "securityContext", "asNumber", "type", "detailEntry", "scopeId", "_links",
    "created", "expiresAt", "profile", "login", "label", "credentials", "oauthClient", "client_id", "signOnMode", "scopes",
    "requestingAppInstanceId", "resourceAppInstanceId", "userId", "error", "errorCode", "accountEnabled", "grantedScopes",
)  # fmt: skip
TEXTS = st.sampled_from(
    ["", "x", "AllPrincipals", "Principal", "2026-09-20T12:00:00Z", "PublicClientApp", "User", "scope", "ACTIVE", "\u202e\x00",
     "Consent to application", "app.oauth2.as.consent.grant", "x" * 600, "[] => [[Scope: a b]]", "{", "OPENID_CONNECT", "//["]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats() | TEXTS
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=25,
)
IDS = st.sampled_from(["p", "q", "", 3, None, ["p"], "l5eW7x0ga0-WDOntXzHateDDNpSH5-lPk9HjD3Sarjk"])
ENTRIES = st.builds(
    lambda ids, more: {**ids, **more},
    st.fixed_dictionaries({"id": IDS, "appId": IDS, "clientId": IDS, "uuid": IDS}),
    st.dictionaries(st.sampled_from(NAMES[3:]), JSON, max_size=10),
) | st.dictionaries(st.sampled_from(NAMES), JSON, max_size=12)
STATUSES = st.sampled_from([200, 200, 200, 400, 401, 403, 404, 410])


class Anything:
    """Answers every request with the next of some answers, over and over."""

    def __init__(self, answers: list[tuple[int, Any]]) -> None:
        self._answers = answers
        self._asked = 0

    def get(self, path: str, query: object = None, *, bucket: str = "") -> VendorAnswer:
        self._asked += 1
        status, body = self._answers[self._asked % len(self._answers)]
        return VendorAnswer(status, {"link": '<//[>; rel="next"'} if self._asked % 5 == 4 else {}, body)

    def delete(self, path: str, *, bucket: str = "") -> VendorAnswer:
        return self.get(path)

    def post_json(self, path: str, body: object, *, bucket: str = "") -> VendorAnswer:
        return self.get(path)

    patch_json = post_json


def lists(body: st.SearchStrategy[Any]) -> st.SearchStrategy[list[tuple[int, Any]]]:
    return st.lists(st.tuples(STATUSES, body), min_size=1, max_size=4)


def told(connector: Connector, feed: Feed, mark: str) -> str:
    """How many pages were read, or the code of the error."""
    try:
        return f"pages {len(list(connector.read(feed, mark)))}"
    except UnavailableError as error:
        return error.code


GRAPH = lists(st.fixed_dictionaries({"value": st.lists(ENTRIES, max_size=3)}) | JSON)
OKTA = lists(st.lists(ENTRIES, max_size=3) | JSON)


@settings(max_examples=40)
@given(answers=GRAPH, mark=st.sampled_from(["", "1790000000.0"]))
def test_entra(answers: list, mark: str) -> None:
    connector = EntraConnector(Anything(answers), "t")  # type: ignore[arg-type]
    for feed in connector.feeds():
        outcome = told(connector, feed, mark)
        assert outcome == "WL-INV-010" or outcome.startswith("pages")


@settings(max_examples=40)
@given(answers=OKTA, mark=st.sampled_from(["", "1790000000.0"]))
def test_okta(answers: list, mark: str) -> None:
    connector = OktaConnector(Anything(answers), clock=lambda: 1.79e9)  # type: ignore[arg-type]
    for feed in connector.feeds():
        outcome = told(connector, feed, mark)
        assert outcome == "WL-INV-010" or outcome.startswith("pages")


@settings(max_examples=50)
@given(answers=GRAPH, other=OKTA)
def test_nothing_is_said_to_be_gone_that_was_not_looked_at(answers: list, other: list) -> None:
    entra = EntraRevoker(Anything(answers), clock=lambda: 1.79e9)  # type: ignore[arg-type]
    okta = OktaRevoker(Anything(other), clock=lambda: 1.79e9)  # type: ignore[arg-type]
    for revoker, ids in (
        (entra, ("delegated/p/u", "application/p")),
        (okta, ("user/u/c", "app/c/c", "connection/c/x")),
    ):
        for step in revoker.plan(tuple(Grant(id_, "u", "c") for id_ in ids), app="c"):
            revoker.carry_out(step)
            proof = revoker.verify(step)
            assert proof.presence is not Presence.GONE or proof.status in (200, 404)
            assert proof.presence is Presence.GONE or not proof.tokens_until


@given(events=st.lists(ENTRIES | JSON, max_size=5))
def test_each_event_is_told_or_a_gap(events: list) -> None:
    page = read_events(events)
    assert len(page.activities) + len(page.gaps) == len(events)


@given(body=st.binary(max_size=200), word=st.text(max_size=30))
def test_deliveries_that_are_none_are_refused_with_a_code(body: bytes, word: str) -> None:
    with pytest.raises(InputError) as caught:
        read({"authorization": "secret"}, body, "secret")
    assert caught.value.code == "WL-INV-041"
    with pytest.raises(InputError) as caught:
        read({"authorization": word}, body, "another secret")
    assert caught.value.code == "WL-INV-040"
    if word and word.isascii() and word.isprintable():
        assert challenge_answer({"x-okta-verification-challenge": word}).startswith(b'{"verification"')
    else:
        with pytest.raises(InputError):
            challenge_answer({"x-okta-verification-challenge": word})
