"""Carrying out a revocation: the calls with the write credential of this machine, a look at each thing, and the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from wardlaw.cli.client import ManagementClient, quoted
from wardlaw.connectors.revoking import Revoker
from wardlaw.facts.errors import InputError, WardlawError
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import CallOutcome, Presence, RevocationProof, RevocationStep
from wardlaw.inventory.withdrawal import Revocation

LOOK_AGAIN_S = (1.0, 3.0)
"""Pauses before a thing that is still there is looked at again: platforms take a moment to believe themselves."""

PAGE_BYTES = 40 * 1024
"""Steps sent at once, in bytes of JSON; the management API takes 64 KiB."""

_AT_ONCE = 200
_DETAIL = 256


class Target(msgspec.Struct, frozen=True):
    """What is to be taken away in one directory: things by themselves, or everything of an app."""

    directory: str
    things: tuple[Grant | Credential, ...]
    app: str = ""


def targets_of(client: ManagementClient, ids: Sequence[str], *, app: str, directory: str) -> tuple[Target, ...]:
    """The things meant, by directory.

    Raises:
        InputError: There are none (WL-INV-084), or one is meant that stands in several directories (WL-INV-085).
    """
    if bool(ids) == bool(app):
        raise InputError("WL-INV-084", "Name grants by their ids, or one app with --app.", "See `wardlaw grants list`.")
    query = {"directory": directory} if directory else {}
    found: dict[str, list[Grant | Credential]] = {}
    if app:
        answer = client.get("/inventory/items", about=app, limit=10_000, **query)
        for item in answer["items"]:
            if thing := _takeable(item):
                found.setdefault(item["directory"], []).append(thing)
    for name in ids:
        answer = client.get("/inventory/items", about=name, limit=100, **query)
        own = [item for item in answer["items"] if item["thing"]["id"] == name and _takeable(item)]
        if len({item["directory"] for item in own}) > 1:
            raise InputError("WL-INV-085", f"{name} stands in several directories.", "Name one with --directory.")
        for item in own[:1]:
            found.setdefault(item["directory"], []).extend(filter(None, [_takeable(item)]))
        if not own:
            raise InputError(
                "WL-INV-084", f"{name} is no grant or credential that is there.", "See `wardlaw grants list`."
            )
    if not found:
        raise InputError(
            "WL-INV-084", "The inventory knows nothing there that could be revoked.", "Run `wardlaw inventory sync`."
        )
    return tuple(Target(place, tuple(things), app) for place, things in sorted(found.items()))


def _takeable(item: Mapping[str, Any]) -> Grant | Credential | None:
    thing = item["thing"]
    is_there = item["last_seen_at"] > item["gone_at"]
    if not is_there or thing["kind"] not in ("grant", "credential") or thing.get("consent") == "requested":
        return None
    return msgspec.convert(thing, type=Grant | Credential)


def plan(
    client: ManagementClient, directory: str, steps: Sequence[RevocationStep], *, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Make the revocation in the management API, in as many parts as it takes; answers how it stands."""
    parts = list(_parts(steps))
    made: dict[str, Any] = client.post("/revocations", {"directory": directory, "steps": parts[0], **body})
    for part in parts[1:]:
        made = client.post(f"/revocations/{quoted(made['revocation']['id'])}/steps", {"steps": part})
    return made


def _parts(steps: Sequence[RevocationStep]) -> Iterator[list[Any]]:
    part: list[Any] = []
    size = 0
    for step in steps:
        own = len(msgspec.json.encode(step)) + 1
        if part and (size + own > PAGE_BYTES or len(part) >= _AT_ONCE):
            yield part
            part, size = [], 0
        part.append(msgspec.to_builtins(step))
        size += own
    yield part


def carry_out(
    view: Mapping[str, Any],
    revoker: Revoker,
    client: ManagementClient,
    *,
    sleep: Callable[[float], None],
    progress: Callable[[float, str], None],
) -> dict[str, Any]:
    """Make each call that is not proved yet, look whether it has done anything, and report both.

    One step that fails keeps nothing else from being done; it stays to be tried again.
    """
    one = msgspec.convert(view["revocation"], type=Revocation)
    answer: dict[str, Any] = dict(view)
    left = [progressed.step for progressed in one.steps if not progressed.is_done]
    for index, step in enumerate(left):
        progress(index / len(left), step.subject[:40])
        outcome = _called(revoker, step)
        proof = _looked(revoker, step, looks=LOOK_AGAIN_S if outcome.done else (), sleep=sleep)
        body = {"step": step.id, "outcome": msgspec.to_builtins(outcome), "proof": msgspec.to_builtins(proof)}
        answer = client.post(f"/revocations/{quoted(one.id)}/report", body)
    return answer


def _called(revoker: Revoker, step: RevocationStep) -> CallOutcome:
    try:
        outcome = revoker.carry_out(step)
    except WardlawError as error:
        return CallOutcome(done=False, detail=error.message[:_DETAIL])
    return msgspec.structs.replace(outcome, detail=outcome.detail[:_DETAIL])


def _looked(
    revoker: Revoker, step: RevocationStep, *, looks: Iterable[float], sleep: Callable[[float], None]
) -> RevocationProof:
    proof = _look(revoker, step)
    for pause in looks:
        if proof.presence is not Presence.THERE:
            break
        sleep(pause)
        proof = _look(revoker, step)
    return msgspec.structs.replace(proof, detail=proof.detail[:_DETAIL])


def _look(revoker: Revoker, step: RevocationStep) -> RevocationProof:
    try:
        return revoker.verify(step)
    except WardlawError as error:
        return RevocationProof(Presence.UNKNOWN, "not looked at", detail=error.message)
