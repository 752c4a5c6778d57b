from __future__ import annotations

from tests.console_fakes import Api
from tests.unit.console.api.test_grants import MAIL, grant, taken
from wardlaw.facts.person import Role


def test_grants_in_pages_with_what_makes_them_risky(api: Api) -> None:
    uid = api.person("sec", Role.CISO)
    app = {"kind": "app", "id": "app-1", "name": "ChatGPT"}
    taken(api, uid, app, *(grant(f"g{n}", account=f"u{n}") for n in range(3)), grant("x", "app-2", scopes=("openid",)))
    first = api.ok("GET", "/grants/page?limit=2&level=4", uid=uid)
    assert [one["line"]["grant"] for one in first["grants"]] == ["g0", "g1"]
    assert (first["total"], bool(first["next"])) == (3, True)
    assert [one["scope"] for one in first["grants"][0]["risks"]] == [MAIL]
    assert first["grants"][0]["line"]["vendor"] == "openai"
    rest = api.ok("GET", f"/grants/page?limit=2&level=4&after={first['next']}", uid=uid)
    assert ([one["line"]["grant"] for one in rest["grants"]], rest["next"]) == (["g2"], "")
    assert api.error("GET", "/grants/page?after=nonsense", uid=uid) == (400, "WL-INV-090")
    assert api.error("GET", "/grants/page?level=9", uid=uid)[0] == 400
