"""One tool call judged from where its arguments came from. Finds and explains; clauses decide.

The question is who wanted this call. A call is the person's own when their words ask for what it does, and each value
that decides what happens is theirs: said by them, or a field of a record that their words pick out or led to. Whatever
only a foreign text holds, no person wanted yet. Where a foreign text orders the very kind of effect, a field that the
person did not name counts no more either: the text may have chosen among the fields.

Where nobody can tell which words are a person's, a session is the application's own until it has read something foreign;
from then on whatever is grave waits for a person.

Not covered: a person who asks an agent to do whatever a document says and confirms it; a value that is the person's own
and is used in another sense; what an agent says in its answer (text alone is judged elsewhere).
"""

from __future__ import annotations

from typing import Any

from wardlaw.facts.effect import Effect
from wardlaw.facts.intent import Intent
from wardlaw.facts.origin import CallJudgement, CallRule, Provenance, Traced
from wardlaw.facts.resource import ToolEffect
from wardlaw.facts.toolclass import ArgumentRole, ToolClass
from wardlaw.security.provenance.call import Call
from wardlaw.security.provenance.content import judge_content, judge_stranger
from wardlaw.security.provenance.pointing import points_at_address, points_at_page
from wardlaw.security.provenance.session import Session, singular
from wardlaw.security.provenance.tracing import ArgumentLeaf, Trace, leaves_of
from wardlaw.security.provenance.vocabulary import CALLED, MANY

# Wishes of the person that stand for a wish of the tool: one invites to a meeting that a tool creates.
_STANDS_FOR: dict[Intent, frozenset[Intent]] = {
    Intent.SEND: frozenset((Intent.SEND, Intent.SHARE)),
    Intent.SHARE: frozenset((Intent.SHARE, Intent.SEND)),
    Intent.CREATE: frozenset((Intent.CREATE, Intent.SHARE)),
    Intent.CHANGE: frozenset((Intent.CHANGE, Intent.CREATE)),
}
_SAID = frozenset((Provenance.USER, Provenance.SYSTEM, Provenance.TRUSTED))
_COUNTED = 6  # figures of a number that may count anything
_CRITICAL = frozenset((ArgumentRole.DESTINATION, ArgumentRole.TARGET, ArgumentRole.CREDENTIAL))


def judge_call(session: Session, tool: ToolClass, arguments: Any) -> CallJudgement:
    """Judge one tool call; total and deterministic, and it changes nothing in the session.

    Args:
        tool: The tool's class; a tool nobody knows is ``infer({"name": name})``.
        arguments: The call's arguments as parsed JSON; anything else is unreadable, and held.
    """
    read = leaves_of(tool, arguments)
    call = Call(session, tool, read)
    matched = _intent_matched(session, tool)
    if not read.complete:
        call.find(CallRule.UNREAD, Effect.HOLD, "The arguments are more, longer or deeper than can be traced.")
    if tool.reads_only:
        if Intent.VISIT in tool.intents:
            _judge_visit(call)
    else:
        if not matched and (session.user_known or call.grave):
            why = f"Nothing the person said asks for what {tool.name} does."
            call.find(CallRule.UNASKED, Effect.HOLD, why)
        _judge_arguments(call)
        _judge_days(call)
        _judge_trifecta(call)
        judge_stranger(call)
    judge_content(call)
    traced = tuple(
        Traced(leaf.path, leaf.role.value, call.trace(leaf).origin, call.trace(leaf).sources) for leaf in call.leaves
    )
    return CallJudgement(
        tuple(call.findings),
        traced,
        matched,
        tuple(sorted(session.taint)),
        effects=tuple(sorted(call.effects)),
        confirmed=bool(tool.confirmed_by),
        user_known=session.user_known,
    )


def _intent_matched(session: Session, tool: ToolClass) -> bool:
    if tool.reads_only:
        return True
    if not session.user_known:
        return not session.foreign
    if not tool.known or not tool.intents:
        return bool(tool.nouns) and {singular(noun) for noun in tool.nouns} <= session.user_words
    for grave in (Intent.CREDENTIAL, Intent.DELETE):
        if grave in tool.intents and grave not in session.intents:
            return False  # said in so many words, or not meant
    wanted: set[Intent] = set()
    for intent in tool.intents:
        wanted |= _STANDS_FOR.get(intent, {intent})
    return not session.intents.isdisjoint(wanted)


