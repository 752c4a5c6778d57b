from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.register.system import UNREGISTERED, System, Traffic, belongs, owners_of, unregistered

CRM = System("crm-bot", "CRM bot", "person:ann", "answers customers", principals=("agent:crm-*", "user:ann"))


def call(principal: str = "agent:crm-1", **fields: str) -> Traffic:
    defaults = {"acting_for": "", "kind": "Agent", "action": "ModelCall", "route": "messages", "resource": "model:gpt"}
    return Traffic(principal, **{**defaults, **fields})


def test_traffic_belongs_by_caller_route_and_model() -> None:
    assert belongs(call(), CRM)
    assert belongs(call("agent:other", acting_for="user:ann"), CRM)
    assert not belongs(call("agent:other"), CRM)
    assert not belongs(call("user:anna"), CRM)
    narrow = msgspec.structs.replace(CRM, routes=("messages",), models=("gpt*",))
    assert belongs(call(), narrow)
    assert not belongs(call(route="responses"), narrow)
    assert not belongs(call(resource="model:claude"), narrow)
    assert belongs(call(resource="tool:search"), narrow)  # its tools are whoever's calls them


def test_an_app_is_known_by_its_grants_and_a_route_alone_may_be_a_system() -> None:
    app = msgspec.structs.replace(CRM, principals=("app:crm.example*",))
    assert belongs(call("user:x", action="Grant", resource="app:crm.example-1"), app)
    assert not belongs(call("user:x", action="Grant", resource="app:other"), app)
    assert app.kinds == {"app"}
    route = msgspec.structs.replace(CRM, principals=(), routes=("moderations",))
    assert belongs(call("user:anybody", route="moderations"), route)


def test_a_system_that_names_nothing_has_no_traffic() -> None:
    assert not belongs(call(), msgspec.structs.replace(CRM, principals=()))


def test_traffic_of_nobody_is_unregistered() -> None:
    twin = msgspec.structs.replace(CRM, id="twin")
    owners = owners_of((CRM, twin))
    assert owners(call()) == ("crm-bot", "twin")
    assert owners(call("user:zoe")) == (UNREGISTERED,)
    assert owners_of(())(call()) == (UNREGISTERED,)


@pytest.mark.parametrize(
    "fields",
    [
        {"id": UNREGISTERED},
        {"id": "UP"},
        {"id": "a b"},
        {"principals": ["ann"]},
        {"principals": ["user:a\n"]},
        {"annex_point": "annex-iii-9"},
        {"title": ""},
        {"tier": "low"},
        {"more": 1},
    ],
)
def test_what_is_no_system(fields: dict[str, object]) -> None:
    good = msgspec.to_builtins(CRM)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**good, **fields}, System)
    assert msgspec.convert(good, System) == CRM


def test_the_stand_in_for_unregistered_traffic_leaves_every_duty_open() -> None:
    assert unregistered().tier.value == "undetermined"
    assert unregistered().roles == ()


words = st.sampled_from(["agent:crm-1", "agent:other", "user:ann", "nhi:job", "app:crm.example"])
traffics = st.builds(
    Traffic,
    words,
    st.sampled_from(["", "user:ann"]),
    st.just("Agent"),
    st.just("ModelCall"),
    st.sampled_from(["messages", "responses"]),
    st.sampled_from(["model:gpt", "model:claude", "tool:search", "app:crm.example"]),
)
systems = st.builds(
    lambda number, principals, routes, models: msgspec.structs.replace(
        CRM, id=f"s{number}", principals=tuple(principals), routes=tuple(routes), models=tuple(models)
    ),
    st.integers(0, 99),
    st.lists(st.sampled_from(["agent:crm-*", "user:ann", "app:*", "nhi:?ob"]), max_size=3),
    st.lists(st.sampled_from(["messages", "*"]), max_size=1),
    st.lists(st.sampled_from(["gpt", "c*"]), max_size=1),
)


@given(st.lists(systems, max_size=4), st.lists(traffics, max_size=6))
def test_what_is_remembered_of_owners_is_what_belongs_says(listed: list[System], asked: list[Traffic]) -> None:
    owners = owners_of(listed)
    for traffic in (*asked, *asked):
        expected = tuple(one.id for one in listed if belongs(traffic, one)) or (UNREGISTERED,)
        assert owners(traffic) == expected
