"""Opens the sealed parts of records: why a decision came out as it did, and what was judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from wardlaw.audit.envelope import decode
from wardlaw.console.api.deps import Glance
from wardlaw.console.desks.recorder import CONTROL_CLASS, ControlFacts
from wardlaw.decision.explain import explain
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.errors import EvidenceError, InputError
from wardlaw.facts.record import Content, Inputs
from wardlaw.store.keyring import Keyring
from wardlaw.store.records import RecordRow, StoredPart

UNUSUAL = "unusual"
"""Field of an explanation that says how a caller deviated from their own past; not for everybody who reads records."""

_INPUTS, _CONTENT = "inputs", "content"
_ERASED = "WL-KEY-010"

T = TypeVar("T")


class RecordDesk:
    """Explains records and reads their texts.

    Args:
        keyring: Opens what is not erased.
        policies: The policy set of a digest; None when it is not kept.
    """

    def __init__(self, keyring: Keyring, policies: Callable[[str], PolicySet | None]) -> None:
        self._keyring = keyring
        self._policies = policies

    def explain(self, row: RecordRow, parts: tuple[StoredPart, ...]) -> Mapping[str, Any]:
        """JSON-ready explanation of a decision's record; empty when its inputs were erased."""
        if (sealed := self._open(row, parts, CONTROL_CLASS)) is not None:
            facts = self._decode(row, sealed, ControlFacts)
            return {"sentence": f"{facts.operation} by {facts.actor or 'somebody unknown'}.", "facts": facts.facts}
        opened = self._open(row, parts, _INPUTS)
        if opened is None:
            return {}
        inputs = self._decode(row, opened, Inputs)
        decision = inputs.decision
        policies = self._policies(decision.policies)
        if policies is None:
            # Without the set that decided, "what would have changed it" would be a guess.
            causes = [
                {
                    "clause": reason.clause,
                    "effect": reason.effect,
                    "message": reason.message,
                    "advice": reason.advice,
                    "evidence": [],
                }
                for reason in decision.reasons
            ]
            sentence = f"{decision.effect.value}: the policy set {decision.policies[:16]} that decided is not kept in a form of this version."
            told = {"sentence": sentence, "causes": causes, "changes": [], "together": [], "observed": []}
            return told | _besides(row, inputs)
        found = explain(inputs.request, inputs.findings, policies, inputs.state, decision=decision)
        explained: dict[str, Any] = msgspec.to_builtins(found)
        return explained | _besides(row, inputs)

    def glance(self, row: RecordRow, parts: tuple[StoredPart, ...]) -> Glance:
        """Who and what a decision's record is about."""
        opened = self._open(row, parts, _INPUTS)
        if opened is None:
            return Glance()
        try:
            request = self._decode(row, opened, Inputs).request
        except EvidenceError:
            return Glance()  # of another version: the line says less, and `explain` says why
        principal = request.principal
        name = f"{principal.id} for {principal.acting_for}" if principal.acting_for else principal.id
        return Glance(name, request.resource.id)

    def read(self, row: RecordRow, parts: tuple[StoredPart, ...]) -> Content:
        """The texts that were judged.

        Raises:
            InputError: They were not kept, or were erased or pruned (WL-CTL-001).
            EvidenceError: They do not verify against the envelope.
        """
        opened = self._open(row, parts, _CONTENT)
        if opened is None:
            raise InputError(
                "WL-CTL-001",
                f"The texts of {row.id} are not there: not kept, erased, or past their time.",
                "The record itself and its proof stand.",
            )
        return self._decode(row, opened, Content)

    def _open(self, row: RecordRow, parts: tuple[StoredPart, ...], klass: str) -> bytes | None:
        """The plaintext of one part; None when the record has none, or it is gone."""
        stored = next((part for part in parts if part.klass == klass), None)
        committed = next((part for part in decode(row.envelope).sealed if part.klass == klass), None)
        if stored is None or committed is None:
            return None
        try:
            return self._keyring.unseal(row.subject, committed, stored.ciphertext)
        except InputError as error:
            if error.code == _ERASED:
                return None
            raise

    @staticmethod
    def _decode(row: RecordRow, plaintext: bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(plaintext, type=kind)
        except msgspec.MsgspecError as error:
            raise EvidenceError(
                "WL-CTL-002",
                f"The sealed part of {row.id} opens, but is not of this version.",
                "Read it with the version of Wardlaw that wrote it.",
            ) from error


def _besides(row: RecordRow, inputs: Inputs) -> dict[str, Any]:
    """What was no input of the verdict: how unusual it was, which detectors had looked, and whether it was a canary."""
    facts = decode(row.envelope).facts
    marks: dict[str, Any] = {name: facts[name] for name in ("canary", "canary_forgery") if name in facts}
    request = inputs.request
    asked = {
        "principal": request.principal.id,
        "acting_for": request.principal.acting_for,
        "resource": request.resource.id,
        "session": request.session,
    }
    # Where in the texts, never what: the texts are read with a purpose alone.
    found = [
        {
            "kind": one.kind.value,
            "label": one.label,
            "level": one.level.value,
            "detector": one.detector,
            "version": one.version,
            "rule": one.rule,
            "score": one.score,
            "segment": one.segment,
            "start": one.start,
            "end": one.end,
        }
        for one in inputs.findings
    ]
    duties = [{"kind": one.kind.value, "classes": list(one.classes)} for one in inputs.decision.obligations]
    besides = {"asked": asked, "findings": found, "obligations": duties, "inspected": inputs.inspected}
    return {UNUSUAL: _unusual(inputs), **besides, **marks}


def _unusual(inputs: Inputs) -> dict[str, Any]:
    """The anomaly score of the moment and the sentences it rests on; empty where nothing stood out."""
    score = inputs.state.anomaly_score
    return {"score": score, "reasons": list(inputs.unusual)} if inputs.unusual else {}
