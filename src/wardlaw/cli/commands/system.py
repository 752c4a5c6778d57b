"""``wardlaw system``: AI systems, who answers for them, and which traffic is theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from wardlaw.cli.annexshow import drawn_file, file_text
from wardlaw.cli.classifyshow import drawn
from wardlaw.cli.client import quoted
from wardlaw.cli.exits import Exit
from wardlaw.cli.formfile import form_text, read_form
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.plaintext import plain
from wardlaw.cli.session import connect, show_one, when, with_prefix
from wardlaw.facts.gate import GateMode
from wardlaw.facts.tier import SystemRole, Tier
from wardlaw.register.lifecycle import Lifecycle

app = App(name="system", help="AI systems: what they are for, who answers for them, which traffic is theirs.")

_Texts = Annotated[tuple[str, ...] | None, Parameter(negative=(), show_default=False)]
_Roles = Annotated[tuple[SystemRole, ...] | None, Parameter(negative=(), show_default=False)]
_Text = Annotated[str | None, Parameter(show_default=False)]


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class Described:
    """What is said of a system; what is left out stays, or is not said."""

    title: _Text = None
    """Its name for people."""
    owner: _Text = None
    """Person who answers for it."""
    purpose: _Text = None
    """What it is for, in plain words."""
    role: _Roles = None
    """What we are for it; may be given again."""
    tier: Annotated[Tier | None, Parameter(show_default=False)] = None
    """Legal risk tier."""
    annex_point: _Text = None
    """Such as annex-iii-4a, or annex-i; "" for none."""
    placed_at: _Text = None
    """Day it was put into service, such as 2026-09-01; "none" for none."""
    principal: _Texts = None
    """Whose calls are its own: an id or a pattern such as agent:crm-*, of a user, agent, nhi or app; may be given again."""
    route: _Texts = None
    """Only calls on this route; may be given again."""
    model: _Texts = None
    """Only calls of this model, or a pattern; may be given again."""
    environment: _Text = None
    """Such as production or test."""
    user: _Texts = None
    """Who uses it, such as recruiters; may be given again."""
    data_class: _Texts = None
    """What it processes, such as cv; may be given again."""
    built_on: _Texts = None
    """Id of a registered model; may be given again."""
    dataset: _Texts = None
    """Id of a registered dataset; may be given again."""
    vendor: _Texts = None
    """Id of a registered vendor; may be given again."""
    tool: _Texts = None
    """Name or pattern of a tool it calls; may be given again."""
    region: _Texts = None
    """Where it is used, such as EU; may be given again."""
    model_digest: _Text = None
    """SHA-256 of its weights, or of what the vendor calls the version."""
    prompt_digest: _Text = None
    """SHA-256 of its system prompt."""
    tools_digest: _Text = None
    """SHA-256 of its tools' definitions."""
    data_digest: _Text = None
    """SHA-256 of what it was trained on or looks things up in."""
    gate_mode: Annotated[GateMode | None, Parameter(show_default=False)] = None
    """What the door does while it has no live verdict."""

    def body(self) -> dict[str, Any]:
        """What was given, as the API takes it."""
        named = {
            "title": self.title, "purpose": self.purpose, "roles": self.role, "tier": self.tier,
            "annex_point": self.annex_point, "placed_at": self.placed_at, "principals": self.principal,
            "routes": self.route, "models": self.model, "environment": self.environment, "users": self.user,
            "data_classes": self.data_class, "built_on": self.built_on, "datasets": self.dataset,
            "vendors": self.vendor, "tools": self.tool, "regions": self.region, "gate_mode": self.gate_mode,
            "made_of": self._digests() or None,
            "owner": None if self.owner is None else with_prefix(self.owner, "person"),
        }  # fmt: skip
        return {name: value for name, value in named.items() if value is not None}

    def _digests(self) -> dict[str, str]:
        named = {"model": self.model_digest, "prompt": self.prompt_digest, "tools": self.tools_digest,
                 "data": self.data_digest}  # fmt: skip
        return {name: value for name, value in named.items() if value is not None}


@app.command
def add(system: str, *, described: Described = Described(), options: Options = NONE) -> int:
    """Register a system; it needs a title, an owner and a purpose.

    Args:
        system: Short name, such as crm-bot.
    """
    body = {"title": system, "owner": "", "purpose": "", "id": system, **described.body()}
    if body.get("placed_at") in ("none", ""):
        del body["placed_at"]
    return _show(options, connect(options).post("/systems", body))


@app.command(name="list")
def list_systems(*, retired: Annotated[bool, Parameter(negative=())] = False, options: Options = NONE) -> int:
    """List systems.

    Args:
        retired: Those taken out of use too.
    """
    found = connect(options).get("/systems", **({"retired": "true"} if retired else {}))
    heads = ("system", "title", "owner", "stage", "tier", "gate", "annex", "whose calls", "said by", "said at")
    lines = [[plain(cell) for cell in _cells(one)] for one in found]
    options.output().result({"systems": found}, rows(heads, lines) if lines else "no systems")
    return 0


@app.command
def show(system: str, *, options: Options = NONE) -> int:
    """Show one system and every state it was in.

    Args:
        system: Short name.
    """
    detail = connect(options).get(f"/systems/{quoted(system)}")
    lines: list[Any] = [rows(("", ""), _fields(detail["kept"])), ""]
    heads = ("version", "step", "tier", "owner", "by", "at", "why")
    history = [
        [str(one["version"]), one["step"], one["system"]["tier"], one["system"]["owner"], one["changed_by"],
         when(one["changed_at"]), plain(one["reason"])]
        for one in detail["history"]
    ]  # fmt: skip
    options.output().result(detail, *lines, rows(heads, history))
    return 0


