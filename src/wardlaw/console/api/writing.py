"""Texts of clauses for people: read, tried while they are written, handed in; forms they begin from; what they did."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.clauselife import ClauseMoved, author_of, kept
from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.drafts import ClauseReading, DraftReading, HandIn
from wardlaw.console.api.lifedesk import LifePlan
from wardlaw.console.api.shapes import MaybeLine
from wardlaw.evidence.tally import Firing
from wardlaw.governance.fmt import write_clause
from wardlaw.governance.forms import clause_from_form, next_id
from wardlaw.governance.shipped import templates
from wardlaw.governance.template import Template, template_named

MOST_TEXT = 24_000
"""Characters of one clause; the longest that ships has 2,000."""

_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_TEXT)]
_Based = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$(?!\n)")]
_Version = Annotated[int, QueryParameter(ge=0, le=100_000)]
_Clause = FromPath[str]


class TextRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text somebody is writing."""

    text: _Text


class HandInRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text that is handed in.

    Attributes:
        based_on: Digest of the text on disk it began from; empty for a new clause.
    """

    text: _Text
    based_on: _Based = ""
    reason: MaybeLine = ""


class FormRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answers of a form, by field."""

    answers: Annotated[dict[str, Any], msgspec.Meta(max_length=50)]


class FormText(msgspec.Struct, frozen=True):
    """The clause a form makes: its id, the title, and the text of its file."""

    clause: str
    title: str
    text: str


class ClauseEffect(msgspec.Struct, frozen=True):
    """Where a clause matched in the days that are counted.

    Attributes:
        days: How many days that are.
        counted, log_end: How much of the log it rests on; while they differ there is more to count.
    """

    clause: str
    days: int
    firings: tuple[Firing, ...]
    counted: int
    log_end: int


@get("/policy/clauses/{clause:str}/reading", operation_id="policy.read", summary="One text of a clause, for people")
async def read_clause(call: Given, clause: _Clause, *, version: _Version = 0) -> ClauseReading:
    """The newest text, or that of a version. Reading here starts no clock: `policy.look` does."""
    drafts = call.deps.drafts
    return await call.read(lambda turn: drafts.reading(turn.connection, clause, version=version, at=turn.now))


@post("/policy/check", operation_id="policy.check", summary="What is wrong with a text", status_code=200)
async def check_text(call: Given, data: JSONBody[TextRequest]) -> DraftReading:
    """Problems by line, the sentence and the rule it compiles to, its examples, and what it changes. Nothing is kept."""
    return await call.read(lambda turn: call.deps.drafts.try_text(turn.connection, data.text, at=turn.now))


@post("/policy/clauses/{clause:str}/hand-in", operation_id="policy.hand_in", summary="Hand in a text", status_code=200)
async def hand_in_clause(call: Given, clause: _Clause, data: JSONBody[HandInRequest]) -> ClauseMoved:
    """The text becomes that of the clause's file and a version in review; whoever hands it in is its author."""
    drafts, life = call.deps.drafts, call.deps.life

    def planned(turn: Turn) -> HandIn:
        return drafts.hand_in(
            turn.connection, clause, data.text, based_on=data.based_on, author=author_of(turn), at=turn.now
        )

    def work(turn: Turn) -> Done[ClauseMoved]:
        found = planned(turn)
        return kept(life, turn, LifePlan(found.moves), data.reason, write=found.write)

    await call.ahead(planned)  # checking a set takes long; the set that was checked is known
    return await call.change(work)


@get("/policy/templates", operation_id="policy.templates", summary="Forms clauses can be made from")
async def list_templates(call: Given) -> tuple[Template, ...]:
    """Each with its questions."""
    return await call.read(lambda _turn: tuple(templates().values()))


@post("/policy/templates/{name:str}", operation_id="policy.fill", summary="The clause a form makes", status_code=200)
async def fill_template(call: Given, name: FromPath[str], data: JSONBody[FormRequest]) -> FormText:
    """The text, with the next free id where none is named. Nothing is kept."""

    def work(_turn: Turn) -> FormText:
        template = template_named(name, templates())
        clause = clause_from_form(template, data.answers, identity=next_id(template, call.deps.drafts.ids()))
        return FormText(clause.id, clause.title, write_clause(clause))

    return await call.read(work)


@get("/policy/clauses/{clause:str}/effect", operation_id="policy.effect", summary="Where a clause matched")
async def clause_effect(call: Given, clause: _Clause) -> ClauseEffect:
    """By day, surface, resource and kind of caller, over the days that coverage counts."""

    def work(turn: Turn) -> ClauseEffect:
        firings, counted = call.deps.coverage.firings(turn.connection, clause)
        return ClauseEffect(clause, 30, firings, counted.end, counted.log_end)

    return await call.read(work)
