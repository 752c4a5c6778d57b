"""The pickle machine without its effects: every opcode is followed, nothing is imported, called or built.

It keeps the stack, the memo and the marks exactly as the loader does, so that no name can be put together behind its
back: a name that is not a constant is refused, wherever its parts come from. An opcode it does not know ends the pickle.

Source: the opcode documentation in CPython's ``pickletools`` and the semantics of ``_pickle.c`` (3.11).
"""

# ruff: noqa: SLF001 - the table of opcodes stands outside of the class it is part of
from __future__ import annotations

import _compat_pickle
import codecs
import re
import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from wardlaw.register.modelfiles.allowed import Use
from wardlaw.register.modelfiles.seen import Rule, StopLooking
from wardlaw.register.modelfiles.source import LONG_LINE, Tape
from wardlaw.register.modelfiles.values import (
    ITEMS,
    TEXT_CHARS,
    Book,
    LongText,
    LookedInto,
    Name,
    Thing,
    may_be_text,
    refused,
)

_MEMO_LIMIT = 1 << 24  # the loader reserves a table up to the highest index: 16 million are already 256 MB
_INNER_MARKS = (b"PK\x03\x04", b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46")  # zip; torch's file before it was one
_SPELLED = re.compile(r"[\w.\-<>]+")
_LONG_DIGITS = 4_300  # Python's own bound on reading decimal integers

Say = Callable[[Rule, str, int], None]
"""Called with each thing that is wrong and its offset."""


class Machine:
    """One pickle, from its first opcode to STOP.

    Args:
        tape: Where it is read from; afterwards it stands behind STOP.
        say: Called with everything that is wrong.
        names: What it may do with a name of a module.
        inner: Looks into bytes that are a file of their own.
        array: Called when joblib's reader would take an array from the tape.
        opcodes: How many may be followed.
    """

    def __init__(
        self,
        tape: Tape,
        say: Say,
        *,
        names: Callable[[str, str], Use],
        inner: Callable[[bytes, int], None],
        array: Callable[[Book | None], None],
        opcodes: int,
    ) -> None:
        self._tape, self._say, self._names = tape, say, names
        self._inner, self._array = inner, array
        self._opcodes = opcodes
        self.followed = 0
        self.imports = 0
        self.calls = 0
        self._stack: list[Any] = []
        self._marks: list[list[Any]] = []
        self._memo: dict[int, Any] = {}
        self._protocol = 0

    def run(self) -> Any:
        """Follow it; what it would give.

        Raises:
            StopLooking: It cannot be followed any further; the loader may have run what stood before.
        """
        byte, table = self._tape.byte, _TABLE
        while True:
            code = byte()
            if code == 0x2E:  # STOP
                return self._pop()
            handler = table.get(code)
            if handler is None:
                what = "it ends without STOP" if code < 0 else f"opcode 0x{code:02x} does not exist"
                raise StopLooking(Rule.DAMAGED, what, self._tape.position)
            self.followed += 1
            if self.followed > self._opcodes:
                raise StopLooking(Rule.BOMB, f"more than {self._opcodes:,} opcodes", self._tape.position)
            handler(self)

    # ---- the stack

    def _pop(self) -> Any:
        if not self._stack:
            raise StopLooking(Rule.DAMAGED, "it takes more from the stack than is there", self._tape.position)
        return self._stack.pop()

    def _top(self) -> Any:
        if not self._stack:
            raise StopLooking(Rule.DAMAGED, "it takes more from the stack than is there", self._tape.position)
        return self._stack[-1]

    def _pop_mark(self) -> list[Any]:
        if not self._marks:
            raise StopLooking(Rule.DAMAGED, "a mark is missing", self._tape.position)
        items = self._stack
        self._stack = self._marks.pop()
        return items

    def _drop_mark(self) -> None:
        self._pop_mark()

    def _read_only(self) -> None:
        self._top()

    def _mark(self) -> None:
        self._marks.append(self._stack)
        self._stack = []

    def _pop_one(self) -> None:
        if self._stack:
            self._stack.pop()
        else:
            self._pop_mark()

    # ---- constants

    def _number(self, layout: str) -> Any:
        return struct.unpack(layout, self._tape.take(struct.calcsize(layout)))[0]

    def _push_text(self, size: int, encoding: str) -> None:
        if size > TEXT_CHARS * 4:
            self._tape.skip(size)
            self._stack.append(LongText())
            return
        try:
            self._stack.append(self._tape.take(size).decode(encoding, "surrogatepass"))
        except UnicodeDecodeError:
            raise StopLooking(Rule.DAMAGED, "a text is no UTF-8", self._tape.position) from None

    def _push_bytes(self, size: int) -> None:
        if size <= TEXT_CHARS:
            self._stack.append(self._tape.take(size))
            if not self._stack[-1].startswith(_INNER_MARKS):
                return
            self._inner(self._stack[-1], self._tape.position - size)
            self._stack[-1] = LookedInto()
        elif self._tape.peek(8).startswith(_INNER_MARKS):
            at = self._tape.position
            self._inner(self._tape.take(size), at)
            self._stack.append(LookedInto())
        else:
            self._tape.skip(size)
            self._stack.append(Thing())

    def _line_text(self) -> str:
        return self._tape.line().decode("utf-8", "replace")

    def _int(self) -> None:
        line = self._tape.line()
        known = {b"00": False, b"01": True}.get(line)
        self._stack.append(known if known is not None else self._decimal(line))

    def _long(self) -> None:
        self._stack.append(self._decimal(self._tape.line().removesuffix(b"L")))

    def _decimal(self, line: bytes) -> int:
        try:
            return int(line[: _LONG_DIGITS + 1], 0)
        except ValueError:
            raise StopLooking(Rule.DAMAGED, "an integer is none", self._tape.position) from None

    def _float(self) -> None:
        self._tape.line()
        self._stack.append(0.0)

    def _binfloat(self) -> None:
        self._stack.append(self._number(">d"))

    def _long1(self, layout: str = "<B") -> None:
        size = self._number(layout)
        if size < 0:
            raise StopLooking(Rule.DAMAGED, "a length is negative", self._tape.position)
        if size > _LONG_DIGITS:
            self._tape.skip(size)
            self._stack.append(Thing())
        else:
            self._stack.append(int.from_bytes(self._tape.take(size), "little", signed=True))

    def _string(self) -> None:
        line = self._tape.line(LONG_LINE).strip()
        if len(line) < 2 or line[:1] not in b"\"'" or line[:1] != line[-1:]:
            raise StopLooking(Rule.DAMAGED, "a text has no quotes", self._tape.position)
        try:
            self._stack.append(codecs.escape_decode(line[1:-1])[0].decode("latin-1"))
        except ValueError:
            raise StopLooking(Rule.DAMAGED, "a text is escaped wrongly", self._tape.position) from None

    def _unicode(self) -> None:
        try:
            self._stack.append(self._tape.line(LONG_LINE).decode("raw-unicode-escape"))
        except UnicodeDecodeError:
            raise StopLooking(Rule.DAMAGED, "a text is escaped wrongly", self._tape.position) from None

    def _binstring(self) -> None:
        size = self._number("<i")
        if size < 0:
            raise StopLooking(Rule.DAMAGED, "a length is negative", self._tape.position)
        self._push_text(size, "latin-1")

    # ---- containers

    def _tuple(self) -> None:
        self._push_tuple(self._pop_mark())

    def _push_tuple(self, items: list[Any]) -> None:
        self._stack.append(tuple(items) if len(items) <= ITEMS else Thing())

    def _tuple_of(self, count: int) -> None:
        items = [self._pop() for _ in range(count)]
        self._push_tuple(items[::-1])

    def _list(self) -> None:
        self._pop_mark()
        self._stack.append(Thing())

    def _dict(self) -> None:
        items = self._pop_mark()
        book = Book()
        for key, value in zip(items[::2], items[1::2], strict=False):
            book.put(key, value)
        self._stack.append(book)

    def _filled(self, what: Any) -> None:
        if isinstance(what, Name):
            self._say(Rule.CALL, f"it fills {what.path}, which is no value", self._tape.position)

    def _append(self) -> None:
        self._pop()
        self._filled(self._top())

    def _appends(self) -> None:
        self._pop_mark()
        self._filled(self._top())

    def _setitem(self) -> None:
        value, key = self._pop(), self._pop()
        self._put([key, value])

    def _setitems(self) -> None:
        self._put(self._pop_mark())

    def _put(self, items: list[Any]) -> None:
        book = self._top()
        self._filled(book)
        if isinstance(book, Book):
            for key, value in zip(items[::2], items[1::2], strict=False):
                book.put(key, value)

    # ---- the memo

    def _store(self, index: int) -> None:
        if index < 0 or index > _MEMO_LIMIT:
            raise StopLooking(Rule.BOMB, f"it reserves a memo of {index:,} places", self._tape.position)
        self._memo[index] = self._top()

    def _fetch(self, index: int) -> None:
        if index not in self._memo:
            raise StopLooking(Rule.DAMAGED, "it fetches what it never kept", self._tape.position)
        self._stack.append(self._memo[index])

    def _put_line(self) -> None:
        self._store(self._decimal(self._tape.line()))

    def _get_line(self) -> None:
        self._fetch(self._decimal(self._tape.line()))

    # ---- names and calls

    def _named(self, module: Any, name: Any) -> None:
        at = self._tape.position
        self.imports += 1
        if not (may_be_text(module) and may_be_text(name)):
            raise StopLooking(Rule.DAMAGED, "an import is no name", at)
        if isinstance(module, Thing) or isinstance(name, Thing):
            self._say(Rule.HIDDEN, "the name of an import is put together while loading", at)
            self._stack.append(Name("?", "?", Use.NOTHING))
            return
        if self._protocol < 3:  # the loader renames what Python 2 called otherwise
            if (module, name) in _compat_pickle.NAME_MAPPING:
                module, name = _compat_pickle.NAME_MAPPING[(module, name)]
            elif module in _compat_pickle.IMPORT_MAPPING:
                module = _compat_pickle.IMPORT_MAPPING[module]
        if not _SPELLED.fullmatch(module) or not _SPELLED.fullmatch(name):
            raise StopLooking(Rule.DAMAGED, "an import is no name", at)
        found = Name(module, name, self._names(module, name))
        if found.use is Use.NOTHING:
            self._say(Rule.GLOBAL, found.path[:200], at)
        self._stack.append(found)

    def _global(self) -> None:
        module = self._line_text()
        self._named(module, self._line_text())

    def _stack_global(self) -> None:
        name, module = self._pop(), self._pop()
        self._named(module, name)

    def _extension(self, layout: str) -> None:
        code = self._number(layout)
        self._say(Rule.EXTENSION, f"extension {code}, which only the loader's registry can name", self._tape.position)
        self._stack.append(Name("?", "?", Use.NOTHING))

    def _called(self, callee: Any, args: Any) -> None:
        self.calls += 1
        why = refused(callee, args)
        if why:
            self._say(Rule.CALL, why, self._tape.position)
        self._stack.append(Thing(callee if isinstance(callee, Name) else None, args))

    def _reduce(self) -> None:
        args, callee = self._pop(), self._pop()
        self._called(callee, args)

    def _newobj(self) -> None:
        args, callee = self._pop(), self._pop()
        self._called(callee, args)

    def _newobj_ex(self) -> None:
        named, args, callee = self._pop(), self._pop(), self._pop()
        self._called(callee, (*args, named) if isinstance(args, tuple) else args)

    def _obj(self) -> None:
        items = self._pop_mark()
        if not items:
            raise StopLooking(Rule.DAMAGED, "it takes more from the stack than is there", self._tape.position)
        self._called(items[0], tuple(items[1:]))

    def _inst(self) -> None:
        module = self._line_text()
        self._named(module, self._line_text())
        callee = self._stack.pop()
        self._called(callee, tuple(self._pop_mark()))

    def _build(self) -> None:
        state, made = self._pop(), self._top()
        if isinstance(made, Name):
            self._say(Rule.CALL, f"it changes {made.path} itself, not a value", self._tape.position)
        elif isinstance(made, Thing):
            made.state = state
            if made.maker is not None and made.maker.name == "NumpyArrayWrapper":
                self._array(state if isinstance(state, Book) else None)

    def _persid(self) -> None:
        self._persist(self._line_text())

    def _binpersid(self) -> None:
        self._persist(self._pop())

    def _persist(self, key: Any) -> None:
        # torch names its storages so: ("storage", FloatStorage, "0", "cpu", 4)
        if not (isinstance(key, tuple) and key and key[0] in ("storage", b"storage")):
            what = "the loader is asked for an object by a name of its own"
            self._say(Rule.PERSISTENT, what, self._tape.position)
        self._stack.append(Thing())

    def _proto(self) -> None:
        self._protocol = self._number("<B")
        if self._protocol > 5:
            raise StopLooking(Rule.DAMAGED, f"protocol {self._protocol} does not exist", self._tape.position)


def _push(value: Any) -> Callable[[Machine], None]:
    return lambda machine: machine._stack.append(value)


def _packed(layout: str) -> Callable[[Machine], None]:
    return lambda machine: machine._stack.append(machine._number(layout))


def _table() -> Mapping[int, Callable[[Machine], None]]:
    one = Machine
    rows: dict[bytes, Callable[[Machine], None]] = {
        b"(": one._mark,
        b"0": one._pop_one,
        b"1": one._drop_mark,
        b"2": lambda m: m._stack.append(m._top()),
        b"F": one._float,
        b"G": one._binfloat,
        b"I": one._int,
        b"J": _packed("<i"),
        b"K": _packed("<B"),
        b"M": _packed("<H"),
        b"L": one._long,
        b"\x8a": one._long1,
        b"\x8b": lambda m: m._long1("<i"),
        b"N": _push(None),
        b"\x88": _push(True),
        b"\x89": _push(False),
        b"S": one._string,
        b"T": one._binstring,
        b"U": lambda m: m._push_text(m._number("<B"), "latin-1"),
        b"V": one._unicode,
        b"X": lambda m: m._push_text(m._number("<I"), "utf-8"),
        b"\x8c": lambda m: m._push_text(m._number("<B"), "utf-8"),
        b"\x8d": lambda m: m._push_text(m._number("<Q"), "utf-8"),
        b"B": lambda m: m._push_bytes(m._number("<I")),
        b"C": lambda m: m._push_bytes(m._number("<B")),
        b"\x8e": lambda m: m._push_bytes(m._number("<Q")),
        b"\x96": lambda m: m._push_bytes(m._number("<Q")),
        b"\x97": lambda m: m._stack.append(Thing()),
        b"\x98": one._read_only,
        b")": lambda m: m._stack.append(()),
        b"t": one._tuple,
        b"\x85": lambda m: m._tuple_of(1),
        b"\x86": lambda m: m._tuple_of(2),
        b"\x87": lambda m: m._tuple_of(3),
        b"]": lambda m: m._stack.append(Thing()),
        b"l": one._list,
        b"}": lambda m: m._stack.append(Book()),
        b"d": one._dict,
        b"\x8f": lambda m: m._stack.append(Thing()),
        b"\x91": one._list,
        b"\x90": one._appends,
        b"a": one._append,
        b"e": one._appends,
        b"s": one._setitem,
        b"u": one._setitems,
        b"g": one._get_line,
        b"h": lambda m: m._fetch(m._number("<B")),
        b"j": lambda m: m._fetch(m._number("<I")),
        b"p": one._put_line,
        b"q": lambda m: m._store(m._number("<B")),
        b"r": lambda m: m._store(m._number("<I")),
        b"\x94": lambda m: m._store(len(m._memo)),
        b"c": one._global,
        b"\x93": one._stack_global,
        b"\x82": lambda m: m._extension("<B"),
        b"\x83": lambda m: m._extension("<H"),
        b"\x84": lambda m: m._extension("<i"),
        b"R": one._reduce,
        b"\x81": one._newobj,
        b"\x92": one._newobj_ex,
        b"o": one._obj,
        b"i": one._inst,
        b"b": one._build,
        b"P": one._persid,
        b"Q": one._binpersid,
        b"\x80": one._proto,
        b"\x95": lambda m: m._tape.skip(8),
    }
    return MappingProxyType({code[0]: handler for code, handler in rows.items()})


_TABLE = _table()
