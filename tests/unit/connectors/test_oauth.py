from __future__ import annotations

import pytest

from tests.unit.connectors.oauthworld import NOW, TEXTS, connector_at, named, oauth_world
from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.namedtokens import TokenReference
from wardlaw.connectors.oauth import TOKENS
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import Account, AccountKind, Credential, Grant
from wardlaw.testing.saas.oauth import OauthPlatform
from wardlaw.testing.saas.server import serve


def test_it_tells_what_each_named_token_is_and_never_the_token() -> None:
    with serve(OauthPlatform(oauth_world())) as served:
        connector = connector_at(served.url, TokenReference("lost", "env:LOST"))
        assert connector.feeds() == (TOKENS,)
        pages = list(connector.read(TOKENS, ""))
        assert named(served.url).text_of(named(served.url).id_of("tok-crm")) == "tok-crm"
    things = [one.thing for page in pages for one in page.sightings]
    crm, ada = (one for one in things if isinstance(one, Credential))
    assert (crm.account, crm.app, crm.scopes, crm.created_at, crm.expires_at) == (
        "crm", "crm", ("read", "write"), NOW - 60, NOW + 600,
    )  # fmt: skip
    assert (ada.account, ada.app, ada.scopes, ada.expires_at, ada.never_expires) == (
        "ada",
        "notes",
        ("files,all",),
        0,
        False,
    )
    assert [(one.id, one.acts_as) for one in things if isinstance(one, Account)] == [
        ("crm", AccountKind.NHI), ("ada", AccountKind.UNKNOWN),
    ]  # fmt: skip
    assert [one.id for one in things if isinstance(one, Grant)] == ["crm/crm", "ada/notes"]
    told = repr(pages)
    assert not any(text in told for text in TEXTS.values())
    assert "\u202e" not in told
    assert [gap for page in pages for gap in page.gaps] == ["The token lost was not read: its reference leads nowhere."]
    assert "The token old is not active." in [note for page in pages for note in page.notes]


@pytest.mark.parametrize("told", [{}, {"active": "true"}, [], {"active": None}])
def test_an_answer_that_says_nothing_is_no_inactive_token(platform: Platform, told) -> None:
    metadata = {"issuer": platform.url, "introspection_endpoint": f"{platform.url}/in"}
    platform.on("/.well-known/oauth-authorization-server", Answer(metadata))
    platform.on("/in", Answer(told))
    with pytest.raises(UnavailableError):
        list(connector_at(platform.url).read(TOKENS, ""))


@pytest.mark.parametrize("told", [
    {"client_id": ["x"]}, {"sub": "a", "exp": "soon"}, {"sub": "a", "scope": 3}, {}, {"sub": "a\u0000"},
])  # fmt: skip
def test_a_token_of_which_nonsense_is_told_is_a_gap(platform: Platform, told) -> None:
    metadata = {"issuer": platform.url, "introspection_endpoint": f"{platform.url}/in"}
    platform.on("/.well-known/oauth-authorization-server", Answer(metadata))
    platform.on("/in", Answer({"active": True, **told}))
    assert all(len(page.gaps) == 1 for page in list(connector_at(platform.url).read(TOKENS, ""))[1:])
