"""Writing a clause: from a form or from its text, tried while it is written, handed in for review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody

from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark, say
from wardlaw.console.pages.policies import changed_lines
from wardlaw.console.pages.visit import Me, Visit

_Form = URLEncodedBody[dict[str, str]]
_CONFLICT = "WL-LIF-024"
_WORDS = ("words", "choices")


@get("/policies/new")
async def choose_template(request: Request[Any, Any, Any], template: FromQuery[str] = "") -> Response[str]:
    """The forms there are, and the questions of the one that was chosen."""
    here = Visit(request)
    me = await here.me()
    found = await here.get("policy", "templates")
    chosen = next((one for one in found if one["name"] == template), None)
    return _template_page(here, me, found, chosen, given={})


@post("/policies/new")
async def fill_template(request: Request[Any, Any, Any], data: _Form) -> Response[Any]:
    """The text a form makes, opened in the editor; answers that do not fit are said beside them."""
    here = Visit(request)
    me = await here.me()
    here.need_form(data)
    found = await here.get("policy", "templates")
    chosen = next((one for one in found if one["name"] == data.get("template")), None)
    if chosen is None:
        return here.leave("/policies/new")
    answers = _answers(chosen, data)
    try:
        made = await here.ask("policy", "templates", chosen["name"], body={"answers": answers})
    except ApiAnswerError as error:
        return _template_page(here, me, found, chosen, given=data, problem=error)
    return await _editor(here, me, {"text": made["text"], "clause": made["clause"], "based_on": "", "reason": ""})


@get("/policies/{clause:str}/edit")
async def edit_clause(request: Request[Any, Any, Any], clause: FromPath[str]) -> Response[str]:
    """The newest text in the editor."""
    here = Visit(request)
    me = await here.me()
    reading = await here.get("policy", "clauses", clause, "reading")
    fields = {"text": reading["file"], "clause": clause, "based_on": reading["on_disk"], "reason": ""}
    return await _editor(here, me, fields)


@post("/policies/try")
async def try_text(request: Request[Any, Any, Any], data: _Form) -> Response[str]:
    """What a text says and what is wrong with it: the part of the editor that follows what is typed."""
    here = Visit(request)
    await here.me()
    here.need_form(data)
    return here.part("tried.html", **await _tried(here, data))


@post("/policies/{clause:str}/edit")
async def hand_in(request: Request[Any, Any, Any], clause: FromPath[str], data: _Form) -> Response[Any]:
    """Hand the text in for review, or look at it once more; nothing that was typed is lost."""
    here = Visit(request)
    me = await here.me()
    fields = {name: data.get(name, "") for name in ("text", "based_on", "reason", "clause")} | {"clause": clause}
    if not here.check_form(data.get("form", "")):  # what was typed is shown again, and nothing is asked for it
        strange = mark("This form is of another session. Hand it in again from here.")
        return await _editor(here, me, fields, problem=strange, status=403)
    if data.get("act") != "hand-in":
        return await _editor(here, me, fields)
    body = {"text": _newlines(fields["text"]), "based_on": fields["based_on"], "reason": fields["reason"]}
    try:
        await here.change(data, "policy", "clauses", clause, "hand-in", body=body)
    except ApiAnswerError as error:
        theirs = None
        if error.code == _CONFLICT:
            theirs = await here.get_if_there("policy", "clauses", clause, "reading")
        return await _editor(here, me, fields, problem=error.words, theirs=theirs, status=error.status)
    return here.leave(f"/policies/{clause}", notice="asked")


async def _editor(
    here: Visit,
    me: Me,
    fields: Mapping[str, str],
    *,
    problem: str = "",
    theirs: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response[str]:
    # Whoever may not hand in may not have it read either; what they typed stands there all the same.
    tried = await _tried(here, fields if status != 403 else {})
    between = changed_lines(theirs["file"], _newlines(fields["text"])) if theirs else ()
    return here.page(
        "editor.html",
        me=me,
        status=status,
        title=say("Write %(clause)s", clause=fields["clause"]),
        fields=fields,
        problem=problem,
        theirs=theirs,
        between=between,
        **tried,
    )


async def _tried(here: Visit, fields: Mapping[str, str]) -> dict[str, Any]:
    """What the check says of a text, with the lines its problems are about and the text that is in force."""
    text = _newlines(fields.get("text", ""))
    if not text.strip():
        return {"tried": None, "lines": [], "difference": ()}
    tried = await here.ask("policy", "check", body={"text": text[:24_000]})
    clause = tried["clause"] or fields.get("clause", "")
    before = await here.get_if_there("policy", "clauses", clause, "reading") if clause else None
    return {
        "tried": tried,
        "lines": text.split("\n"),
        "difference": changed_lines(before["file"], tried["file"]) if before and before["file"] else (),
    }


def _template_page(
    here: Visit,
    me: Me,
    found: list[dict[str, Any]],
    chosen: dict[str, Any] | None,
    *,
    given: Mapping[str, str],
    problem: ApiAnswerError | None = None,
) -> Response[str]:
    return here.page(
        "template.html",
        me=me,
        status=problem.status if problem else 200,
        title=mark("New clause"),
        templates=found,
        chosen=chosen,
        questions=_questions(chosen) if chosen else [],
        given=given,
        problem=problem.words if problem else "",
    )


def _questions(template: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The fields of a form, then those every clause has."""
    return [*template["fields"], *_COMMON]


_COMMON: tuple[Mapping[str, Any], ...] = (
    {"name": "who", "ask": mark("Whom does it bind?"), "kind": "choices", "choices": {"people": "", "agents": "", "services": ""}, "required": False},
    {"name": "owner", "ask": mark("Which role answers for it?"), "kind": "text", "default": "legal"},
    {"name": "risk", "ask": mark("How bad is a breach?"), "kind": "choice", "choices": {"low": "", "medium": "", "high": "", "critical": ""}, "required": False},
    {"name": "mode", "ask": mark("How does it begin?"), "kind": "choice", "default": "enforce", "choices": {"watch": "", "warn": "", "enforce": ""}},
)  # fmt: skip


def _answers(template: Mapping[str, Any], data: Mapping[str, str]) -> dict[str, Any]:
    """What was filled in; several choices come as one text with commas, as the API takes them."""
    found: dict[str, Any] = {}
    for field in _questions(template):
        ticked = [choice for choice in field.get("choices") or {} if data.get(f"{field['name']}:{choice}")]
        said = ",".join(ticked) if field["kind"] == "choices" else data.get(field["name"], "")
        if said.strip():
            found[field["name"]] = said.strip()
    return found


def _newlines(text: str) -> str:
    """A form sends line ends as two characters; files have one."""
    return text.replace("\r\n", "\n")


HANDLERS = (choose_template, fill_template, edit_clause, try_text, hand_in)
