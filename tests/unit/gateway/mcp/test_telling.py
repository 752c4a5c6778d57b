"""What people read of a tool that changed."""

from __future__ import annotations

import json

import msgspec

from wardlaw.facts.toolpin import PinState, ToolPin
from wardlaw.gateway.mcp.telling import report_of

BEFORE = {"name": "look", "description": "Looks.", "inputSchema": {"properties": {"q": {"type": "string"}}}}


def pin(state: PinState, offered: dict[str, object], **more: object) -> ToolPin:
    known = ToolPin("s", "look", state, "aa" * 32, json.dumps(BEFORE), "bb" * 32, json.dumps(offered))
    return msgspec.structs.replace(known, **more)


def test_the_differences_stand_in_it_with_their_places() -> None:
    after = BEFORE | {"description": "Looks, and\u202e tells \x1b[31m", "title": "New"}
    report = report_of(pin(PinState.DRIFTED, after), record="ctl_1", at=5.0)
    assert (report.kind, report.principal, report.record, report.at) == ("tool.drifted", "nhi:mcp-s", "ctl_1", 5.0)
    assert '/description: "Looks." -> "Looks, and\\u{202e} tells' in report.detail
    assert '/title: - -> "New"' in report.detail
    assert "/inputSchema" not in report.detail
    assert "wardlaw mcp diff s__look" in report.detail
    assert report.detail.isascii() and report.detail.isprintable()


def test_each_new_offer_is_another_and_the_same_again_is_not() -> None:
    one = report_of(pin(PinState.DRIFTED, BEFORE), record="ctl_1", at=5.0)
    again = report_of(pin(PinState.DRIFTED, BEFORE), record="ctl_2", at=9.0)
    other = report_of(pin(PinState.DRIFTED, BEFORE, offered_pin="cc" * 32), record="ctl_3", at=9.0)
    assert one.mark == again.mark != other.mark


def test_concerns_at_first_sight_are_told_without_a_difference_and_long_values_are_cut() -> None:
    first = report_of(
        pin(PinState.QUARANTINED, BEFORE, pin="", definition="", concerns=("secrecy at /description",)),
        record="ctl_1",
        at=5.0,
    )
    assert "was never approved" in first.detail
    assert "look at: secrecy at /description" in first.detail
    long = report_of(pin(PinState.DRIFTED, BEFORE | {"description": "x" * 100_000}), record="ctl_1", at=5.0)
    assert len(long.detail) < 1_000
