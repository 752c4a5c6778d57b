"""Deliveries with the right signature tell what happened; everything else is refused with one clear error."""

from __future__ import annotations

import pytest

from tests.worlds import NOW, github_world
from wardlaw.connectors.githubhook import MOST_BODY_BYTES, check_signature, read
from wardlaw.facts.errors import InputError
from wardlaw.inventory.activity import Deed
from wardlaw.inventory.model import Consent, Grant
from wardlaw.testing.saas.githubhooks import GithubHooks, signed_delivery

SECRET = "it is a secret"


def deliveries(change) -> list[tuple[dict[str, str], bytes]]:
    world = github_world()
    sent: list[tuple[dict[str, str], bytes]] = []
    hooks = GithubHooks(world, SECRET, lambda *told: sent.append(told))
    change(world)
    assert hooks.notify() == len(sent)
    return sent


def new_app(world) -> None:
    world.consent(Grant("installation/30", "", "app:8", Consent.INSTALLATION, ("contents:read",), NOW))


def test_an_installed_app_and_one_that_is_uninstalled() -> None:
    (created,) = deliveries(new_app)
    page = read(*created, SECRET)
    grant = page.sightings[1].thing
    assert isinstance(grant, Grant)
    assert (grant.app, grant.scopes, page.sightings[1].ended) == ("app:8", ("metadata:read",), False)
    assert [(one.deed, one.app, one.consent) for one in page.activities] == [
        (Deed.CONSENT, "app:8", Consent.INSTALLATION)
    ]
    (deleted,) = deliveries(lambda world: world.revoke("installation/25", actor="ada"))
    page = read(*deleted, SECRET)
    assert (page.sightings[1].thing.id, page.sightings[1].ended, page.sightings[1].at) == ("installation/25", True, 0)
    assert [(one.deed, one.actor, one.at) for one in page.activities] == [(Deed.REVOKE, "ada", 0)]


def test_a_delivery_sent_again_under_another_id_is_the_same_event() -> None:
    (created,) = deliveries(new_app)
    headers, body = created
    again = headers | {"X-GitHub-Delivery": "another"}
    assert read(headers, body, SECRET).activities[0].id == read(again, body, SECRET).activities[0].id


def installation(action: str, **more):
    entry = {
        "id": 25,
        "app_id": 7,
        "app_slug": "deployer",
        "permissions": {"contents": "read"},
        "updated_at": "2026-09-20T10:00:00Z",
    }
    return {"action": action, "installation": entry, "sender": {"login": "ada"}} | more


def told(event: str, payload) -> tuple[dict[str, str], bytes]:
    return signed_delivery(event, payload, secret=SECRET, number=1)


def test_a_suspended_app_is_still_installed() -> None:
    page = read(*told("installation", installation("suspend")), SECRET)
    assert page.sightings == ()
    assert page.activities[0].deed is Deed.APP_CHANGED


def test_repositories_that_an_app_gains() -> None:
    gained = installation("added", repositories_added=[{"full_name": "acme/web"}], repositories_removed=[])
    page = read(*told("installation_repositories", gained), SECRET)
    assert [(one.deed, one.object, one.items) for one in page.activities] == [(Deed.APP_CHANGED, "acme/web", 1)]
    assert [one.ended for one in page.sightings] == [False, False]


def test_a_person_takes_an_authorisation_back() -> None:
    page = read(*told("github_app_authorization", {"action": "revoked", "sender": {"login": "ada"}}), SECRET)
    assert [(one.deed, one.account, one.app) for one in page.activities] == [(Deed.REVOKE, "ada", "")]


@pytest.mark.parametrize(
    ("action", "ended", "deed"),
    [("created", False, Deed.OTHER), ("approved", True, Deed.CREDENTIAL_ADDED), ("denied", True, Deed.REFUSAL)],
)
def test_requests_for_tokens(action: str, ended: bool, deed: Deed) -> None:
    asked = {
        "id": 3, "owner": {"login": "cem"}, "permissions_result": {"repository": {"contents": "write"}},
        "created_at": "2026-09-20T10:00:00Z",
    }  # fmt: skip
    page = read(
        *told("personal_access_token_request", {"action": action, "personal_access_token_request": asked}), SECRET
    )
    sighting = page.sightings[1]
    assert (sighting.thing.id, sighting.ended, sighting.thing.scopes) == ("token-request/3", ended, ("contents:write",))
    assert page.activities[0].deed is deed


def test_an_event_about_something_else_tells_nothing() -> None:
    page = read(*told("ping", {"zen": "x"}), SECRET)
    assert (page.sightings, page.activities) == ((), ())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda h, b: ({**h, "X-Hub-Signature-256": ""}, b, SECRET), "WL-INV-030"),
        (lambda h, b: ({**h, "X-Hub-Signature-256": h["X-Hub-Signature-256"][:-1] + "x"}, b, SECRET), "WL-INV-030"),
        (lambda h, b: ({**h, "X-Hub-Signature-256": h["X-Hub-Signature-256"].removeprefix("sha256=")}, b, SECRET), "WL-INV-030"),
        (lambda h, b: ({**h, "X-Hub-Signature-256": "ü"}, b, SECRET), "WL-INV-030"),
        (lambda h, b: (h, b + b" ", SECRET), "WL-INV-030"),
        (lambda h, b: (h, b, "another"), "WL-INV-030"),
        (lambda h, b: ({k: v for k, v in h.items() if k != "X-Hub-Signature-256"}, b, SECRET), "WL-INV-030"),
        (lambda h, b: (h, b, ""), "WL-INV-034"),
        (lambda h, b: ({**h, "X-GitHub-Event": ""}, b, SECRET), "WL-INV-032"),
        (lambda h, b: ({k: v for k, v in h.items() if k != "X-GitHub-Delivery"}, b, SECRET), "WL-INV-032"),
    ],
)  # fmt: skip
def test_forgeries_are_refused(change, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read(*change(*told("installation", installation("created"))))
    assert caught.value.code == code
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "payload",
    [
        [],
        7,
        None,
        {},
        {"action": []},
        {"action": "created", "installation": {"id": 1}},
        installation("created") | {"sender": 3},
    ],
)
def test_a_body_that_is_not_what_its_event_says(payload) -> None:
    with pytest.raises(InputError) as caught:
        read(*told("installation", payload), SECRET)
    assert caught.value.code == "WL-INV-033"


def test_no_body_is_larger_than_github_sends() -> None:
    with pytest.raises(InputError):
        check_signature("", b"x" * (MOST_BODY_BYTES + 1), SECRET)
