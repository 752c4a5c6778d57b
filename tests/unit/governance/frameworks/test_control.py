from __future__ import annotations

from wardlaw.governance.frameworks.control import Control, broken_links, controls_for
from wardlaw.governance.shipped import shipped_controls, shipped_frameworks

CONTROLS = shipped_controls().controls


def test_every_link_resolves() -> None:
    assert len(CONTROLS) == 34
    assert sum(len(one.links) for one in CONTROLS) == 185
    assert broken_links(CONTROLS, shipped_frameworks()) == ()
    bad = Control("X", "x", "gate", "risk", ("eu-ai-act:art-999", "eu-ai-act:annex-iii-4a"))
    assert len(broken_links((bad,), shipped_frameworks())) == 2  # an annex point asks for nothing itself


def test_controls_of_a_provision() -> None:
    assert [one.id for one in controls_for("eu-ai-act:art-50-1", CONTROLS)] == ["WL-OUT-DISCLOSE"]
    assert controls_for("eu-ai-act:art-999", CONTROLS) == ()
