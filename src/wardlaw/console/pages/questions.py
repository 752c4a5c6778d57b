"""The questionnaire of a system: one group at a time, kept as one goes, handed in at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter

from wardlaw.console.pages.annexwords import USES
from wardlaw.console.pages.consequences import FOLLOWS, Choice, Raw, choices_of
from wardlaw.console.pages.filled import NOTHING, Filled, Told
from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.systems import system_path
from wardlaw.console.pages.systemwords import OUR_ROLES, TIERS, Word
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.facts.person import Permission, Role
from wardlaw.register.questionnaire import UNKNOWN, AskedQuestion, Questionnaire, QuestionType

GROUPS: Mapping[str, str] = {
    "scope": mark("Does the law concern it"),
    "prohibited": mark("Prohibited practices"),
    "product": mark("Part of a product"),
    "use": mark("What it is used for"),
    "transparency": mark("What people must be told"),
    "general-purpose": mark("General-purpose models"),
    "context": mark("Where it is used"),
}
_WORDS: Mapping[str, str] = {
    "yes": mark("Yes"),
    "no": mark("No"),
    UNKNOWN: mark("Not known yet"),
    **USES,
    **OUR_ROLES,
}
_NEVER_ASKED: Mapping[str, str] = {"value": UNKNOWN, "reason": ""}

_Group = Annotated[str, QueryParameter(name="group", max_length=160)]


class Asked(msgspec.Struct, frozen=True):
    """One question as it stands in the form."""

    question: AskedQuestion
    value: Any
    reason: str
    choices: tuple[Choice, ...]
    options: tuple[tuple[str, str], ...]
    law: str


class Step(msgspec.Struct, frozen=True):
    """One group of the questionnaire: how many of its questions are asked, and answered with something known."""

    id: str
    label: str
    asked: int
    answered: int


def steps_of(questionnaire: Questionnaire, view: Mapping[str, Any]) -> tuple[Step, ...]:
    """The groups, in the order of the questionnaire; one of which nothing is asked is left out."""
    asked, answers = set(view["asked"]), view["answers"]
    found: dict[str, list[str]] = {}
    for one in questionnaire.questions:
        if one.id in asked:
            found.setdefault(one.group, []).append(one.id)
    return tuple(
        Step(group, GROUPS.get(group, group), len(ids), sum(_is_known(answers.get(one)) for one in ids))
        for group, ids in found.items()
    )


def _is_known(answer: Mapping[str, Any] | None) -> bool:
    return answer is not None and answer["value"] != UNKNOWN


@get("/systems/{system_id:str}/questionnaire")
async def ask(request: Request[Any, Any, Any], system_id: FromPath[str], *, group: _Group = "") -> Response[str]:
    """One group of questions; the first with something open where none is named."""
    here = Visit(request)
    me = await here.me()
    return await _group_page(here, me, system_id, group, {})


@post("/systems/{system_id:str}/questionnaire")
async def keep(request: Request[Any, Any, Any], system_id: FromPath[str]) -> Response[str]:
    """Keep the answers of a group in the draft and go on."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    questionnaire = await _questionnaire(here, system_id)
    group = form.raw("group")
    said = {
        one.id: {"value": _typed(one, form), "reason": form.text(f"why_{one.id}")}
        for one in questionnaire.questions
        if one.group == group and form.has(f"asked_{one.id}")
    }
    try:
        view = await here.change(form.first, "systems", system_id, "classification", "draft", body={"answers": said})
    except ApiAnswerError as error:
        return await _group_page(here, me, system_id, group, said, Told.by(error))
    left = [step.id for step in steps_of(questionnaire, view)]
    further = left[left.index(group) + 1 :] if group in left else left
    if form.has("stay"):
        return here.leave(system_path(system_id, f"questionnaire?group={group}"), notice="saved")
    to = f"questionnaire?group={further[0]}" if further else "questionnaire/result"
    return here.leave(system_path(system_id, to))


@get("/systems/{system_id:str}/questionnaire/result")
async def result(request: Request[Any, Any, Any], system_id: FromPath[str]) -> Response[str]:
    """What follows from the answers, before they are handed in."""
    here = Visit(request)
    me = await here.me()
    return await _result_page(here, me, system_id, "")


