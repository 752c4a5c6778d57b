"""A clause read back as one plain sentence, from what it compiles to and not from what it claims."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from wardlaw.facts.action import Action
from wardlaw.facts.clause import Clause, Condition, Duty, Test
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.principal import PrincipalKind

PHRASES: dict[str, str] = {
    "epoch": "the time in Unix seconds",
    "hour": "the hour of the day",
    "weekday": "the day of the week (1 is Monday)",
    "route": "the surface",
    "principalRegistered": "the caller is registered",
    "team": "the caller's team",
    "groups": "the caller's groups",
    "systems": "the systems the request belongs to",
    "actsForPerson": "the caller acts for a person",
    "resourceId": "the model or tool",
    "resourceRegistered": "the model or tool is registered",
    "destinationRegistered": "the upstream is registered",
    "upstream": "the upstream",
    "region": "the region of the upstream",
    "destinationTrust": "the trust in the destination",
    "toolEffect": "what the tool does",
    "toolEffects": "the effects of the call",
    "toolConfirmed": "what the tool does is confirmed by a person",
    "callFindings": "the findings about the call",
    "argumentOrigins": "the origins of the decisive arguments",
    "intentMatched": "the person's words ask for it",
    "userChannel": "the person's own words are known",
    "bodyBytes": "the size of the request in bytes",
    "attachments": "the number of attachments",
    "maxTokens": "the number of tokens asked for",
    "promptTokens": "the number of tokens in the request",
    "hostedTools": "the tools on the vendor's side",
    "uninspected": "the content nobody could read",
    "requestedRows": "the number of rows asked for",
    "sqlKinds": "what the SQL of the call does",
    "copiesRows": "the call copies rows",
    "touchesCopy": "the call names a place that rows were copied to",
    "carriedSubjects": "the number of people in the arguments of the call",
    "dataSubjects": "the number of people whose data is moved",
    "resultBytes": "the size of the results in bytes",
    "records": "the number of requests in a batch",
    "resultUnparsed": "a result cannot be read",
    "dataClasses": "the classes of data found",
    "findings": "the findings of the detectors",
    "injectionScore": "the injection score (of 1000)",
    "callsPerMinute": "the number of calls in the last minute",
    "tokensPerDay": "the number of tokens used today",
    "sessionSubjects": "the number of people whose data was moved in the session",
    "subjectsPerDay": "the number of people whose data was moved today",
    "sessionBytes": "the bytes moved in the session",
    "bytesPerDay": "the bytes moved today",
    "probes": "the number of requests security has stopped lately",
    "taint": "the labels the session or caller carries",
    "anomalyScore": "the anomaly score (of 1000)",
    "appId": "the app",
    "appPublisher": "the publisher of the app",
    "appVerified": "the publisher's verification by the platform",
    "appFirstParty": "the platform's own authorship of the app",
    "aiVendor": "the AI vendor of the app",
    "appKnownBad": "the app was seen in attacks",
    "scopePrivilege": "the highest class of its scopes (of 4)",
    "scopeData": "the data its scopes reach",
    "consent": "the consent",
    "grantApproval": "its standing to the approvals",
    "accountKind": "the kind of account",
    "directory": "the organisation",
    "platform": "the platform",
}
_WHO = {
    PrincipalKind.USER: "a person",
    PrincipalKind.AGENT: "an agent",
    PrincipalKind.NHI: "a service account",
}
_WHAT = {
    Action.MODEL_CALL: "a request to a model",
    Action.MODEL_ANSWER: "an answer of a model",
    Action.TOOL_CALL: "a tool call",
    Action.GRANT: "a grant",
}


def render_sentence(clause: Clause) -> str:
    """One sentence that says what a clause does, for somebody who reads law and no code."""
    kinds = [_WHO[kind] for kind in PrincipalKind if kind in clause.principals]
    who = _join(kinds, "or") if 0 < len(kinds) < len(PrincipalKind) else "anybody, person or machine"
    what = _join([_WHAT[action] for action in Action if action in clause.actions], "or")
    parts = [f"{what[:1].upper()}{what[1:]} by {who}"]
    if clause.resources:
        names = _join([f'"{name}"' for name in clause.resources], "or")
        stars = ' ("*" stands for any characters)' if any("*" in name for name in clause.resources) else ""
        parts.append(f" for {names}{stars}")
    parts.append(f" {_verb(clause)}")
    when = _condition(clause.when)
    parts.append(f" when {when}" if when else "" if clause.resources else " always")
    if clause.unless is not None:
        parts.append(f", unless {_condition(clause.unless) or 'anything at all is the case (so never)'}")
    parts.append(_window(clause))
    return "".join(parts) + "."


def _verb(clause: Clause) -> str:
    match clause.effect:
        case Effect.CUT:
            said = "is stopped and the connection closed"
        case Effect.DENY:
            said = "is refused"
        case Effect.HOLD:
            said = f"waits for {'two persons' if clause.approvers > 1 else 'a person'} to agree"
            said += f" within {clause.expires_minutes} minutes" if clause.expires_minutes else ""
        case Effect.TRANSFORM:
            said = f"goes on only with {_join(list(clause.redact), 'and') or 'nothing'} masked"
        case Effect.ALLOW:
            said = "is allowed"
        case Effect.OBLIGE:
            said = f"goes on {_join([_owed(duty, clause) for duty in Duty if duty in clause.duties], 'and')}"
        case never:
            assert_never(never)
    if clause.quarantine:
        minutes = clause.quarantine_minutes
        said += f" and the caller set apart{f' for {minutes} minutes' if minutes else ''}"
    if clause.mode is Mode.ENFORCE:
        return said
    return f"is let through and noted ({clause.mode.value}; in force it {said})"


def _owed(duty: Duty, clause: Clause) -> str:
    match duty:
        case Duty.DISCLOSE:
            return f'with this notice before the first reply: "{clause.notice}"'
        case Duty.MARK:
            return "marked for machines as made by an AI system"
        case never:
            assert_never(never)


def _window(clause: Clause) -> str:
    match bool(clause.valid_from), bool(clause.valid_to):
        case True, True:
            return f"; from {clause.valid_from} to {clause.valid_to}, both days included"
        case True, False:
            return f"; from {clause.valid_from} on"
        case False, True:
            return f"; up to and including {clause.valid_to}"
        case _:
            return ""


def _condition(condition: Condition) -> str:
    parts = [phrase(test) for test in condition.all]
    if condition.any:
        either = _join([phrase(test) for test in condition.any], "or")
        parts.append(f"either {either}" if parts and len(condition.any) > 1 else either)
    return _join(parts, "and")


def phrase(test: Test) -> str:
    """One condition in words."""
    subject = PHRASES.get(test.attribute, test.attribute)
    if test.over is not None:
        return f"{subject} is over {test.over:,}"
    if test.at_least is not None:
        return f"{subject} is {test.at_least:,} or more"
    if test.under is not None:
        return f"{subject} is under {test.under:,}"
    if isinstance(test.equals, bool):
        if test.equals:
            return subject
        return subject.replace(" is ", " is not ", 1) if " is " in subject else f"it is not so that {subject}"
    if test.equals is not None:
        return f"{subject} is {test.equals:,}" if isinstance(test.equals, int) else f'{subject} is "{test.equals}"'
    if test.one_of is not None:
        return f"{subject} is {_quoted(test.one_of)}"
    members = test.contains_any or ()
    return f"there is anything in {subject}" if "*" in members else f"{subject} include {_quoted(members)}"


def _quoted(words: Iterable[str]) -> str:
    return _join([f'"{word}"' for word in words], "or")


def _join(parts: list[str], word: str) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}" if parts else ""
