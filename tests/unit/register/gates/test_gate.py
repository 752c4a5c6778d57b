from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.register.gates.gate import read_gate

TEXT = """
gate: cv-ranker
title: Before the CV ranker goes live
checks:
  - {id: classified, kind: classification}
  - {id: fair, kind: bias, refs: [eu-ai-act:art-10], require: {ratio: 0.8, groups: [sex, race]}, files: [outcomes]}
approvals: {roles: [ciso, legal]}
"""


def test_a_changed_threshold_is_another_gate() -> None:
    gate = read_gate(TEXT)
    assert read_gate(TEXT.replace("# none", "")).digest == gate.digest
    assert read_gate(TEXT.replace("0.8", "0.7")).digest != gate.digest
    assert read_gate(TEXT.replace("[ciso, legal]", "[legal]")).digest != gate.digest


def test_what_is_no_gate_is_refused() -> None:
    for wrong in ("", "gate: x", TEXT.replace("kind: bias", "kind: luck"), TEXT.replace("id: fair", "id: classified"),
                  TEXT + "days: 4000\n", TEXT + "thresholds: none\n"):  # fmt: skip
        with pytest.raises(InputError) as caught:
            read_gate(wrong)
        assert caught.value.code == "WL-GAT-001"