@post("/systems/{system_id:str}/questionnaire/hand-in")
async def hand_in(request: Request[Any, Any, Any], system_id: FromPath[str]) -> Response[str]:
    """Make a new classification of the draft."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    view = await here.get("systems", system_id, "classification", "draft")
    answers = {name: view["answers"][name] for name in view["given"]}
    try:
        await here.change(
            form.first, "systems", system_id, "classification",
            body={"answers": answers, "version": form.number("version")},
        )  # fmt: skip
    except ApiAnswerError as error:
        return await _result_page(here, me, system_id, error.words, status=error.status)
    return here.leave(system_path(system_id, "questionnaire/result"), notice="handed-in")


@post("/systems/{system_id:str}/questionnaire/drop")
async def drop(request: Request[Any, Any, Any], system_id: FromPath[str]) -> Response[str]:
    """Begin anew from what stands."""
    here, form = Visit(request), await Filled.of(request)
    await here.take_away(form.first, "systems", system_id, "classification", "draft")
    return here.leave(system_path(system_id, "questionnaire"), notice="removed")


async def _questionnaire(here: Visit, system_id: str) -> Questionnaire:
    told = await here.get("systems", system_id, "classification")
    return msgspec.convert(told["questionnaire"], Questionnaire)


async def _view(here: Visit, me: Me, system_id: str, current: Mapping[str, Any] | None) -> dict[str, Any]:
    """The draft; for whoever may not classify, the classification that stands in its place."""
    if me.may(Permission.CLASSIFY_SYSTEM):  # asking would be refused, and every refusal stands in the log
        told: dict[str, Any] = await here.get("systems", system_id, "classification", "draft")
        return told
    answers = current["answers"] if current else {}
    found = current["found"] if current else None
    version = current["version"] if current else 0
    return {
        "answers": answers, "asked": sorted(answers), "given": [], "found": found, "lowers": False, "at": 0.0,
        "follows": version, "newest": version,
    }  # fmt: skip


async def _group_page(
    here: Visit, me: Me, system_id: str, group: str, typed: Mapping[str, Any], refused: Told = NOTHING
) -> Response[str]:
    told = await here.get("systems", system_id, "classification")
    kept = (await here.get("systems", system_id))["kept"]
    questionnaire = msgspec.convert(told["questionnaire"], Questionnaire)
    view = await _view(here, me, system_id, told["current"])
    steps = steps_of(questionnaire, view)
    step = _step(steps, group)
    answers = {**view["answers"], **typed}
    raw: dict[str, Raw] = {name: _raw(one["value"]) for name, one in view["answers"].items()}
    provisions = await _provisions(here)
    asked = [
        _asked(questionnaire, one, answers.get(one.id, _NEVER_ASKED), raw, provisions)
        for one in questionnaire.questions
        if step is not None and one.group == step.id and one.id in set(view["asked"])
    ]
    return here.page(
        "questionnaire.html", status=refused.status, me=me, title=mark("Questionnaire"), one=kept["system"], view=view,
        standing=told["standing"], steps=steps, step=step, asked=asked, problem=refused.problem, tab="questionnaire",
        follows=FOLLOWS, may_answer=me.may(Permission.CLASSIFY_SYSTEM),
        done=sum(one.answered for one in steps), of=sum(one.asked for one in steps),
    )  # fmt: skip


async def _result_page(here: Visit, me: Me, system_id: str, problem: str, *, status: int = 200) -> Response[str]:
    told = await here.get("systems", system_id, "classification")
    kept = (await here.get("systems", system_id))["kept"]
    questionnaire = msgspec.convert(told["questionnaire"], Questionnaire)
    view = await _view(here, me, system_id, told["current"])
    found, by_id = view["found"], {one.id: one for one in questionnaire.questions}
    rules = {rule.id: rule for rule in questionnaire.rules}
    is_new = bool(view["given"]) or not told["current"] or told["standing"].startswith("reopened")
    return here.page(
        "questionnaire-result.html", status=status, me=me, title=mark("What follows"), one=kept["system"], view=view,
        found=found, newest=told["current"], standing=told["standing"], steps=steps_of(questionnaire, view),
        tier=TIERS.get(found["tier"], Word(found["tier"])) if found else None, tiers=TIERS, problem=problem,
        still_open=[by_id[name] for name in found["still_open"] if name in by_id] if found else [],
        stopped=[rules[name] for name in found["stopped_by"] if name in rules] if found else [],
        provisions=await _provisions(here), tab="questionnaire", is_new=is_new,
        may_hand_in=me.may(Permission.CLASSIFY_SYSTEM) and is_new,
        needs_legal=view["lowers"] and Role.LEGAL.value not in me.roles,
    )  # fmt: skip


async def _provisions(here: Visit) -> dict[str, str]:
    """Titles of the Act's provisions by their reference."""
    told = await here.get("frameworks", "eu-ai-act")
    return {f"eu-ai-act:{line['provision']['id']}": line["provision"]["title"] for line in told["lines"]}


def _step(steps: tuple[Step, ...], group: str) -> Step | None:
    named = next((one for one in steps if one.id == group), None)
    return named or next((one for one in steps if one.answered < one.asked), steps[0] if steps else None)


def _asked(
    questionnaire: Questionnaire,
    question: AskedQuestion,
    answer: Mapping[str, Any],
    raw: Mapping[str, Raw],
    provisions: Mapping[str, str],
) -> Asked:
    value = answer["value"]
    return Asked(
        question, value, answer["reason"], choices_of(questionnaire, question, raw, _WORDS),
        tuple((one, _WORDS.get(one, one)) for one in question.values),
        provisions.get(question.ref, ""),
    )  # fmt: skip


def _raw(value: Any) -> Raw:
    return tuple(value) if isinstance(value, list) else value


def _typed(question: AskedQuestion, form: Filled) -> str | float | list[str]:
    """An answer as it was typed; what is no answer is sent as it is, for the API to say so."""
    name = f"answer_{question.id}"
    match question.type:
        case QuestionType.SEVERAL | QuestionType.LIST:
            if form.text(f"known_{question.id}") != "known":
                return UNKNOWN
            return form.several(name)
        case QuestionType.NUMBER:
            text = form.text(name)
            try:
                return float(text) if text else UNKNOWN
            except ValueError:
                return text
        case _:
            return form.text(name) or UNKNOWN


HANDLERS = (ask, keep, result, hand_in, drop)
