"""One decision: what, why, what would have changed it, its texts for those who may read them, its proof."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, QueryParameter

from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import joined, mark, say, say_many
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.console.pages.words import effect_word, milliseconds, reason_words
from wardlaw.facts.person import Permission

MOST_CHARS = 20_000
"""Of one text that are shown; who needs more exports it."""
_MOST_STEPS = 50

_Yes = Annotated[bool, QueryParameter()]
_Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


class Step(msgspec.Struct, frozen=True):
    """One step of an exchange, in the order it happened.

    Attributes:
        offset: Since the exchange's first record, in words; empty for what has no time of its own.
        lines: What it came to.
        href: Where more of it stands.
    """

    title: str
    lines: tuple[str, ...] = ()
    offset: str = ""
    href: str = ""


class Piece(msgspec.Struct, frozen=True):
    """A piece of a judged text; ``found`` says what detectors saw in it, empty for the rest."""

    text: str
    found: str = ""
    level: str = ""


class Shown(msgspec.Struct, frozen=True):
    """A judged text in pieces."""

    channel: str
    pointer: str
    pieces: tuple[Piece, ...]
    is_cut: bool = False
    elsewhere: bool = False


@get("/decisions/{record:str}")
async def show_decided(request: Request[Any, Any, Any], record: FromPath[str], *, again: _Yes = False) -> Response[str]:
    """One decision; with ``again`` also by the clauses in force now."""
    here = Visit(request)
    me = await here.me()
    return await decision_page(here, me, record, anew=await here.get("decisions", record, "again") if again else None)


@get("/decisions/{record:str}/proof")
async def take_proof(request: Request[Any, Any, Any], record: FromPath[str]) -> Response[str]:
    """The proof that it stands in the log, as a file that is checked offline."""
    here = Visit(request)
    told = await here.get("audit", "proofs", record)
    name = "".join(char for char in record if char.isalnum() or char in "_-")
    headers = {"content-disposition": f'attachment; filename="{name}.tlog-proof"'}
    return Response(told["proof"], media_type="text/plain; charset=utf-8", headers=headers)


@post("/decisions/{record:str}/content")
async def read_texts(request: Request[Any, Any, Any], record: FromPath[str], data: _Form) -> Response[str]:
    """The judged texts, for a purpose that stands in the log."""
    here = Visit(request)
    me = await here.me()
    purpose = data.get("purpose", "").strip()
    try:
        content = await here.change(data, "decisions", record, "content", body={"purpose": purpose})
    except ApiAnswerError as error:
        return await decision_page(here, me, record, purpose=purpose, problem=error)
    return await decision_page(here, me, record, content=content, purpose=purpose)


@post("/decisions/{record:str}/appeal")
async def appeal(request: Request[Any, Any, Any], record: FromPath[str], data: _Form) -> Response[str]:
    """Say that it was wrong."""
    here = Visit(request)
    me = await here.me()
    reason = data.get("reason", "").strip()
    try:
        await here.change(data, "appeals", body={"decision": record, "reason": reason})
    except ApiAnswerError as error:
        return await decision_page(here, me, record, appealing=reason, problem=error)
    return here.leave(f"/decisions/{record}", notice="appealed")


async def decision_page(
    here: Visit,
    me: Me,
    record: str,
    *,
    anew: Any = None,
    content: Any = None,
    problem: ApiAnswerError | None = None,
    **typed: str,
) -> Response[str]:
    """The page, with what was typed where something was refused."""
    told = await here.get("decisions", record)
    row, why = told["record"], told["explanation"]
    beside, outcome = await _exchange(here, row["exchange"]) if row["exchange"] else ([], {})
    clauses = told["envelope"]["clauses"]
    return here.page(
        "decision.html",
        status=problem.status if problem else 200,
        me=me,
        title=mark("Decision"),
        told=told,
        envelope=json.dumps(told["envelope"], indent=2, ensure_ascii=False),
        steps=steps_of(row, why, beside, outcome),
        texts=None if content is None else texts_of(content, why.get("findings", ())),
        calls=() if content is None else content.get("tool_calls", ()),
        anew=anew,
        waiver=f"/waivers/new?{urlencode({'clause': clauses[0], 'decision': row['id']})}" if clauses else "",
        may_read=me.may(Permission.VIEW_PROMPT_CONTENT),
        stopped=row["kind"] == "decision" and row["effect"] not in ("", "allow"),
        purpose=typed.get("purpose", ""),
        appealing=typed.get("appealing", ""),
        problem=problem,
    )


async def _exchange(here: Visit, exchange: str) -> tuple[list[Mapping[str, Any]], Mapping[str, Any]]:
    """All records of an exchange in the order of the log, and what its outcome tells."""
    rows = await here.get("decisions", exchange=exchange, kind="any", limit=_MOST_STEPS)
    ended = next((one["id"] for one in rows if one["kind"] == "outcome"), "")
    told = await here.get("decisions", ended) if ended else None
    return list(reversed(rows)), told["envelope"]["facts"] if told else {}


def steps_of(
    row: Mapping[str, Any], why: Mapping[str, Any], beside: Sequence[Mapping[str, Any]], outcome: Mapping[str, Any]
) -> tuple[Step, ...]:
    """What happened, from the request to the last byte. Times stand where the log has them, and nowhere else."""
    first = beside[0]["at_ms"] if beside else row["at_ms"]
    steps: list[Step] = []
    for one in beside or (row,):
        offset = f"+{one['at_ms'] - first} ms"
        if one["id"] == row["id"]:
            steps += _inner(row, why, offset)
        elif one["kind"] == "decision":
            line: str = ", ".join(one["clauses"]) or (
                reason_words(one["code"]) if one["code"] else mark("none objected")
            )
            steps.append(
                Step(
                    say("Another decision: %(effect)s", effect=effect_word(one["effect"]).word),
                    (line,),
                    offset,
                    f"/decisions/{one['id']}",
                )
            )
        elif one["kind"] == "outcome":
            steps.append(Step(mark("The exchange ended"), _ended(outcome), offset))
    return tuple(steps)


def _inner(row: Mapping[str, Any], why: Mapping[str, Any], offset: str) -> list[Step]:
    asked, findings = why.get("asked", {}), why.get("findings", ())
    who = asked.get("principal") or row["subject"][:16] or mark("somebody who was erased")
    whose = say("%(who)s for %(whom)s", who=who, whom=asked["acting_for"]) if asked.get("acting_for") else who
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for one in findings:
        kinds.setdefault(one["kind"], []).append(one)
    seen = tuple(
        say_many(
            "%(kind)s: %(n)s finding of %(detectors)s",
            "%(kind)s: %(n)s findings of %(detectors)s",
            len(found),
            kind=kind.replace("-", " "),
            detectors=", ".join(dict.fromkeys(one["detector"] for one in found)),
        )
        for kind, found in kinds.items()
    )
    causes = tuple(joined((one["clause"] or mark("Built in"), one["message"]), ": ") for one in why.get("causes", ()))
    duties = tuple(
        " ".join((one["kind"].replace("-", " "), ", ".join(one["classes"]))).strip()
        for one in why.get("obligations", ())
    )
    steps = [
        Step(
            mark("Facts were gathered"),
            tuple(line for line in (whose, asked.get("resource", "")[:300]) if line),
            offset,
        ),
        Step(mark("Detectors looked"), seen or (mark("They found nothing."),)),
        Step(mark("Clauses were judged"), causes or (mark("None in force objected."),)),
    ]
    if why.get("observed"):
        steps.append(Step(mark("Noted, not enforced"), tuple(why["observed"])))
    if duties:
        steps.append(Step(mark("Duties were carried out"), duties))
    steps.append(Step(mark("Written to the log before it took effect"), (say("entry %(n)s", n=row["leaf_index"]),)))
    return steps


def _ended(outcome: Mapping[str, Any]) -> tuple[str, ...]:
    lines = [str(outcome.get("result", ""))]
    if outcome.get("status"):
        lines[0] = f"{lines[0]} (HTTP {outcome['status']})".strip()
    if outcome.get("overhead_us"):
        lines.append(say("the door added %(time)s", time=milliseconds(outcome["overhead_us"])))
    if outcome.get("duration_us"):
        lines.append(say("to the last byte %(time)s", time=milliseconds(outcome["duration_us"])))
    if outcome.get("prompt_tokens") or outcome.get("completion_tokens"):
        total = outcome.get("prompt_tokens", 0) + outcome.get("completion_tokens", 0)
        lines.append(say_many("%(n)s token", "%(n)s tokens", total))
    return tuple(line for line in lines if line)


def texts_of(content: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> tuple[Shown, ...]:
    """The judged texts, cut where detectors saw something; nothing of them is ever taken for markup."""
    found = []
    for place, passage in enumerate(content.get("passages", ())):
        text = passage.get("text", "")
        here = [one for one in findings if one["segment"] == place and one["end"] > one["start"]]
        pieces = tuple(pieces_of(text[:MOST_CHARS], here))
        found.append(
            Shown(
                passage["channel"],
                passage["pointer"],
                pieces,
                len(text) > MOST_CHARS,
                bool(passage.get("sha256")) and not text,
            )
        )
    return tuple(found)


def pieces_of(text: str, findings: Sequence[Mapping[str, Any]]) -> list[Piece]:
    """A text in pieces; where findings overlap, the first that begins has it up to its end."""
    pieces, at = [], 0
    for one in sorted(findings, key=lambda one: (one["start"], -one["end"])):
        start, end = max(at, one["start"]), min(len(text), one["end"])
        if start >= end:
            continue
        if start > at:
            pieces.append(Piece(text[at:start]))
        label = f" ({one['label']})" if one["label"] else ""
        pieces.append(Piece(text[start:end], f"{one['kind']}{label}", one["level"]))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return pieces


HANDLERS = (show_decided, take_proof, read_texts, appeal)