@app.command
def change(
    system: str,
    *,
    described: Described = Described(),
    lifecycle: Annotated[Lifecycle | None, Parameter(show_default=False)] = None,
    if_version: int = 0,
    reason: Annotated[str, Parameter(show_default=False)] = "",
    options: Options = NONE,
) -> int:
    """Change a system; what is left out stays, and what it was stays in its history.

    What it is in law (role, tier, annex point, day) is changed by itself, and made milder only by legal.

    Args:
        system: Short name.
        lifecycle: The step to take; a gate's verdict or an intake approves, nobody by hand.
        if_version: Only if it still is at this version, so that nobody's change is overlooked; 0 does not ask.
        reason: Why; kept with the version, and needed where it is called milder than before.
    """
    body = described.body() | ({} if lifecycle is None else {"lifecycle": lifecycle})
    body |= {"reason": reason} if reason else {}
    return _show(options, connect(options).patch(f"/systems/{quoted(system)}", {**body, "version": if_version}))


@app.command
def classify(
    system: str,
    *,
    form: Annotated[Path | None, Parameter(show_default=False)] = None,
    answers: Annotated[Path | None, Parameter(show_default=False)] = None,
    options: Options = NONE,
) -> int:
    """Show how a system is classified, write its questionnaire, or hand in the answers.

    Exits with 0 where it may be used as far as that goes, with 11 while something is open or reopened, and with 1 where
    it is prohibited or stopped.

    Args:
        system: Short name.
        form: Write the questions, with the answers there are, into this file.
        answers: Hand in this file, filled in. A milder tier needs somebody with the role legal.
    """
    client, path = connect(options), f"/systems/{quoted(system)}/classification"
    if answers is not None:
        filled = read_form(answers, system)
        view = client.post(path, {"answers": msgspec.to_builtins(filled.answers), "version": filled.version})
    else:
        view = client.get(path)
    if form is not None:
        form.write_text(form_text(view), encoding="utf-8")
        options.output().note(f"{len(view['questionnaire']['questions'])} questions are in {form}")
        return 0
    options.output().result(view, *drawn(view))
    found = view["current"]["found"] if view["current"] else {}
    if found.get("tier") == "prohibited" or found.get("stopped_by"):
        return Exit.FINDINGS
    return Exit.DONE if view["standing"] == "approved" else Exit.PERSON


@app.command
def draft(
    system: str,
    *,
    answers: Annotated[Path | None, Parameter(show_default=False)] = None,
    drop: Annotated[bool, Parameter(negative=())] = False,
    options: Options = NONE,
) -> int:
    """Show the answers you are still at work on, keep some for later, or begin anew.

    Nothing follows from them before they are handed in: in the console, or with `system classify --answers`.

    Args:
        system: Short name.
        answers: Keep this form, filled in as far as it is.
        drop: Let go of what is kept.
    """
    client, path = connect(options), f"/systems/{quoted(system)}/classification/draft"
    if drop:
        view = client.delete(path)
    elif answers is not None:
        view = client.post(path, {"answers": msgspec.to_builtins(read_form(answers, system).answers)})
    else:
        view = client.get(path)
    heads = ("question", "answer", "why", "kept")
    lines = [
        [name, plain(str(view["answers"].get(name, {}).get("value", "unknown"))),
         plain(view["answers"].get(name, {}).get("reason", "")), "yes" if name in view["given"] else ""]
        for name in view["asked"]
    ]  # fmt: skip
    found = view["found"]
    options.output().result(view, f"{found['tier']}: {found['why']}", rows(heads, lines))
    return Exit.DONE if not found["still_open"] else Exit.PERSON


@app.command(name="file")
def technical_file(
    system: str, *, out: Annotated[Path | None, Parameter(show_default=False)] = None, options: Options = NONE
) -> int:
    """Show the technical documentation of Annex IV: each field live, vouched for, or missing.

    Exits with 1 while a field is missing.

    Args:
        system: Short name.
        out: Write it as Markdown too.
    """
    found = connect(options).get(f"/systems/{quoted(system)}/file")
    if out is not None:
        out.write_text(file_text(found), encoding="utf-8")
    options.output().result(found, *drawn_file(found))
    return Exit.FINDINGS if any(one["state"] == "missing" for one in found["fields"]) else Exit.DONE


@app.command
def retire(system: str, *, options: Options = NONE) -> int:
    """Take a system out of use. Its traffic, if there still is some, is unregistered from then on.

    Args:
        system: Short name.
    """
    return _show(options, connect(options).delete(f"/systems/{quoted(system)}"))


def _show(options: Options, kept: Mapping[str, Any]) -> int:
    item = {**kept["system"], **{name: value for name, value in kept.items() if name != "system"}}
    digests = item.pop("made_of")
    item |= {f"{what}_digest": digest for what, digest in digests.items() if digest}
    return show_one(options, "system", {name: _plain(value) for name, value in item.items()})


def _plain(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else value


def _cells(kept: Mapping[str, Any]) -> tuple[str, ...]:
    one = kept["system"]
    return (
        one["id"], one["title"], one["owner"], one["lifecycle"], one["tier"], one["gate_mode"], one["annex_point"],
        ", ".join(one["principals"]), kept["changed_by"], when(kept["changed_at"]),
    )  # fmt: skip


def _fields(kept: Mapping[str, Any]) -> list[list[str]]:
    one = dict(kept["system"])
    digests = {f"{what} digest": digest for what, digest in one.pop("made_of").items()}
    item = {**one, **digests, "version": kept["version"], "retired_at": when(kept["retired_at"])}
    return [
        [name.replace("_", " "), plain(", ".join(value) if isinstance(value, list) else str(value))]
        for name, value in item.items()
        if value not in ("", [], None)
    ]
