"""What the configuration names is registered; everything else is not."""

from __future__ import annotations

import pytest

from wardlaw.config.model import Aws, Config, Gateway, Installation, Model, ModelUpstream, Surface, Upstream
from wardlaw.config.secretref import SecretRef
from wardlaw.config.tools import RegisteredTool
from wardlaw.facts.effect import RouteMode
from wardlaw.facts.resource import ToolEffect, Trust
from wardlaw.facts.routes import UpstreamKind, WireForm
from wardlaw.gateway.registry import OtherProtocolError, Registry

CONFIG = Config(
    upstreams=(
        Upstream(
            name="near", url="http://127.0.0.1:9/v1/", region="eu", trust=Trust.INTERNAL, key=SecretRef("env", "K")
        ),
        Upstream(name="far", url="https://far.example/v1", region="us", headers={"x-team": "env:TEAM", "x-plain": "1"}),
    ),
    models=(
        Model(name="gpt", upstreams=(ModelUpstream("near"), ModelUpstream("far", model="gpt-x", region="uk"))),
        Model(name="vec", upstreams=(ModelUpstream("near"),), routes=("embeddings",)),
    ),
    tools=(RegisteredTool(name="wipe", effect=ToolEffect.DESTRUCTIVE, rows_argument="n"),),
)
REGISTRY = Registry(CONFIG, lambda ref: f"<{ref.name}>")


def test_each_upstream_of_a_model_is_a_candidate_of_its_own() -> None:
    first, second = REGISTRY.candidates("gpt", "chat.completions")
    assert (first.resource.upstream, first.resource.region, first.destination.model) == ("near", "eu", "gpt")
    assert (second.resource.upstream, second.resource.region, second.destination.model) == ("far", "uk", "gpt-x")
    assert first.destination.url == "http://127.0.0.1:9/v1"


def test_secrets_are_resolved_in_keys_and_headers_only_where_referenced() -> None:
    first, second = REGISTRY.candidates("gpt", "chat.completions")
    assert first.destination.credential.current() == "<K>"
    assert second.destination.credential.current() == ""
    assert dict(second.destination.headers) == {"x-team": "<TEAM>", "x-plain": "1"}


def test_an_unknown_model_or_one_on_the_wrong_route_is_unregistered() -> None:
    for name, route in (("nope", "chat.completions"), ("vec", "chat.completions")):
        (only,) = REGISTRY.candidates(name, route)
        assert not only.resource.registered
        assert not only.resource.destination_registered


def test_tools_carry_their_effect_and_unknown_ones_are_unregistered() -> None:
    assert REGISTRY.tool("wipe").effect is ToolEffect.DESTRUCTIVE
    assert REGISTRY.rows_argument("wipe") == "n"
    assert not REGISTRY.tool("other").registered
    assert REGISTRY.rows_argument("other") == ""


def test_a_route_observes_when_it_or_the_installation_does() -> None:
    assert REGISTRY.mode("chat.completions") is RouteMode.ENFORCE
    one = Registry(Config(gateway=Gateway(routes={"embeddings": Surface(RouteMode.OBSERVE)})), lambda _: "")
    assert (one.mode("embeddings"), one.mode("chat.completions")) == (RouteMode.OBSERVE, RouteMode.ENFORCE)
    whole = Registry(Config(installation=Installation(mode=RouteMode.OBSERVE)), lambda _: "")
    assert whole.mode("chat.completions") is RouteMode.OBSERVE


def test_only_upstreams_of_the_same_protocol_are_asked() -> None:
    upstreams = (
        Upstream(name="a", url="https://a.example/v1", kind=UpstreamKind.ANTHROPIC, key=SecretRef("env", "K")),
        Upstream(name="o", url="https://o.example/v1"),
    )
    models = (
        Model(name="both", upstreams=(ModelUpstream("o"), ModelUpstream("a"))),
        Model(name="one", upstreams=(ModelUpstream("a"),)),
    )
    registry = Registry(Config(upstreams=upstreams, models=models), lambda ref: f"<{ref.name}>")
    (only,) = registry.candidates("both", "messages", paths={WireForm.ANTHROPIC: ""})
    assert (only.resource.upstream, only.destination.kind) == ("a", UpstreamKind.ANTHROPIC)
    assert [one.resource.upstream for one in registry.candidates("both", "chat.completions")] == ["o"]
    with pytest.raises(OtherProtocolError) as caught:
        registry.candidates("one", "chat.completions")
    assert caught.value.code == "WL-GWY-012"


def test_what_an_upstream_has_not_is_told_apart_from_what_it_does_not_speak() -> None:
    upstreams = (
        Upstream(
            name="b",
            url="https://bedrock-runtime.eu-west-1.amazonaws.com",
            kind=UpstreamKind.BEDROCK,
            aws=Aws(SecretRef("env", "ID"), SecretRef("env", "SECRET")),
        ),
    )
    models = (Model(name="one", upstreams=(ModelUpstream("b"),)),)
    registry = Registry(Config(upstreams=upstreams, models=models), lambda ref: f"<{ref.name}>")
    (only,) = registry.candidates("one", "messages", paths={WireForm.ANTHROPIC: "/messages"})
    assert only.destination.aws is not None
    assert (only.destination.aws.region, only.destination.aws.secret_key.current()) == ("eu-west-1", "<SECRET>")
    assert "SECRET" not in repr(only.destination)
    with pytest.raises(OtherProtocolError) as caught:
        registry.candidates("one", "messages", paths={WireForm.ANTHROPIC: "/messages/count_tokens"})
    assert caught.value.code == "WL-GWY-013"


def test_a_tool_has_the_gravest_of_its_effects_and_a_class() -> None:
    entry = RegisteredTool("post", effects=(ToolEffect.WRITE, ToolEffect.SHARE), confirmed_by="ann")
    registry = Registry(Config(tools=(entry,)), lambda _ref: "")
    assert registry.tool("post").effect is ToolEffect.SHARE
    found = registry.tool_class("post", {"name": "post", "description": "Gets a post."})
    assert (found.effects, found.confirmed_by) == ({ToolEffect.WRITE, ToolEffect.SHARE}, "ann")
    assert registry.tool_class("get_order", None).effects == {ToolEffect.READ}
