from __future__ import annotations

import msgspec
import pytest

from tests.console_fakes import START, Api, api_of
from wardlaw.facts.person import Role
from wardlaw.store.database import writing
from wardlaw.store.notifications import Standing
from wardlaw.store.signalsout import SignalPlan, enqueue_signal, list_signals

PLAN = SignalPlan("https://us.example", {"idp": "aud", "other": "aud"})


@pytest.fixture
def uid(api: Api) -> int:
    deps = msgspec.structs.replace(
        api.made.deps, signals=PLAN, sign_signal=lambda claims: f"{claims['n']}@{claims['iat']}"
    )
    api.app = api_of(deps)
    with writing(api.made.engine) as connection:
        for number, receiver in enumerate(("idp", "idp", "idp", "other")):
            enqueue_signal(connection, receiver, f"q{number}", {"n": number}, at=START + number - 10)
    return api.person("sec", Role.SECOPS)


def states(api: Api) -> list[tuple[Standing, str]]:
    with writing(api.made.engine) as connection:
        return [(one.state, one.error) for one in list_signals(connection)]


def test_a_receiver_is_given_its_own_until_it_says_that_it_has_them(api: Api, uid: int) -> None:
    told = api.ok("GET", "/signals/waiting?receiver=idp&most=2", uid=uid)
    assert (list(told["sets"].values()), told["more"]) == ([f"0@{int(START)}", f"1@{int(START)}"], True)
    assert api.ok("GET", "/signals/waiting?receiver=idp&most=2", uid=uid) == told
    first, second = told["sets"]
    body = {"receiver": "idp", "ack": [first, "never given"], "refused": {second: "invalid_key: no"}}
    assert api.ok("POST", "/signals/settled", body, uid=uid) == {"taken": 1, "refused": 1}
    assert api.ok("POST", "/signals/settled", body, uid=uid) == {"taken": 0, "refused": 0}
    left = api.ok("GET", "/signals/waiting?receiver=idp", uid=uid)
    assert (list(left["sets"].values()), left["more"]) == ([f"2@{int(START)}"], False)
    assert [state for state, _ in states(api)] == [Standing.SENT, Standing.DEAD, Standing.WAITING, Standing.WAITING]
    assert states(api)[1][1] == "invalid_key: no"


def test_nobody_settles_what_is_another_receivers(api: Api, uid: int) -> None:
    (others,) = api.ok("GET", "/signals/waiting?receiver=other", uid=uid)["sets"]
    assert api.ok("POST", "/signals/settled", {"receiver": "idp", "ack": [others]}, uid=uid)["taken"] == 0
    for path, body in (
        ("GET /signals/waiting?receiver=nobody", None),
        ("POST /signals/settled", {"receiver": "nobody"}),
    ):
        method, _, where = path.partition(" ")
        assert api.error(method, where, body, uid=uid)[1] == "WL-LSN-010"
