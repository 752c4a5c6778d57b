"""How many bytes an array has, and whether pickled objects are among them, from what a pickle says of its type."""

from __future__ import annotations

import re
from typing import Any

from wardlaw.register.modelfiles.seen import Rule, StopLooking
from wardlaw.register.modelfiles.values import Book, Thing

_CODE = re.compile(r"[<>=|]?([?bBhHiIlLqQuefdgFDGcmMOUSVa])(\d{0,9})")
_SIZES = {"?": 1, "b": 1, "B": 1, "h": 2, "H": 2, "e": 2}
_OBJECT_FLAG = 0x01  # NPY_ITEM_REFCOUNT in numpy/ndarraytypes.h
_DEPTH = 8


class Laid:
    """How an element lies in memory."""

    __slots__ = ("has_objects", "item_bytes")

    def __init__(self, item_bytes: int, *, has_objects: bool) -> None:
        self.item_bytes, self.has_objects = item_bytes, has_objects


def laid(code: str) -> Laid:
    """Of a type by its code such as ``<f8``; a size it does not say is 0.

    Raises:
        StopLooking: It is none of numpy's.
    """
    found = _CODE.fullmatch(code.partition("[")[0])
    if found is None:
        raise StopLooking(Rule.DAMAGED, f"the array's type {code[:40]!r} is none")
    kind, size = found[1], int(found[2] or 0)
    item = size * 4 if kind == "U" else size or _SIZES.get(kind, 8)
    return Laid(item if kind not in "USVa" or size else size, has_objects=kind == "O")


def laid_by_pickle(made: Any, depth: int = 0) -> Laid:
    """Of a ``numpy.dtype`` as a pickle makes it.

    Raises:
        StopLooking: It contradicts itself, so that nobody can say where the array ends.
    """
    if not isinstance(made, Thing) or made.maker is None or made.maker.name != "dtype" or depth > _DEPTH:
        raise StopLooking(Rule.LOCKED, "an array whose type cannot be followed")
    args = made.args if isinstance(made.args, tuple) else ()
    if not args or not isinstance(args[0], str):
        raise StopLooking(Rule.LOCKED, "an array whose type cannot be followed")
    found = laid(args[0])
    state = made.state
    if state is None:
        return found
    if not isinstance(state, tuple) or len(state) < 7:
        raise StopLooking(Rule.LOCKED, "an array whose type cannot be followed")
    extended = args[0].lstrip("<>=|")[:1] in ("U", "S", "V")
    subtype, names, fields, size = state[2], state[3], state[4], state[5]
    if not extended and (subtype or names or fields or size not in (-1, found.item_bytes)):
        raise StopLooking(Rule.DAMAGED, "an array's type contradicts itself")
    if not extended:
        return found
    item = size if isinstance(size, int) and size >= 0 else found.item_bytes
    flags = state[7] if len(state) > 7 and isinstance(state[7], int) else 0
    inner = [subtype[0]] if isinstance(subtype, tuple) and subtype else []
    if isinstance(fields, Book):
        inner += [one[0] for one in fields.known.values() if isinstance(one, tuple) and one]
    elif fields is not None:
        raise StopLooking(Rule.LOCKED, "an array whose type cannot be followed")
    objects = bool(flags & _OBJECT_FLAG) or any(laid_by_pickle(one, depth + 1).has_objects for one in inner)
    return Laid(item, has_objects=objects)
