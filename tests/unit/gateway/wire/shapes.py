"""Walks what the official clients can send: every member of every type their requests are made of."""

from __future__ import annotations

import collections.abc
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any, NotRequired, Required, get_args, get_origin, get_type_hints

from typing_extensions import is_typeddict

_LISTS = (list, collections.abc.Iterable, collections.abc.Sequence)
_DEEPEST = 4  # levels below the body: the parts of a source of a block of a result of a message

Put = Callable[[dict[str, Any]], dict[str, Any]]


class Seen(typing.NamedTuple):
    """One type in one place of a body.

    Attributes:
        place: Where it stands: the member that holds it.
        kind: What its ``type`` or ``role`` says.
        bodies: By member, a whole body in which an instance of the type has it.
    """

    place: str
    kind: str
    bodies: dict[str, dict[str, Any]]


def alternatives(hint: Any) -> list[Any]:
    """What a hint allows, without ``None``."""
    while get_origin(hint) in (Required, NotRequired, typing.Annotated):
        hint = get_args(hint)[0]
    if get_origin(hint) in (typing.Union, types.UnionType):
        return [one for part in get_args(hint) if part is not type(None) for one in alternatives(part)]
    return [hint]


def sample(hint: Any) -> Any:
    """Some value of a hint that is not empty."""
    first = alternatives(hint)[0]
    origin = get_origin(first)
    if is_typeddict(first):
        return instance(first)
    if origin is typing.Literal:
        return get_args(first)[0]
    if origin in _LISTS:
        return [sample(get_args(first)[0])]
    if first in (int, float, bool):
        return first(1)
    return {"k": "word"} if origin in (dict, collections.abc.Mapping) or first is object else "word"


def instance(shape: Any, **more: Any) -> dict[str, Any]:
    """An instance of a type with what it must have, and more."""
    hints = get_type_hints(shape, include_extras=True)
    told = {name: sample(hint) for name, hint in hints.items() if get_origin(hint) is Required or name == "type"}
    return told | more


def walk(
    shape: Any, put: Put, *, place: str = "", above: frozenset[Any] = frozenset(), depth: int = 0
) -> Iterator[Seen]:
    """Every type a body of this shape is made of.

    Args:
        put: Makes a body of an instance.
    """
    hints = get_type_hints(shape)
    bare = instance(shape)
    bodies = {name: put(instance(shape, **{name: sample(hint)})) for name, hint in hints.items()}
    yield Seen(place, str(bare.get("type", bare.get("role", ""))), bodies)
    if depth == _DEEPEST:
        return
    for name, hint in hints.items():
        for one in alternatives(hint):
            listed = get_origin(one) in _LISTS
            for inner in alternatives(get_args(one)[0]) if listed else [one]:
                if is_typeddict(inner) and inner not in above:
                    yield from walk(
                        inner,
                        lambda made, name=name, listed=listed: put(  # type: ignore[misc]
                            instance(shape, **{name: [made] if listed else made})
                        ),
                        place=name,
                        above=above | {inner},
                        depth=depth + 1,
                    )
