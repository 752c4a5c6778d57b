"""The clauses asked about grants that are new or have changed, a part at a time; each saying is recorded with its grant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

import msgspec
from litestar import post
from litestar.params import JSONBody

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.picture import Picture, draw
from wardlaw.decision.policyset import PolicySet
from wardlaw.inventory.asking import AskedPersons, GrantQuestion, address_of, may_be_asked, to_ask
from wardlaw.inventory.granted import AskedGrant, asked_grants, facts_digest, ruling_on
from wardlaw.inventory.model import Account, Grant
from wardlaw.inventory.ruling import HOUR_S, Breaker, Fate, GrantRuling, RevokingMode
from wardlaw.store.grantdecisions import count_due, keep_rulings, list_rulings
from wardlaw.store.grantquestions import keep_question, list_questions
from wardlaw.store.notifications import enqueue_asked, enqueue_question

AT_ONCE = 5_000
"""Grants judged in one request: their record stays about a megabyte."""

MOST_ASKED = 50
"""Messages that one request may send; the first reading of a company must not flood its people. All stand in the list."""

_Place = Annotated[str, msgspec.Meta(max_length=512)]


class JudgeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask the clauses.

    Attributes:
        again: About every grant, also those whose last answer still stands.
        after: With ``again``, go on after this directory and grant.
    """

    again: bool = False
    after: tuple[_Place, _Place] = ("", "")


class Judged(msgspec.Struct, frozen=True):
    """What the clauses said.

    Attributes:
        left: Grants that wait for the next request.
        after: Where it goes on, with ``again``.
        rulings: Of those that do not simply stand.
    """

    judged: int
    left: int
    after: tuple[str, str]
    rulings: tuple[GrantRuling, ...]


@post("/grants/judge", operation_id="grants.judge", summary="Ask the clauses about grants", status_code=200)
async def judge_grants(call: Given, data: JSONBody[JudgeRequest]) -> Judged:
    """Those whose facts, approval or clauses have changed since they were last asked."""

    def work(turn: Turn) -> Done[Judged]:
        desk = call.deps.grants
        policies, moment = desk.policies(), desk.moment(turn.now)
        known = list_rulings(turn.connection)
        picture = draw(turn, call.deps)
        waiting = _waiting(turn, picture, data, known=known, policies=policies)
        part = waiting[:AT_ONCE]
        breaker = Breaker(desk.limits, _due_lately(turn, desk.limits.mode))
        rulings = [
            ruling_on(one, policies, decision=turn.new_id("gdc_"), moment=moment, breaker=breaker) for one in part
        ]
        keep_rulings(turn.connection, rulings, known=known)
        for ruling in _to_ask(known.values(), rulings):
            enqueue_asked(turn.connection, ruling, channels=desk.channels)
        asked = _ask_persons(turn, picture, desk.persons, known | {(one.directory, one.grant): one for one in rulings})
        after = part[-1].key if part else data.after
        told = tuple(one for one in rulings if one.fate is not Fate.STANDS or one.observed)
        facts: dict[str, str | int] = {
            "judged": len(rulings),
            "policies": policies.digest,
            "mode": desk.limits.mode.value,
            "asked": " ".join(asked),
            "decisions": msgspec.json.encode([_told(one) for one in rulings]).decode(),
        }
        return Done(Judged(len(rulings), len(waiting) - len(part), after, told), facts)

    return await call.change(work)


def _to_ask(known: Iterable[GrantRuling], rulings: Iterable[GrantRuling]) -> list[GrantRuling]:
    """One ruling for each app and reason that nobody was asked about yet."""
    asked = {_matter(one) for one in known if one.fate is Fate.ASKED}
    found: list[GrantRuling] = []
    for one in rulings:
        if one.fate is Fate.ASKED and _matter(one) not in asked:
            asked.add(_matter(one))
            found.append(one)
    return found[:MOST_ASKED]


def _ask_persons(
    turn: Turn, picture: Picture, asked: AskedPersons, rulings: Mapping[tuple[str, str], GrantRuling]
) -> list[str]:
    """Ask those who gave held grants, as many as may be asked now; answers the ids of the questions."""
    held = {key for key, one in rulings.items() if one.fate is Fate.ASKED}
    if not asked.over or not held:
        return []
    accounts = {
        (one.directory, one.thing.id): one.thing for one in picture.inventory.items if isinstance(one.thing, Account)
    }
    givers: dict[tuple[str, str], str] = {}
    for item in picture.inventory.there(Grant):
        grant = item.thing
        assert isinstance(grant, Grant)
        key = (item.directory, grant.id)
        account = accounts.get((item.directory, grant.account), Account(grant.account))
        if key in held and may_be_asked(grant) and address_of(account, asked):
            givers[key] = grant.account
    made = []
    for ruling in to_ask(rulings.values(), givers, list_questions(turn.connection), asked, at=turn.now):
        giver = givers[ruling.directory, ruling.grant]
        question = GrantQuestion(turn.new_id("gqn_"), ruling.directory, ruling.grant, giver, turn.now)
        keep_question(turn.connection, question)
        enqueue_question(turn.connection, question, channels=asked.over)
        made.append(question.id)
    return made


def _matter(ruling: GrantRuling) -> tuple[object, ...]:
    return ruling.directory, ruling.app or ruling.grant, ruling.clauses


def _waiting(
    turn: Turn, picture: Picture, data: JudgeRequest, *, known: dict[tuple[str, str], GrantRuling], policies: PolicySet
) -> list[AskedGrant]:
    every = sorted(asked_grants(picture.inventory, picture.book, at=turn.now), key=lambda one: one.key)
    if data.again:
        return [one for one in every if one.key > data.after]
    return [
        one
        for one in every
        if (before := known.get(one.key)) is None or before.digest != facts_digest(one.facts, policies)
    ]


def _due_lately(turn: Turn, mode: RevokingMode) -> int:
    counted = Fate.DUE if mode is RevokingMode.ON else Fate.WOULD
    return count_due(turn.connection, since=turn.now - HOUR_S, fate=counted)


def _told(ruling: GrantRuling) -> dict[str, object]:
    """A ruling as the log has it: the grant, the clauses, the effect, and what became of it."""
    told = {
        "id": ruling.id,
        "directory": ruling.directory,
        "grant": ruling.grant,
        "app": ruling.app,
        "effect": ruling.effect.value,
        "fate": ruling.fate.value,
        "clauses": ruling.clauses,
        "observed": ruling.observed,
    }
    return {name: value for name, value in told.items() if value}
