from __future__ import annotations

import pytest

from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.entraused import APPS_PATH, KEYS_PATH, EntraUsage, read_usage
from wardlaw.connectors.graphreader import GraphReader
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import App, Consent, Credential, Grant, Sighting

AT = "2026-09-20T00:00:00Z"
USED = 1789862400.0
OWN = Grant("application/sp", "sp", "c", Consent.ADMIN)
ALL = Grant("delegated/sp/all", "", "c", Consent.ADMIN)
ADA = Grant("delegated/sp/ada", "ada", "c", Consent.USER)


def test_use_of_an_app_as_itself_and_for_people(platform: Platform) -> None:
    entry = {"appId": "c", "applicationAuthenticationClientSignInActivity": {"lastSignInDateTime": AT}}
    platform.on(APPS_PATH, Answer({"value": [entry, {"appId": "d", "delegatedClientSignInActivity": None}]}))
    platform.on(KEYS_PATH, Answer({"value": [{"keyId": "k", "signInActivity": {"lastSignInDateTime": AT}}]}))
    usage = read_usage(GraphReader(platform.client()))
    used = [usage.noted(Sighting(one)).thing for one in (OWN, ALL, ADA)]
    assert [(one.last_used_at, one.usage_known) for one in used] == [(USED, True), (0.0, True), (0.0, False)]
    assert usage.noted(Sighting(Credential("k", "", "client secret"))).thing.last_used_at == USED
    assert usage.noted(Sighting(App("c"))).thing == App("c")


@pytest.mark.parametrize("answer", [Answer({}, 403), Answer({"value": [{"appId": ["c"]}]}), Answer({"value": []})])
def test_what_was_not_told_is_not_unused(platform: Platform, answer: Answer) -> None:
    platform.on(APPS_PATH, answer)
    platform.on(KEYS_PATH, Answer({"value": []}))
    usage = read_usage(GraphReader(platform.client()))
    assert usage.noted(Sighting(OWN)).thing == OWN
    assert bool(usage.notes) is (answer.body != {"value": []})


def test_a_report_that_breaks_off_is_an_error(platform: Platform) -> None:
    platform.on(APPS_PATH, Answer({}, 500))
    with pytest.raises(UnavailableError):
        read_usage(GraphReader(platform.client()))
    assert EntraUsage().noted(Sighting(OWN)).thing == OWN
