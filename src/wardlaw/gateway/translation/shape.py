"""What a translation consists of, and how it says that something has no counterpart.

Faithful or not at all: a member the other form has no word for is an error that names it. Left out is only what changes
nothing in the answer, listed where it is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.facts.routes import UpstreamKind
from wardlaw.gateway.wire.body import shown
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.leaves import child
from wardlaw.gateway.wire.recoding import Recoding

Doc = Mapping[str, Any]


class Translation(msgspec.Struct, frozen=True):
    """How a surface is served by upstreams of the other form.

    Attributes:
        path: What is asked for there, by the paths of that form.
        request: The body in that form; raises ``InputError`` where it has no word for something.
        recoding: What makes that form's answer to a request the surface's own; takes the request as it came, and the
            time in Unix seconds.
    """

    path: str
    request: Callable[[Doc, UpstreamKind], dict[str, Any]]
    recoding: Callable[[Doc, float], Recoding]


def refuse(pointer: str, what: str = "this") -> NoReturn:
    """Refuse a request for a member that has no counterpart."""
    raise InputError(
        "WL-GW-130",
        f"The model's upstream speaks another form, which has no counterpart for {what} at {shown(pointer)}.",
        "Leave it out, or ask for a model whose upstream speaks the form of this path.",
    )


def only(value: Doc, known: frozenset[str], pointer: str) -> None:
    """Refuse members that are not known; what is null says nothing."""
    for name, member in value.items():
        if name not in known and member is not None:
            refuse(child(pointer, name), "the member")


def as_members(value: Any, pointer: str, what: str) -> Doc:
    """The value, when it is an object."""
    if type(value) is not dict:
        refuse(pointer, what)
    return value


def unsaid(what: str) -> BadUpstreamError:
    """The error for an answer that says something the surface has no word for."""
    return BadUpstreamError(
        "WL-GW-211",
        f"The upstream's answer holds {what}, for which the form of this path has no counterpart.",
        "Ask on the path of the upstream's own form.",
    )
