from __future__ import annotations

from tests.console_fakes import Api
from wardlaw.facts.errors import ConfigError
from wardlaw.facts.person import Role
from wardlaw.store import generations


def test_health_asks_for_nobody(api: Api) -> None:
    assert api.ok("GET", "/health") == {"status": "ok"}


def test_reload_records_the_digest_and_then_publishes(api: Api) -> None:
    pipeline, legal = api.person("ci", Role.DEVSECOPS), api.person("legal", Role.LEGAL)
    assert api.error("POST", "/policy/reload", uid=legal) == (403, "WL-RGT-010")
    assert api.ok("GET", "/policy", uid=legal)["digest"] == "aa"
    assert api.ok("POST", "/policy/reload", uid=pipeline)["digest"] == "bb"
    assert api.ok("GET", "/policy", uid=legal)["version"] == 2
    assert api.made.recorder.of("policy.reload")[-1] == {"policies": "bb", "clauses": 13}
    assert generations.read(api.made.engine)["policies"] == 1


def test_nothing_is_published_that_is_not_recorded(api: Api) -> None:
    pipeline = api.person("ci", Role.DEVSECOPS)
    api.made.recorder.broken = True
    assert api.error("POST", "/policy/reload", uid=pipeline) == (503, "WL-SPL-001")
    assert api.made.policies.status_now.digest == "aa"
    assert generations.read(api.made.engine)["policies"] == 0


def test_clauses_that_do_not_pass_leave_what_is_published(api: Api) -> None:
    pipeline = api.person("ci", Role.DEVSECOPS)

    async def refuse():
        raise ConfigError("WL-POL-001", "GOV-07 has no example.", "Add one.")

    api.made.policies.prepare = refuse
    status, answer = api.call("POST", "/policy/reload", uid=pipeline)
    assert (status, answer["error"]["code"], answer["error"]["exit"]) == (500, "WL-POL-001", 3)
    assert api.made.recorder.records == []
