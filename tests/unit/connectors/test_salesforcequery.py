from __future__ import annotations

import pytest

from tests.unit.connectors.salesforceworld import client_at, query_at, salesforce_world
from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.oauthserver import OauthLogin
from wardlaw.connectors.salesforcequery import BASE, NotHereError, SalesforceQuery, SalesforceToken, quoted
from wardlaw.facts.errors import UnavailableError
from wardlaw.testing.saas.salesforce import SalesforcePlatform
from wardlaw.testing.saas.server import serve

PAGE = {"totalSize": 2, "done": False, "records": [{"a": 1}], "nextRecordsUrl": f"{BASE}/query/01g-1"}


def test_a_token_is_renewed_every_ten_minutes() -> None:
    now = [0.0]
    with serve(SalesforcePlatform(salesforce_world())) as served:
        token = SalesforceToken(OauthLogin("k", "s"), client_at(served.url), clock=lambda: now[0])
        for at, asked in ((0.0, 1), (599.0, 1), (600.0, 2)):
            now[0] = at
            assert token.headers() == {"authorization": "Bearer 00D!acme"}
            assert len(served.asked) == asked
        wrong = SalesforceToken(OauthLogin("k", "wrong"), client_at(served.url), clock=lambda: 0.0)
        with pytest.raises(UnavailableError):
            wrong.headers()


@pytest.mark.parametrize("second", [
    Answer({"totalSize": 2, "done": True, "records": []}), Answer({"totalSize": 0, "done": True, "records": []}),
    Answer(PAGE), Answer(PAGE | {"nextRecordsUrl": "https://elsewhere.example/"}), Answer([]), Answer({}, 403),
    Answer({"totalSize": 2, "done": True, "records": None}), Answer([{"errorCode": "INVALID_QUERY_LOCATOR"}], 400),
])  # fmt: skip
def test_rows_that_were_promised_must_come(platform: Platform, second: Answer) -> None:
    platform.on(f"{BASE}/query", Answer(PAGE))
    platform.on(f"{BASE}/query/01g-1", second)
    with pytest.raises(UnavailableError):
        SalesforceQuery(platform.client()).rows("SELECT Id FROM User", "users")


def test_what_is_not_here_is_told_apart(platform: Platform) -> None:
    platform.on(
        f"{BASE}/query",
        Answer([{"errorCode": "INVALID_TYPE", "message": "x"}], 400),
        Answer([{"errorCode": "MALFORMED_QUERY"}], 400),
    )
    with pytest.raises(NotHereError, match="INVALID_TYPE"):
        SalesforceQuery(platform.client()).count("Nothing", "x")
    with pytest.raises(UnavailableError, match="MALFORMED_QUERY"):
        SalesforceQuery(platform.client()).count("Nothing", "x")
    platform.on(f"{BASE}/sobjects/EventLogFile/0AT/LogFile", Answer(b"", 404))
    with pytest.raises(UnavailableError):
        SalesforceQuery(platform.client()).log_file("0AT")


@pytest.mark.parametrize("text", ["it's", "a\\", "\\' OR Name != '", "x\ny", "'; DELETE"])
def test_a_text_stays_a_text(text: str) -> None:
    world = salesforce_world()
    with serve(SalesforcePlatform(world)) as served:
        assert query_at(served.url).count(f"User WHERE Username = {quoted(text)}", "x") == 0
        world.accounts["005000000000001AAA"] = type(world.accounts["005000000000001AAA"])(
            "005000000000001AAA", name=text
        )
        assert query_at(served.url).count(f"User WHERE Username = {quoted(text)}", "x") == 1