def _judge_arguments(call: Call) -> None:
    for leaf in call.leaves:
        if leaf.role in _CRITICAL:
            at = call.trace(leaf)
            why = _distrust(call, leaf, at)
            if why:
                call.find(CallRule.UNTRUSTED, Effect.HOLD, f"{leaf.path} {why}", path=leaf.path, at=at)
        elif leaf.role is ArgumentRole.AMOUNT and ToolEffect.PAYMENT in call.effects:
            at = call.trace(leaf)
            if at.origin.prose and at.origin is not Provenance.NAMED_TEXT:
                why = f"{leaf.path} stands only in a text that the person did not name."
                call.find(CallRule.UNTRUSTED, Effect.HOLD, why, path=leaf.path, at=at)


def _distrust(call: Call, leaf: ArgumentLeaf, at: Trace) -> str:
    """Why a critical value is not the person's own; ``""`` when it is."""
    if at.origin in _SAID:
        return ""
    if leaf.role is ArgumentRole.CREDENTIAL:
        return "is a credential that the person did not say."
    if points_at_address(call, leaf, at):
        return ""
    if at.origin.prose and at.origin is not Provenance.NAMED_TEXT:
        return "stands only in a text that the person did not write."
    if not call.grave or not (call.session.user_known or call.session.foreign):
        return ""
    if at.origin is Provenance.NAMED_TEXT:
        return "stands only in the text that the person named, and whoever wrote it chose it."
    if at.origin in (Provenance.UNKNOWN, Provenance.FIELD):
        return "comes from nothing that the person said or asked for."
    paying = ToolEffect.PAYMENT in call.effects and leaf.role is ArgumentRole.DESTINATION
    # A title that anybody chose may pick a record out, but not where a text that asks for the effect names the value.
    named = at.origin is Provenance.NAMED_RECORD and not (at.soft and (paying or _brought_up(call, leaf, at)))
    if named:
        return ""
    if paying:
        return "is an account that the person's words do not name."
    chosen = (
        _brought_up(call, leaf, at)
        or (call.ordering if at.soft else 0)
        or (call.orders and not MANY & call.session.user_words)
    )
    if chosen:
        return "is one of several that the person did not name, and a text that was read asks for such an effect."
    return ""


def _brought_up(call: Call, leaf: ArgumentLeaf, at: Trace) -> bool:
    """Whether a text names the value: of a small number as an id, for numbers are everywhere, or while it orders."""
    if leaf.role is ArgumentRole.DESTINATION or not leaf.text.isdigit() or len(leaf.text) > _COUNTED:
        return bool(at.mask)
    pairs = call.session.pairs
    called = any((word, leaf.text) in pairs for word in (*CALLED, *call.tool.nouns))
    return called or bool(call.ordering & at.mask)


def _judge_days(call: Call) -> None:
    days = [(leaf, call.trace(leaf)) for leaf in call.leaves if leaf.role is ArgumentRole.WHEN]
    for leaf, at in days:
        foreign = at.origin.prose and (at.origin is not Provenance.NAMED_TEXT or call.session.days)
        if foreign:
            why = f"{leaf.path} is a day that only a foreign text holds."
            call.find(CallRule.OTHER_DAY, Effect.HOLD, why, path=leaf.path, at=at)
    if not call.session.days or not days or Intent.BOOK not in call.tool.intents:
        return
    if all(at.origin is Provenance.UNKNOWN for _, at in days):
        leaf, at = days[0]
        why = f"{leaf.path} is not among the days that the person named."
        call.find(CallRule.OTHER_DAY, Effect.HOLD, why, path=leaf.path, at=at)


def _judge_trifecta(call: Call) -> None:
    session = call.session
    if not (call.outward and session.private and session.passages):
        return
    for leaf in call.leaves:
        if leaf.role is ArgumentRole.DESTINATION:
            at = call.trace(leaf)
            if at.origin not in _SAID and at.origin is not Provenance.NAMED_RECORD:
                why = "The session has seen private data and foreign text, and this would carry out to where nobody named."
                call.find(CallRule.TRIFECTA, Effect.HOLD, why, path=leaf.path, at=at)
                return


def _judge_visit(call: Call) -> None:
    """Fetching an address sends it: it must be the person's, a field's, or just as it stands where they pointed to."""
    for leaf in call.leaves:
        if leaf.role is not ArgumentRole.DESTINATION:
            continue
        at = call.trace(leaf)
        if at.origin in _SAID or at.origin in (Provenance.NAMED_RECORD, Provenance.ASKED_FIELD):
            continue
        if not points_at_page(call.session, leaf, at):
            why = f"{leaf.path} is an address that the person neither said nor pointed to."
            call.find(CallRule.UNTRUSTED, Effect.HOLD, why, path=leaf.path, at=at)
