"""What stands on the stack of a pickle, as far as it matters for what may be called: names, constants, the rest."""

from __future__ import annotations

from typing import Any

from wardlaw.register.modelfiles.allowed import Use

TEXT_CHARS = 4_096
"""Longer texts are no names and no headers, and are not kept."""
ITEMS = 64
"""Of a tuple or a dictionary; the longest that matters, a joblib array's state, has seven."""


class Name:
    """Something a pickle imported."""

    __slots__ = ("module", "name", "use")

    def __init__(self, module: str, name: str, use: Use) -> None:
        self.module, self.name, self.use = module, name, use

    @property
    def path(self) -> str:
        """As a person reads it."""
        return f"{self.module}.{self.name}"


class Thing:
    """Something a pickle made, and of which class; or a value too long to keep."""

    __slots__ = ("args", "maker", "state")

    def __init__(self, maker: Name | None = None, args: Any = None) -> None:
        self.maker = maker
        self.args = args
        self.state: Any = None


class Book:
    """A dictionary: what stands under its first names."""

    __slots__ = ("known",)

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}

    def put(self, key: Any, value: Any) -> None:
        """Keep a value, while there are few and the key is a text."""
        if isinstance(key, str) and len(self.known) < ITEMS:
            self.known[key] = value


class LookedInto(Thing):
    """Bytes that are a file of their own and were looked into."""

    __slots__ = ()


class LongText(Thing):
    """A text too long to keep."""

    __slots__ = ()


_NO_TEXT = frozenset({"NumpyArrayWrapper", "dtype", "ndarray", "_reconstruct"})


def may_be_text(value: Any) -> bool:
    """Whether a loader could find a text there; it takes nothing else for a name."""
    if isinstance(value, str | LongText):
        return True
    return isinstance(value, Thing) and value.maker is not None and value.maker.name not in _NO_TEXT


def refused(callee: Any, args: Any) -> str:
    """Why something may not be called so; empty when it may.

    Args:
        args: The arguments, a tuple; anything else when the pickle hands over something it made.
    """
    if not isinstance(callee, Name):
        return "it calls something it made itself"
    if callee.use is Use.NOTHING:
        return ""  # said where it was imported
    if callee.use is Use.NAME:
        return f"it calls {callee.path}"
    if not isinstance(args, tuple):
        return f"it calls {callee.path} with arguments it made itself"
    if any(_is_writer(one) for one in args):
        return f"it hands numpy.memmap, which writes files, to {callee.path}"
    return _wrong_arguments(callee, args)


def _is_writer(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(_is_writer(one) for one in value)
    if isinstance(value, Book):
        return any(_is_writer(one) for one in value.known.values())
    return isinstance(value, Name) and value.module == "numpy" and value.name == "memmap"


def _wrong_arguments(callee: Name, args: tuple[Any, ...]) -> str:
    first = args[0] if args else None
    wrong = False
    match callee.name:
        case "encode":  # how protocols 0 to 2 write bytes; any other codec is an import by its name
            wrong = len(args) > 1 and args[1] not in ("latin1", "latin-1", "utf-8", "ascii")
        case "_reconstructor" | "__newobj__" | "newObj" | "_new_Index":
            wrong = not (isinstance(first, Name) and first.use is Use.MAKE)
        case "_rebuild_from_type_v2":
            inner = args[2] if len(args) > 2 else ()
            wrong = not (isinstance(first, Name) and first.use is Use.MAKE) or bool(refused(first, inner))
        case "__generator_ctor" | "__randomstate_ctor" | "__RandomState_ctor":
            wrong = any(isinstance(one, Name) and one.name != "__bit_generator_ctor" for one in args[1:])
        case "_load_from_bytes":
            wrong = not isinstance(first, LookedInto)
        case "Booster" | "TrainingArguments" | "Seq2SeqTrainingArguments":
            wrong = bool(args)  # with arguments they read files or start devices
        case "bytes" | "bytearray" | "ndarray" | "_reconstruct" | "Tensor" | "matrix" | "recarray":
            return "" if _is_small(args) else f"it asks {callee.path} for more memory than the file holds"
    return f"it calls {callee.path} with arguments that reach further" if wrong else ""


def _is_small(args: tuple[Any, ...]) -> bool:
    product = 1
    for one in args:
        for number in one if isinstance(one, tuple) else (one,):
            if isinstance(number, int) and not isinstance(number, bool):
                product *= max(1, abs(number))
    return product <= 1 << 24  # 128 MB of float64, filled by nothing in the file
