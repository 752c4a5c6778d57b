"""Files of pickles: one, several in a row, with arrays of joblib between the opcodes, with torch's storages behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from wardlaw.register.modelfiles.allowed import Allowed, Use
from wardlaw.register.modelfiles.dtypes import laid_by_pickle
from wardlaw.register.modelfiles.machine import Machine
from wardlaw.register.modelfiles.seen import Rule, StopLooking
from wardlaw.register.modelfiles.source import Tape
from wardlaw.register.modelfiles.values import Book, Name

_TORCH_MAGIC = 0x1950A86A20F9469CFC6C  # torch.serialization.MAGIC_NUMBER
_TORCH_PICKLES = 5  # magic number, protocol, system, the object, the keys of its storages; then bytes
Pieces = Callable[[], Iterator[bytes]]
_DIMENSIONS = 64  # NPY_MAXDIMS


class Followed:
    """What came of following a file of pickles.

    Attributes:
        seen: Rule, words, offset; in the order they were met.
        stop: Why it could not be followed to the end.
        whole: Pickles that reached their STOP.
        imports, calls: How many were made.
        end: Offset behind the last whole pickle.
        is_torch: It is torch's file from before it was an archive; bytes follow the pickles.
    """

    def __init__(self) -> None:
        self.seen: list[tuple[Rule, str, int]] = []
        self.stop: StopLooking | None = None
        self.whole = self.imports = self.calls = self.opcodes = self.end = 0
        self.arrays = 0
        self.is_torch = False

    @property
    def runs(self) -> bool:
        """Whether a loader that takes it for pickles would call something, or give what it imported."""
        return bool(self.calls or (self.imports and self.whole))

    @property
    def asks(self) -> bool:
        """Whether it would at least import something, or reserve memory for nothing."""
        # "P" asks for an object by a line of text: every zip and many a text begin so.
        return any(rule is not Rule.PERSISTENT for rule, _, _ in self.seen)


def follow(
    pieces: Pieces,
    *,
    allowed: Allowed,
    inner: Callable[[bytes, int], None],
    opcodes: int,
    torchscript: bool = False,
) -> Followed:
    """Follow all pickles of a file, as joblib's reader takes them and as Python's own does.

    Args:
        pieces: Gives the file's bytes from the beginning, each time it is called.
        inner: Looks into bytes inside that are files of their own.
        opcodes: How many may be followed.
    """
    found = _follow(pieces, allowed, inner, opcodes, torchscript=torchscript, as_joblib=True)
    if found.arrays:
        # Python's own loader knows no arrays between opcodes: it would take their bytes for opcodes.
        plain = _follow(pieces, allowed, inner, opcodes, torchscript=torchscript, as_joblib=False)
        found.seen += [one for one in plain.seen if one not in found.seen]
    return found


def _follow(
    pieces: Pieces,
    allowed: Allowed,
    inner: Callable[[bytes, int], None],
    opcodes: int,
    *,
    torchscript: bool,
    as_joblib: bool,
) -> Followed:
    found = Followed()
    tape = Tape(pieces())

    def say(rule: Rule, what: str, at: int) -> None:
        found.seen.append((rule, what, at))

    def names(module: str, name: str) -> Use:
        return allowed.use(module, name, torchscript=torchscript)

    def array(state: Book | None) -> None:
        found.arrays += 1
        if as_joblib:
            _take_array(tape, state, say, nested)

    def nested() -> Any:
        machine = Machine(
            tape,
            say,
            names=names,
            inner=inner,
            array=array,
            opcodes=opcodes - found.opcodes,
        )
        try:
            return machine.run()
        finally:
            found.opcodes += machine.followed
            found.imports += machine.imports
            found.calls += machine.calls

    try:
        while tape.peek(1):
            result = nested()
            found.whole += 1
            found.end = tape.position
            if found.whole == 1 and result == _TORCH_MAGIC and not isinstance(result, bool):
                found.is_torch = True
            if found.is_torch and found.whole == _TORCH_PICKLES:
                break
    except StopLooking as stop:
        found.stop = stop
    except RecursionError:
        found.stop = StopLooking(Rule.BOMB, "arrays in arrays without end", tape.position)
    return found


def _take_array(
    tape: Tape, state: Book | None, say: Callable[[Rule, str, int], None], nested: Callable[[], Any]
) -> None:
    """Pass an array as joblib's reader does, which reads it where the wrapper's state is set."""
    known = state.known if state is not None else {}
    subclass, shape = known.get("subclass"), known.get("shape")
    if not isinstance(subclass, Name):
        say(Rule.HIDDEN, "the class of an array is put together while loading", tape.position)
    if (
        not isinstance(shape, tuple)
        or len(shape) > _DIMENSIONS
        or not all(type(one) is int and one >= 0 for one in shape)
    ):
        raise StopLooking(Rule.LOCKED, "an array whose shape cannot be followed", tape.position)
    how = laid_by_pickle(known.get("dtype"))
    if how.has_objects:
        nested()
        return
    if known.get("numpy_array_alignment_bytes") is not None:
        tape.skip(tape.take(1)[0])
    count = 1
    for one in shape:
        count *= one
    tape.skip(count * how.item_bytes)
