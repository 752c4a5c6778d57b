"""Judges a part of the log anew with clauses that are not in force: what ``wardlaw replay`` asks for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from wardlaw.audit.envelope import decode
from wardlaw.console.api.deps import Again, ReplayAsked, ReplayPart
from wardlaw.decision.context import PATHS
from wardlaw.decision.explain import explain
from wardlaw.decision.grounds import Wording
from wardlaw.decision.policyset import PolicySet
from wardlaw.decision.replay import (
    Rejudged,
    ReplayExample,
    Replaying,
    UnreadRecord,
    rejudge,
)
from wardlaw.facts.action import Action
from wardlaw.facts.clause import Clause
from wardlaw.facts.errors import ConfigError, EvidenceError, InputError
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.record import Inputs
from wardlaw.governance.check import check
from wardlaw.governance.problems import Severity
from wardlaw.store.keyring import Keyring
from wardlaw.store.records import RecordRow, StoredPart
from wardlaw.store.replaying import PAGE, Stretch, read_inputs, stretch_of

PART_S = 1.0
"""So long one part is worked at, in seconds: the API answers others meanwhile, and whoever waits sees progress."""

_INPUTS = "inputs"
_ERASED = "WL-KEY-010"
_DRAFTS = 4  # sets kept parsed, with what they have judged already; a few people draft at once
# Attributes that are worked out when they are asked for, by the field they are worked out from, in tool calls alone.
OF_CALLS = frozenset(
    ("tool_effects", "tool_confirmed", "call_findings", "argument_origins", "intent_matched", "user_channel")
)
_CALL = ("request", "call")
_CANARY = b'"canary":"can_'
"""Stands in the envelope of a canary's decision, which is nobody's traffic."""
_decoder = msgspec.json.Decoder(Inputs)


class ReplayDesk:
    """Judges recorded decisions anew.

    Args:
        keyring: Opens what is not erased.
        clock: Unix seconds.
    """

    def __init__(self, keyring: Keyring, *, clock: Callable[[], float]) -> None:
        self._keyring = keyring
        self._clock = clock
        self._lock = threading.Lock()
        self._drafts: dict[str, _Draft] = {}

    def replay(self, connection: Connection, asked: ReplayAsked, *, may_know_persons: bool) -> ReplayPart:
        """Judge one part of the log anew; the next part begins where this one ended.

        Args:
            asked: Clauses and span.
            may_know_persons: Persons are named, and their behaviour is told; else they bear the log's pseudonyms.

        Raises:
            ConfigError: The clauses have errors (WL-CTL-010).
        """
        draft = self._draft(asked.sources)
        span = {"since_ms": asked.since_ms, "until_ms": asked.until_ms}
        stretch = Stretch(asked.begin, asked.end) if asked.end else stretch_of(connection, **span)
        work = _Part(self._keyring, draft, Replaying(examples=asked.examples), may_know_persons=may_know_persons)
        begin, stop_at = stretch.begin, self._clock() + PART_S
        # This thread alone has the connection: it reads the next page while another one judges the last.
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="replay") as judge:
            page = read_inputs(connection, stretch, **span)
            while page:
                judging = judge.submit(work.judge, page)
                is_last = len(page) < PAGE
                begin = stretch.end if is_last else int(page[-1][0]) + 1
                following: Sequence[Any] = ()
                if not is_last and self._clock() < stop_at:
                    following = read_inputs(connection, Stretch(begin, stretch.end), **span)
                    if not following:
                        begin = stretch.end
                judging.result()
                page = following
        if begin == stretch.begin:
            begin = stretch.end  # there was nothing
        return ReplayPart(stretch.begin, stretch.end, begin, work.adding.report())

    def again(self, row: RecordRow, parts: tuple[StoredPart, ...], policies: PolicySet) -> Again:
        """Judge one decision by other clauses.

        Raises:
            InputError: Its inputs are gone (WL-CTL-012).
            EvidenceError: They are not of this version (WL-CTL-002), or not what the record commits to.
        """
        stored = next((part.ciphertext for part in parts if part.klass == _INPUTS), None)
        opened = open_inputs(self._keyring, row.subject, row.envelope, stored)
        if opened is None:
            raise InputError(
                "WL-CTL-012",
                f"What {row.id} was decided on is not there any more: erased, or past its time.",
                "The record itself and its proof stand.",
            )
        try:
            inputs = _decoder.decode(opened)
        except msgspec.MsgspecError as error:
            raise EvidenceError(
                "WL-CTL-002",
                f"The sealed part of {row.id} opens, but is not of this version.",
                "Read it with the version of Wardlaw that wrote it.",
            ) from error
        one = rejudge(inputs, policies)
        told = explain(inputs.request, inputs.findings, policies, inputs.state, decision=one.decision)
        return Again(
            policies=policies.digest,
            is_same_set=policies.digest == inputs.decision.policies,
            before=inputs.decision.demanded.value,
            after=one.decision.demanded.value,
            difference=one.difference.value,
            sentence=told.sentence,
            clauses=tuple(dict.fromkeys(reason.clause for reason in one.decision.reasons if reason.clause)),
        )

    def _draft(self, sources: Mapping[str, str]) -> _Draft:
        digest = sha256(msgspec.json.encode(sources, order="sorted")).hexdigest()
        with self._lock:
            known = self._drafts.get(digest)
        if known is None:
            known = self._read(sources)
            with self._lock:
                if len(self._drafts) >= _DRAFTS:
                    self._drafts.pop(next(iter(self._drafts)))
                self._drafts[digest] = known
        return known

    def _read(self, sources: Mapping[str, str]) -> _Draft:
        checked = check(sources, today=datetime.fromtimestamp(self._clock(), tz=UTC).date())
        errors = [str(one) for one in checked.problems if one.severity is Severity.ERROR]
        if errors or not checked.compiled:
            first = f"{len(errors)} errors; the first: {errors[0]}" if errors else "none among them"
            raise ConfigError(
                "WL-CTL-010", f"The clauses to try have {first}", "See `wardlaw policy check` with the same folder."
            )
        return _Draft(PolicySet.build(checked.text), {clause.id: clause for clause in checked.clauses})


class _Draft(msgspec.Struct, frozen=True):
    policies: PolicySet
    clauses: dict[str, Clause]


class _Part:
    """Opens, judges and adds up rows of one part of the log."""

    def __init__(self, keyring: Keyring, draft: _Draft, adding: Replaying, *, may_know_persons: bool) -> None:
        self.adding = adding
        self._keyring = keyring
        self._policies = draft.policies
        self._names = may_know_persons
        hidden = () if may_know_persons else ("anomalyScore",)
        self._wording = Wording(draft.policies, draft.clauses, hidden=hidden)
        read = {name for policy in draft.policies.policies.values() for name in policy.attributes}
        self._paths = {name: PATHS[name].split(".") for name in sorted(read) if name in PATHS}
        self._writers: dict[tuple[str, int, Action], tuple[str, ...]] = {}

    def judge(self, page: Sequence[Any]) -> None:
        """Judge every row of a page."""
        for leaf_index, name, at_ms, gateway, epoch, subject, envelope, ciphertext in page:
            if _CANARY in envelope:
                continue
            try:
                opened = open_inputs(self._keyring, subject, envelope, ciphertext)
                if opened is None:
                    self.adding.erased()
                    continue
                inputs = _decoder.decode(opened)
            except EvidenceError as error:
                self.adding.unreadable(UnreadRecord(name, leaf_index, f"{error.code} {error.message}"))
                continue
            except msgspec.MsgspecError as error:
                why = f"WL-CTL-002 Its inputs are not of a form this version knows: {error}."
                self.adding.unreadable(UnreadRecord(name, leaf_index, why))
                continue
            writer = (gateway, epoch, inputs.request.action)
            unknown = self._writers.get(writer)
            if unknown is None:
                unknown = self._writers[writer] = self._unknown(opened, inputs.request.action)
            one = rejudge(inputs, self._policies)
            self.adding.judged(one, person=self._person(inputs.request.principal, subject), unknown=unknown)
            if self.adding.wants_example(one):
                self.adding.example(self._example(one, at_ms, subject, unknown))

    def _unknown(self, opened: bytes, action: Action) -> tuple[str, ...]:
        """Attributes the clauses ask for that the writer of a record did not know.

        Every record of one epoch of a gateway was written by one program, which writes all fields it has.
        """
        raw = msgspec.json.decode(opened)
        return tuple(
            name
            for name, path in self._paths.items()
            if not _is_written(raw, _CALL if path[0] in OF_CALLS and action is Action.TOOL_CALL else path)
        )

    def _person(self, principal: Principal, subject: str) -> str:
        person = principal.acting_for or (principal.id if principal.kind is PrincipalKind.USER else "")
        return person if self._names or not person else f"pseudonym:{subject}"

    def _example(self, one: Rejudged, at_ms: int, subject: str, unknown: tuple[str, ...]) -> ReplayExample:
        request = one.inputs.request
        person = self._person(request.principal, subject)
        who = person
        if request.principal.kind is not PrincipalKind.USER:
            who = request.principal.id + (f" for {person}" if person else "")
        return ReplayExample(
            decision=request.id,
            at_ms=at_ms,
            difference=one.difference,
            before=one.inputs.decision.demanded,
            after=one.decision.demanded,
            who=who,
            action=request.action.value,
            resource=request.resource.id,
            grounds=one.grounds,
            why=self._wording.why(one, unknown=unknown),
        )


def open_inputs(keyring: Keyring, subject: str, envelope: bytes, ciphertext: bytes | None) -> bytes | None:
    """The plaintext of a decision's inputs; None when they are gone.

    Raises:
        EvidenceError: The record commits to no inputs (WL-CTL-011), or what is kept is not what it commits to.
    """
    committed = next((part for part in decode(envelope).sealed if part.klass == _INPUTS), None)
    if committed is None:
        raise EvidenceError("WL-CTL-011", "It commits to no inputs.", "Run `wardlaw audit verify`.")
    if ciphertext is None:
        return None
    try:
        return keyring.unseal(subject, committed, ciphertext)
    except InputError as error:
        if error.code == _ERASED:
            return None
        raise


def _is_written(raw: Any, path: Sequence[str]) -> bool:
    """Whether a field stands in a record; what is derived when it is judged counts as known."""
    if path[0] not in ("request", "state"):
        return True
    for part in path:
        if not isinstance(raw, dict):
            return True  # an absent part that was written as such
        if part not in raw:
            return False
        raw = raw[part]
    return True
