"""``wardlaw tools``: what each tool does, from which words that was inferred, and what a person confirms of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect, show_list
from wardlaw.facts.errors import InputError
from wardlaw.facts.resource import ToolEffect
from wardlaw.facts.toolclass import ArgumentRole, OutputTrust, ToolClass
from wardlaw.facts.toolseen import ToolSeen
from wardlaw.gateway.toolclasses import ToolClasses
from wardlaw.governance.toolreasons import InferenceReason, reasons
from wardlaw.security.tooldefinition import plain_definition

app = App(name="tools", help="What tools do: inferred from their definitions, and confirmed by a person.")


class SeenClass(msgspec.Struct, frozen=True):
    """A tool with what is known of it; ``registered`` when the configuration names it."""

    seen: ToolSeen
    registered: bool
    found: ToolClass
    inferred: ToolClass
    reasons: tuple[InferenceReason, ...]


@app.command(name="list")
def list_tools(*, unconfirmed: bool = False, options: Options = NONE) -> int:
    """List the tools that servers have offered and requests have named, with what they do.

    Args:
        unconfirmed: Only those nobody has confirmed as they are now.
    """
    listed = [
        {
            "tool": _plain(one.seen.name),
            "from": one.seen.source,
            "registered": one.registered,
            "effects": sorted(effect.value for effect in one.found.effects),
            "answers": one.found.output.value,
            "data": sorted(one.found.data),
            "confirmed_by": _plain(one.found.confirmed_by),
            "seen_at": one.seen.seen_at,
        }
        for one in _classes(options)
        if not (unconfirmed and one.found.confirmed_by)
    ]
    columns = ("tool", "from", "registered", "effects", "answers", "data", "confirmed_by", "seen_at")
    return show_list(options, "tools", listed, columns=columns)


@app.command
def show(tool: str, *, options: Options = NONE) -> int:
    """Show what a tool does, from which words that was inferred, and what a person confirmed.

    Args:
        tool: Its name, such as files__read_file or query_customers.
    """
    one = _find(tool, options)
    data = {"tool": msgspec.to_builtins(one)}
    options.output().result(data, *_lines(one))
    return 0


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class Correction:
    """What a person says of a tool, where that is not what was inferred."""

    effects: Annotated[tuple[ToolEffect, ...], Parameter(negative=(), show_default=False)] = ()
    """One of its effects; given again, all of them."""
    roles: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = ()
    """What an argument is for, as NAME=ROLE; may be given again."""
    output: Annotated[OutputTrust | None, Parameter(show_default=False)] = None
    """Who writes its answers."""
    data: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = ()
    """A class of data its answers may hold; given again, all of them; none for none."""
    reversible: Annotated[bool | None, Parameter(show_default=False)] = None
    """Whether another call can undo what it does."""
    trusted: Annotated[bool, Parameter(negative=(), show_default=False)] = False
    """Its answers come from a source that only the organisation writes to."""


_NOTHING_SAID = Correction()


@app.command
def confirm(tool: str, *, by: str, said: Correction = _NOTHING_SAID, options: Options = NONE) -> int:
    """Print the entry for tools in the configuration that confirms a tool as it is, or corrects it. Changes nothing.

    Args:
        tool: Its name, such as files__read_file.
        by: Who has looked at the definition and stands for it.
    """
    one = _find(tool, options)
    given = dict(_role(role, one.inferred) for role in said.roles)
    arguments = {name: argument.role for name, argument in one.inferred.arguments.items()} | given
    held = [item for item in said.data if item != "none"] if said.data else sorted(one.inferred.data)
    entry: dict[str, Any] = {
        "name": one.seen.name,
        "effects": sorted(effect.value for effect in (said.effects or one.inferred.effects)),
        "arguments": {name: role.value for name, role in arguments.items()},
        "output": (said.output or one.inferred.output).value,
        "data": held or ["none"],
        "reversible": one.inferred.reversible if said.reversible is None else said.reversible,
        **({"trusted": True} if said.trusted else {}),
        "confirmed_by": by,
        "definition_sha256": one.seen.digest,
    }
    if ToolEffect.UNKNOWN in (said.effects or one.inferred.effects):
        raise InputError(
            "WL-TCL-002",
            f"Nothing says what {_plain(tool)} does, so there is nothing to confirm.",
            "Say it: --effects read, or any of write, egress, share, payment, credential, destructive.",
        )
    # JSON is YAML, and quotes whatever the tool's maker has called its arguments.
    lines = [f"    {name}: {json.dumps(value)}" for name, value in entry.items()]
    text = "tools:\n  - " + lines[0].strip() + "\n" + "\n".join(lines[1:])
    options.output().result({"entry": entry}, text)
    options.output().note("Write it into the configuration in place of the tool's entry, and restart the gateway.")
    return 0


def _role(text: str, inferred: ToolClass) -> tuple[str, ArgumentRole]:
    name, equals, role = text.partition("=")
    if not equals or role not in list(ArgumentRole) or name not in inferred.arguments:
        names = ", ".join(_plain(one) for one in inferred.arguments) or "none"
        raise InputError(
            "WL-TCL-003",
            f"{_plain(text)} is no argument with a role.",
            f"Write NAME=ROLE. Arguments: {names}. Roles: {', '.join(ArgumentRole)}.",
        )
    return name, ArgumentRole(role)


def _classes(options: Options) -> list[SeenClass]:
    config = options.configuration()
    classes = ToolClasses(config.tools, servers=[server.name for server in config.mcp.servers])
    bare = ToolClasses((), servers=[server.name for server in config.mcp.servers])
    registered = {tool.name for tool in config.tools}
    found: list[SeenClass] = []
    for item in connect(options).get("/tool-sightings"):
        seen = msgspec.convert(item, ToolSeen)
        definition: Mapping[str, Any] = json.loads(seen.definition)
        inferred = bare.of(seen.name, definition)
        plain = plain_definition(seen.name, definition)
        found.append(
            SeenClass(
                seen,
                seen.name in registered,
                classes.of(seen.name, definition),
                inferred,
                reasons(plain, inferred),
            )
        )
    return found


def _find(tool: str, options: Options) -> SeenClass:
    found = next((one for one in _classes(options) if one.seen.name == tool), None)
    if found is not None:
        return found
    raise InputError(
        "WL-TCL-001",
        f"No tool {_plain(tool)} has been seen.",
        "See `wardlaw tools list`; a tool is seen when its server lists it or a request that is let through names it.",
    )


def _lines(one: SeenClass) -> Iterator[str]:
    found = one.found
    yield f"{_plain(found.name)}: seen in {one.seen.source}, {'registered' if one.registered else 'NOT registered'}"
    yield f"confirmed by: {_plain(found.confirmed_by) or 'nobody, as it is now'}"
    yield f"definition:   {one.seen.digest}"
    yield f"effects:      {', '.join(sorted(found.effects))}{'' if found.reversible else ' (cannot be undone)'}"
    trust = " (trusted)" if found.trusted else ""
    yield f"answers:      {found.output.value}{trust}; data: {', '.join(sorted(found.data)) or 'none'}"
    for name, argument in sorted(found.arguments.items()):
        yield f"  {_plain(name)}: {argument.role.value}"
    if found != one.inferred:
        yield f"inferred alone: {', '.join(sorted(one.inferred.effects))}; answers {one.inferred.output.value}"
    yield "inferred from:"
    for reason in one.reasons:
        yield f"  {_plain(reason.about)}: {_shown(reason.why)}"


def _plain(text: str) -> str:
    """A text of others, with nothing a terminal would obey or a person would not see."""
    return "".join(char if char.isascii() and char.isprintable() else f"\\u{{{ord(char):x}}}" for char in text)


def _shown(why: str) -> str:
    """The same for our own sentence with quoted words in it."""
    return "”".join("“".join(map(_plain, part.split("“"))) for part in why.split("”"))
