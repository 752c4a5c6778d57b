from __future__ import annotations

import pytest

from tests.console_fakes import Api
from tests.unit.console.api.test_identities import ADA, BOT, KEY, OPENAI, grant, told
from wardlaw.facts.person import Role


@pytest.fixture
def uid(api: Api) -> int:
    uid = api.person("sec", Role.CISO)
    told(api, uid, "tokens", BOT, ADA, OPENAI, KEY, grant("g1", "ada"))
    return uid


@pytest.fixture
def keyed(api: Api, uid: int) -> int:
    admin = api.person("admin", Role.ADMIN)
    for name, principal, models in (
        ("one", "agent:reports", ["gpt-5"]),
        ("two", "nhi:batch", []),
        ("me", "user:ada", []),
    ):
        body = {"id": f"key:{name}", "principal": principal, "models": models}
        api.ok("POST", "/keys", body, uid=admin)
    return uid


def walked(api: Api, uid: int, path: str, name: str, *, limit: int) -> list[tuple[str, str]]:
    found, after = [], ""
    while True:
        answer = api.ok("GET", f"{path}limit={limit}{after}", uid=uid)
        assert len(answer[name]) <= limit
        items = [one.get("item", one) for one in answer[name]]
        found += [(one["directory"], one["thing"]["id"]) for one in items]
        if not answer["next"]:
            return found
        after = f"&after={answer['next']}"


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 200])
def test_the_door_comes_after_all_directories_on_pages_of_any_size(api: Api, keyed: int, limit: int) -> None:
    found = walked(api, keyed, "/inventory/items?", "items", limit=limit)
    own = ["agent:reports", "nhi:batch", "user:ada", "key:me", "key:one", "key:two"]
    assert found == [*(("acme", id_) for id_ in ("ada", "bot", "gpt", "k1", "g1")), *(("gateway", id_) for id_ in own)]
    assert api.ok("GET", "/inventory/items?limit=1", uid=keyed)["total"] == len(found)
    identities = walked(api, keyed, "/inventory/identities?", "identities", limit=limit)
    assert [id_ for place, id_ in identities if place == "gateway"] == [one for one in own if one != "user:ada"]


def test_what_is_asked_is_asked_of_the_door_too(api: Api, keyed: int) -> None:
    ask = "/inventory/items?"
    assert walked(api, keyed, f"{ask}kind=account&", "items", limit=2)[-1] == ("gateway", "user:ada")
    assert walked(api, keyed, f"{ask}about=agent:reports&", "items", limit=5) == [
        ("gateway", "agent:reports"), ("gateway", "key:one"),
    ]  # fmt: skip
    assert walked(api, keyed, f"{ask}find=BATCH&", "items", limit=5) == [("gateway", "nhi:batch")]
    assert walked(api, keyed, f"{ask}directory=acme&", "items", limit=5)[-1] == ("acme", "g1")
    assert walked(api, keyed, f"{ask}directory=gateway&", "items", limit=4)[0] == ("gateway", "agent:reports")
    assert walked(api, keyed, f"{ask}kind=grant&", "items", limit=5) == [("acme", "g1")]


def test_one_of_the_door_has_a_score_and_a_story(api: Api, keyed: int) -> None:
    shown = api.ok("GET", "/inventory/identity?id=key:one", uid=keyed)["identity"]
    assert (shown["item"]["directory"], shown["owner"]) == ("gateway", "agent:reports")
    story = api.ok("GET", "/inventory/timeline?id=agent:reports", uid=keyed)
    assert "gateway key made" in {one["what"] for one in story["moments"]}
    assert api.error("GET", "/inventory/identity?id=agent:nobody", uid=keyed) == (400, "WL-INV-005")
    assert api.ok("GET", "/inventory/identity?id=bot", uid=keyed)["identity"]["item"]["directory"] == "acme"


def test_the_graph_shows_who_may_ask_which_models(api: Api, keyed: int) -> None:
    whole = api.ok("GET", "/inventory/graph", uid=keyed)
    labels = {node["label"] for node in whole["graph"]["nodes"]}
    assert (whole["directory"], whole["graph"]["total"]) == ("acme", 4)
    assert {"ada@example.com", "agent:reports", "model:gpt-5", "model:*"} <= labels
    around = api.ok("GET", "/inventory/graph?about=agent:reports", uid=keyed)
    assert (around["directory"], around["graph"]["total"]) == ("gateway", 1)
    assert api.ok("GET", "/inventory/graph?directory=gateway", uid=keyed)["graph"]["total"] == 3
    assert api.ok("GET", "/inventory/graph?directory=acme", uid=keyed)["graph"]["total"] == 1


def test_no_directory_takes_the_gateways_name(api: Api, uid: int) -> None:
    begin = {"directory": "gateway", "platform": "google", "feed": "tokens", "kind": "listing"}
    assert api.error("POST", "/inventory/runs", begin, uid=uid) == (400, "WL-INV-117")
