from __future__ import annotations

import msgspec
import pytest

from tests.unit.inventory.test_withdrawal import gone, planned
from wardlaw.cli.grantwords import chain_lines, due_lines, revocation_lines, ruling_words, standing_words, unused_lines
from wardlaw.inventory.ruling import Fate
from wardlaw.inventory.withdrawal import WithdrawalState


@pytest.mark.parametrize("fate", list(Fate))
def test_every_fate_has_words(fate: Fate) -> None:
    ruling = {"effect": "deny", "clauses": ["GRT-50"], "fate": fate.value, "observed": ["GRT-01 (shadow, deny)"]}
    assert ruling_words(ruling).startswith("deny (GRT-50): ")
    assert "grants judge" in ruling_words(None)


@pytest.mark.parametrize("state", list(WithdrawalState))
def test_every_state_has_words(state: WithdrawalState) -> None:
    view = {
        "revocation": msgspec.to_builtins(gone()),
        "state": state.value,
        "done": 2,
        "failed": 1,
        "tokens_until": 5.0,
    }
    text = "\n".join(revocation_lines(view))
    assert "2 of 2 found gone, 1 FAILED" in text
    assert ("may work until" in text) is (state is WithdrawalState.RESIDUAL)
    assert ("--confirm rev_1" in text) is (state is WithdrawalState.PLANNED)


def test_four_eyes_are_said() -> None:
    view = {"revocation": msgspec.to_builtins(planned(persons=2)), "state": "planned", "done": 0, "failed": 0}
    assert "another person must run" in list(revocation_lines(view))[-1]


def test_standings_dues_and_chains() -> None:
    standing = {"state": "exceeds-approval", "approval": "gap_1", "until": 5.0, "excess": ["a", "b"]}
    assert standing_words(standing) == "beyond the approval gap_1: a, b"
    assert "ran out" in standing_words(standing | {"state": "expired"})
    assert "nobody" in standing_words(standing | {"state": "unapproved"})
    assert list(due_lines({"due": [], "approvals": [1]})) == ["nothing is to be decided; 1 approvals stand"]
    record = {"record": "ctl_1", "revocation": "rev_1", "at": 5.0, "operation": "revocations.plan"}
    view = {"records": [{"record": record, "leaf_index": 7}], "checkpoint": "acme/log\n42\ncm9vdA==\n\n— sig\n"}
    text = "\n".join(chain_lines(view))
    assert "ctl_1, leaf 7" in text
    assert "checkpoint: 42 records, root cm9vdA==" in text
    assert "checkpoint" not in "\n".join(chain_lines(view | {"checkpoint": ""}))


def test_what_a_grant_could_do_without_is_said_scope_by_scope() -> None:
    scopes = [{"scope": f"s-{verdict}", "verdict": verdict, "why": "no usage data: x" if verdict == "unknown" else "why", "narrower": ""}
              for verdict in ("keep", "narrow", "remove", "unknown")]  # fmt: skip
    advice = {"known": True, "verdict": "narrow", "why": "used", "scopes": scopes}
    line = {"directory": "acme", "grant": "g1", "account": "", "app": "app", "app_name": "", "advice": advice}
    assert list(unused_lines(line)) == [
        "acme g1: the whole organisation lets app act", "  least privilege: narrower scope: used", "    s-keep: keep: why",
        "    s-narrow: narrower scope: why", "    s-remove: remove: why", "    s-unknown: no usage data: x",
    ]  # fmt: skip
