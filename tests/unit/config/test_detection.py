from __future__ import annotations

from wardlaw.config.detection import BuiltIn, Encoder, Planting, Tripwires
from wardlaw.security.detectors import DETECTORS


def test_there_is_a_switch_for_every_detector_that_a_gateway_runs() -> None:
    known = {record.id for record in DETECTORS}
    assert BuiltIn().names() | BuiltIn().names(on=False) == known - {
        "injection-encoder",
        "agent-config",
        "system-prompt-passage",  # switched in encoder, not in a gateway, in gateway.tripwires
    }
    assert BuiltIn().names(on=False) == {"personal-names"}


def test_names_follow_the_switches() -> None:
    some = BuiltIn(personal_names=True, hidden_text=False)
    assert some.names(on=False) == {"hidden-text"}
    assert "personal-names" in some.names()


def test_nothing_is_added_to_prompts_unless_it_is_asked_for() -> None:
    assert Tripwires() == Tripwires(enabled=False, passage_words=12)
    assert [planting.value for planting in Planting] == ["usual", "always", "never"]
    assert Encoder().enabled
