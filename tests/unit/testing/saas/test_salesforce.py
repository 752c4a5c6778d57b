from __future__ import annotations

from tests.unit.connectors.salesforceworld import salesforce_world
from wardlaw.testing.saas.message import SaasRequest
from wardlaw.testing.saas.salesforce import BASE, SalesforcePlatform


def ask(platform: SalesforcePlatform, path: str, q: str = "", token: str = "00D!acme"):
    headers = {"authorization": f"Bearer {token}"}
    return platform.answer(SaasRequest("GET", path, {"q": q}, headers))


def test_queries_have_pages_and_errors_have_codes() -> None:
    platform = SalesforcePlatform(salesforce_world(), page=2)
    first = ask(platform, f"{BASE}/query", "SELECT Id FROM User").body
    assert (first["totalSize"], first["done"], len(first["records"])) == (3, False, 2)
    rest = ask(platform, first["nextRecordsUrl"]).body
    assert (rest["done"], len(rest["records"])) == (True, 1)
    assert ask(platform, f"{BASE}/query", "SELECT COUNT() FROM OauthToken").body["totalSize"] == 4
    codes = [
        ask(platform, f"{BASE}/query", "SELECT Nope FROM User").body[0]["errorCode"],
        ask(platform, f"{BASE}/query", "nonsense").body[0]["errorCode"],
        ask(platform, f"{BASE}/query", token="x").body[0]["errorCode"],
        ask(platform, f"{BASE}/sobjects/EventLogFile/0AT/LogFile").body[0]["errorCode"],
    ]
    assert codes == ["INVALID_FIELD", "MALFORMED_QUERY", "INVALID_SESSION_ID", "NOT_FOUND"]


def test_a_delete_token_takes_one_grant_away() -> None:
    platform = SalesforcePlatform(salesforce_world())
    token = ask(platform, f"{BASE}/query", "SELECT DeleteToken FROM OauthToken").body["records"][0]["DeleteToken"]
    request = SaasRequest("POST", "/services/oauth2/revoke", body=f"token={token}".encode())
    assert [platform.answer(request).status for _ in range(2)] == [200, 400]
    assert len(platform.world.grants) == 3
    assert platform.empty(SaasRequest("GET", f"{BASE}/query")).body["records"] == []


def test_an_event_of_several_calls_is_so_many_rows() -> None:
    platform = SalesforcePlatform(salesforce_world())
    files = ask(platform, f"{BASE}/query", "SELECT Id, EventType FROM EventLogFile ORDER BY CreatedDate").body[
        "records"
    ]
    text = ask(platform, f"{BASE}/sobjects/EventLogFile/{files[0]['Id'][:15]}/LogFile").body.decode()
    assert (files[0]["EventType"], text.count("SELECT COUNT()"), text.count("\n")) == ("API", 3, 5)
