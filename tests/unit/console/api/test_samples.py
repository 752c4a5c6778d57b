from __future__ import annotations

import msgspec

from tests.console_fakes import Api, api_of
from wardlaw.facts.person import Role


class Sender:
    def __init__(self) -> None:
        self.keys: list[str] = []

    def begin(self, key: str) -> None:
        self.keys.append(key)


def test_samples_go_with_a_key_that_ends_soon_and_stand_in_the_log(api: Api) -> None:
    sender = Sender()
    api.app = api_of(msgspec.structs.replace(api.made.deps, samples=sender))
    admin = api.person("boss", Role.ADMIN)
    answer = api.ok("POST", "/samples", {}, uid=admin)
    (text,) = sender.keys
    assert text.startswith("wl")
    assert text not in str(answer)
    assert 0 < answer["expires_at"] - api.made.clock() <= 300
    assert api.made.recorder.records[-1][2] == "samples.send"
    assert api.error("POST", "/samples", {}, uid=api.person("aud", Role.AUDITOR)) == (403, "WL-RGT-010")
    assert len(sender.keys) == 1


def test_where_they_would_leave_this_machine_they_are_refused(api: Api) -> None:
    assert api.error("POST", "/samples", {}, uid=api.person("boss", Role.ADMIN))[1] == "WL-API-022"
