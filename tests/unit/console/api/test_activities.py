from __future__ import annotations

from tests.console_fakes import Api
from wardlaw.facts.person import Role

BEGIN = {"directory": "acme", "platform": "google", "feed": "activity", "kind": "events"}


def test_events_come_in_pages_and_from_a_time_on(api: Api) -> None:
    uid = api.person("sec", Role.CISO)
    now = api.made.clock.now
    for directory in ("acme", "other"):
        run = api.ok("POST", "/inventory/runs", BEGIN | {"directory": directory}, uid=uid)["run"]["id"]
        told = [{"id": f"e{n}", "at": now - n * 100, "deed": "use", "account": "ada"} for n in range(3)]
        api.ok("POST", f"/inventory/runs/{run}/page", {"sightings": [], "activities": told}, uid=uid)
    found, after = [], ""
    while True:
        page = api.ok("GET", f"/inventory/events?limit=2&since={now - 150}{after}", uid=uid)
        assert len(page["events"]) <= 2
        found += [(one["directory"], one["platform"], one["activity"]["id"]) for one in page["events"]]
        if not page["next"]:
            break
        after = f"&after={page['next']}"
    assert found == [(name, "google", id_) for name in ("acme", "other") for id_ in ("e0", "e1")]
    assert len(api.ok("GET", "/inventory/events?directory=acme", uid=uid)["events"]) == 3
    assert api.error("GET", "/inventory/events?after=xx", uid=uid) == (400, "WL-INV-090")
    assert api.error("GET", "/inventory/events", uid=api.person("dpo", Role.OWNER))[0] == 403
