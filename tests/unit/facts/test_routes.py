"""Which form each kind of upstream speaks."""

from __future__ import annotations

from wardlaw.facts.routes import UpstreamKind, WireForm


def test_three_kinds_speak_as_anthropic_does_and_all_others_as_openai() -> None:
    speaking = {kind for kind in UpstreamKind if kind.form is WireForm.ANTHROPIC}
    assert speaking == {UpstreamKind.ANTHROPIC, UpstreamKind.BEDROCK, UpstreamKind.VERTEX}
