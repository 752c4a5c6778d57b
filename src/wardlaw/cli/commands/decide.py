"""``wardlaw decide``: one decision offline, with reasons."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from wardlaw.adapters.weights import load_weights
from wardlaw.cli.exits import Exit
from wardlaw.cli.explaining import explanation_lines
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.sources import policy_files, read_sources, read_stdin, read_text
from wardlaw.decision.decide import decide as judge
from wardlaw.decision.explain import explain
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect, RouteMode
from wardlaw.facts.errors import ConfigError, InputError
from wardlaw.facts.finding import Finding
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.request import RequestFacts, Snapshot
from wardlaw.facts.resource import Resource, ResourceKind, Trust
from wardlaw.gateway.inspection import Inspection
from wardlaw.gateway.wire.body import read_json
from wardlaw.gateway.wire.chat import read_chat
from wardlaw.governance.check import check
from wardlaw.security.fingerprint import FingerprintBook
from wardlaw.security.inspect import Inspector

_KEY_BYTES = 32


class _Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request file in the door's own form; a record's inputs have it too."""

    request: RequestFacts
    findings: tuple[Finding, ...] = ()
    state: Snapshot = Snapshot()
    decision: Any = None  # what a record says was decided; not believed, decided anew


def decide(
    request: Annotated[str, Parameter(allow_leading_hyphen=True)],
    *,
    policies: str = "",
    principal: str = "user:you",
    region: str = "eu",
    options: Options = NONE,
) -> int:
    """Decide one request offline. Exit 0 allowed, 10 not allowed, 11 a person must decide.

    The file is either a chat completion request as a client would send it, or the inputs of a decision
    (``{"request": …, "findings": […], "state": {…}}``) as a record of the log holds them.

    Args:
        request: File with the request, or - for stdin.
        policies: Folder or file of clauses; default the configuration's.
        principal: Who asks, for a chat request: user:…, agent:… or nhi:….
        region: Where the model would process data, for a chat request.
    """
    text = read_stdin() if request == "-" else read_text(Path(request))
    held = _policies(policies, options)
    case = _read(text, request, principal, region)
    decision = judge(case.request, case.findings, held, case.state)
    explanation = explain(case.request, case.findings, held, case.state, decision=decision)
    data = {"decision": msgspec.to_builtins(decision), "explanation": msgspec.to_builtins(explanation)}
    options.output().result(data, *explanation_lines(data["explanation"]))
    match decision.effect:
        case Effect.ALLOW | Effect.TRANSFORM:
            return Exit.DONE
        case Effect.HOLD:
            return Exit.PERSON
        case _:
            return Exit.NOT_ALLOWED


def _policies(given: str, options: Options) -> PolicySet:
    checked = check(read_sources(policy_files(given, options)), today=datetime.now(UTC).date())
    if not checked.ok:
        raise ConfigError("WL-CLI-030", "The clauses have errors.", "Run `wardlaw policy check`; it names each.")
    return PolicySet.build(checked.text)


def _read(text: str, name: str, principal: str, region: str) -> _Case:
    doc = read_json(text.encode())
    if "messages" in doc:
        return _from_chat(doc, text.encode(), principal, region)
    try:
        return msgspec.convert(doc, _Case)
    except msgspec.ValidationError as error:
        raise InputError(
            "WL-CLI-031",
            f"{name} is neither a chat request nor the inputs of a decision: {error}.",
            "See docs/cli.md, `wardlaw decide`, for both forms.",
        ) from error


def _from_chat(doc: dict[str, Any], raw: bytes, principal: str, region: str) -> _Case:
    asked = read_chat(doc)
    kind, _, _ = principal.partition(":")
    kinds = {"user": PrincipalKind.USER, "agent": PrincipalKind.AGENT, "nhi": PrincipalKind.NHI}
    if kind not in kinds:
        raise InputError("WL-CLI-032", f"--principal {principal} is none.", "Such as user:ana, agent:bot or nhi:etl.")
    book = FingerprintBook((), key=os.urandom(_KEY_BYTES), base=257)
    inspection = Inspection(Inspector(book=book, subject_key=os.urandom(_KEY_BYTES), weights=load_weights()))
    now = time.time()
    local = datetime.fromtimestamp(now, UTC)
    facts = RequestFacts(
        id="dec_offline",
        exchange="exc_offline",
        at=now,
        hour=local.hour,
        weekday=local.isoweekday(),
        principal=Principal(id=principal, kind=kinds[kind]),
        action=Action.MODEL_CALL,
        resource=Resource(
            kind=ResourceKind.MODEL,
            id=f"model:{asked.model}",
            registered=True,
            upstream="offline",
            destination_registered=True,
            region=region,
            trust=Trust.PARTNER,
        ),
        route="chat.completions",
        route_mode=RouteMode.ENFORCE,
        session="offline",
        measures=asked.measures(len(raw)),
        body_sha256=hashlib.sha256(raw).hexdigest(),
    )
    return _Case(request=facts, findings=inspection.inspect((*asked.segments, *asked.joined)))
